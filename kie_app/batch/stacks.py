"""Files of a batch, stack by stack: read, asked in shared passes, and written as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kie_app.engine.engine import Engine
from kie_app.errors import BackboneError, SchemaError, line_of
from kie_app.export import extraction_json
from kie_app.types import Document, Extraction, Schema

Row = dict[str, Any]  # one line: `file`, `sha256`, and either an answer or an `error`


@dataclass(frozen=True)
class BatchOptions:
    """What is asked of every file; `stack` documents share the decoder's passes. `day_first` says
    how dates are written in documents whose own do not tell; None marks such dates as doubtful."""

    schema: Schema
    decoder: str = "mask_parallel"
    stack: int = 4
    day_first: bool | None = None


@dataclass(frozen=True)
class BatchFile:
    """A file of the batch: its path as the results name it, and its content's SHA-256."""

    path: str
    sha256: str


def extract_stack(engine: Engine, files: Sequence[BatchFile], options: BatchOptions) -> list[Row]:
    """A row for each file of one stack, in their order. A file that
    cannot be read, or not be asked, has an `error`."""
    read: dict[str, Document] = {}
    rows: dict[str, Row] = {}
    for file in files:
        try:
            read[file.path] = engine.read_file(Path(file.path))
        except BackboneError:
            raise  # the same for every file
        except Exception as error:
            rows[file.path] = {"file": file.path, "error": line_of(error, file.path)}
    rows |= _answers(engine, read, options)
    return [{**rows[file.path], "sha256": file.sha256} for file in files]


def _answers(
    engine: Engine, documents: Mapping[str, Document], options: BatchOptions
) -> dict[str, Row]:
    """The rows of a stack's documents, by path. Where the stack fails its documents are asked one
    by one, so that those stay which are not at fault."""
    try:
        found = engine.extract_stacked(list(documents.values()), options.schema, options.decoder)
        answers = zip(documents, found, strict=True)
        return {path: answer_row(path, one, options.day_first) for path, one in answers}
    except (BackboneError, SchemaError):
        raise  # the same for every document
    except Exception as error:
        if len(documents) == 1:
            return {path: {"file": path, "error": line_of(error, path)} for path in documents}
    alone = [_answers(engine, {path: one}, options) for path, one in documents.items()]
    return {path: row for rows in alone for path, row in rows.items()}


def answer_row(path: str, extraction: Extraction, day_first: bool | None = None) -> Row:
    """A document's line: who answered, in what time, and its fields."""
    seconds = {"prefill": extraction.stats.prefill, "decode": extraction.stats.decode}
    return {
        **extraction_json(extraction, path, day_first),
        "seconds": {phase: round(spent, 4) for phase, spent in seconds.items()},
    }
