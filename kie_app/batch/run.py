"""Many files into one folder of results: python -m kie_app batch IN... --schema S --out DIR

`results.jsonl` in the folder has one line a document, written as soon as its stack is done, and
`results.csv` at the end one row a field. `errors.jsonl` says what could not be read: those are
tried again by the next run. A run that was killed goes on after its last whole line, so nothing is
lost and nothing stands there twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from filelock import FileLock, Timeout

from kie_app import extraction
from kie_app.documents import SUFFIXES
from kie_app.engine.engine import Engine
from kie_app.errors import BackboneError, DataError, SchemaError, line_of
from kie_app.export.export import COLUMNS, Cell, Grid, grid_to_csv, grid_to_json, long_grid
from kie_app.schemas.checks import check_schema
from kie_app.types import Document, Extraction, Schema

RESULTS, TABLE, ERRORS = "results.jsonl", "results.csv", "errors.jsonl"
IDENTITY, LOCK = "batch.json", ".lock"
NAMED = {"keys": "key", "decoder": "decoder", "model": "model", "day_first": "order of dates"}

Row = dict[str, Any]  # one line: `file`, `sha256`, and either a result or an `error`


@dataclass(frozen=True)
class BatchOptions:
    """What is asked of every file; `stack` documents share the decoder's passes. `day_first` says
    how dates are written in documents whose own do not tell; None marks such dates as doubtful."""

    schema: Schema
    decoder: str = "mask_parallel"
    stack: int = 4
    day_first: bool | None = None


@dataclass(frozen=True)
class Item:
    """A file of the batch: its path as the results name it, and its content's SHA-256."""

    path: str
    sha256: str


Executor = Callable[[Sequence[Item], BatchOptions], Iterator[Row]]


@dataclass(frozen=True)
class Outcome:
    """How many documents this run did, found done already, and could not read."""

    done: int
    kept: int
    failed: int


def gather(inputs: Iterable[Path]) -> list[Path]:
    """Every file named, and every document in the folders named and below them, in order and once,
    as absolute paths. DataError for a path that is neither, or when there is nothing at all."""
    found: dict[Path, None] = {}
    for given in map(Path.resolve, inputs):
        if given.is_dir():
            inside = sorted(p for p in given.rglob("*") if p.suffix.lower() in SUFFIXES)
            found |= dict.fromkeys(path for path in inside if path.is_file())
        elif given.is_file():
            found[given] = None
        else:
            raise DataError(f"{given} is no file and no folder: give existing ones.")
    if not found:
        kinds = ", ".join(sorted(SUFFIXES))
        raise DataError(f"There is no document to read: give files, or folders with {kinds}.")
    return list(found)


def run(
    engine: Engine,
    inputs: Iterable[Path],
    out: Path,
    options: BatchOptions,
    executor: Executor,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Outcome:
    """Extract from all files that `out` does not hold yet; `on_progress` counts all of them.

    DataError when `out` is in use, or holds a batch with other keys, decoder or model.
    """
    check_schema(options.schema, engine.settings)
    files = gather(inputs)
    with Ledger(out, _identity(engine, options)) as ledger:
        todo = [item for path in files if (item := ledger.new(path))]
        kept = len(files) - len(todo) - ledger.failed
        counted = len(files) - len(todo)
        on_progress(counted, len(files))
        for row in executor(todo, options):
            ledger.add(row)
            counted += 1
            on_progress(counted, len(files))
        ledger.tabulate()
        return Outcome(len(files) - kept - ledger.failed, kept, ledger.failed)


def _identity(engine: Engine, options: BatchOptions) -> Row:
    return {
        "keys": [asdict(key) for key in options.schema.keys],
        "decoder": extraction.decoder_named(options.decoder),
        "model": engine.backbone().version,
        "day_first": options.day_first,
    }


class Ledger:
    """The folder of a batch while one process writes it."""

    def __init__(self, out: Path, identity: Row) -> None:
        self._out, self._identity = out, identity
        self.failed = 0

    def __enter__(self) -> Ledger:
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._out / LOCK)
            self._lock.acquire(blocking=False)
        except Timeout as error:
            raise DataError(
                f"{self._out} is being written by another batch: wait, or give another --out."
            ) from error
        except OSError as error:
            raise DataError(
                f"{self._out} cannot be written ({error.strerror}): give another --out."
            ) from error
        try:
            self._check_identity()
            self._done = {(row["file"], row["sha256"]) for row in self._whole_rows()}
            self._results = _lines(self._out / RESULTS, "a")
            self._errors = _lines(self._out / ERRORS, "w")
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._results.close()
        self._errors.close()
        self._lock.release()

    def new(self, path: Path) -> Item | None:
        """The file as work to do; None where it is done, or cannot be read (noted)."""
        try:
            with path.open("rb") as file:
                item = Item(str(path), hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            reason = f"cannot be read ({error.strerror}): give a readable file."
            self.add({"file": str(path), "sha256": "", "error": reason})
            return None
        return None if (item.path, item.sha256) in self._done else item

    def add(self, row: Row) -> None:
        """Write one line so that it survives whatever happens to this process next."""
        if "error" in row:
            self.failed += 1
        file = self._errors if "error" in row else self._results
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())

    def tabulate(self) -> None:
        """All results as one table, one row a field."""
        rows = [
            tuple(_cell((row | field).get(column)) for column in COLUMNS)
            for row in self._whole_rows()
            for field in row["fields"]
        ]
        replace(self._out / TABLE, grid_to_csv(Grid(COLUMNS, tuple(rows))))

    def _check_identity(self) -> None:
        path = self._out / IDENTITY
        if not path.exists():
            replace(path, json.dumps(self._identity, ensure_ascii=False, indent=2))
            return
        try:
            found = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise DataError(f"{path} is damaged ({error}): give another --out.") from error
        for name, value in self._identity.items():
            if found.get(name) != value:
                raise DataError(
                    f"{self._out} holds a batch with another {NAMED[name]}: give another "
                    "--out, or run it as it was begun."
                )

    def _whole_rows(self) -> Iterator[Row]:
        """The lines that were written whole; what a killed run left of one more is cut off."""
        path = self._out / RESULTS
        if not path.exists():
            return
        with path.open("r+b") as file:
            end = 0
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise DataError(
                        f"{path}:{number} is damaged ({error}): remove the line, or give another "
                        "--out."
                    ) from error
            file.truncate(end)


def here(engine: Engine) -> Executor:
    """In one process: stack after stack on this machine."""

    def execute(items: Sequence[Item], options: BatchOptions) -> Iterator[Row]:
        for start in range(0, len(items), options.stack):
            yield from work(engine, items[start : start + options.stack], options)

    return execute


def work(engine: Engine, items: Sequence[Item], options: BatchOptions) -> list[Row]:
    """One stack: a row an item, in their order. A file that cannot be read, or not be asked, is an
    error row."""
    read: dict[str, Document] = {}
    rows: dict[str, Row] = {}
    for item in items:
        try:
            read[item.path] = engine.read_file(Path(item.path))
        except BackboneError:
            raise  # the same for every file
        except Exception as error:
            rows[item.path] = {"error": line_of(error, item.path)}
    rows |= _answers(engine, read, options)
    return [{"file": item.path, "sha256": item.sha256, **rows[item.path]} for item in items]


def _answers(
    engine: Engine, documents: Mapping[str, Document], options: BatchOptions
) -> dict[str, Row]:
    """What is said of each document of a stack, by path. Where the stack fails its documents are
    asked one by one, so that those stay which are not at fault."""
    try:
        found = engine.extract_stacked(list(documents.values()), options.schema, options.decoder)
        said = zip(documents, found, strict=True)
        return {path: result(one, options.day_first) for path, one in said}
    except (BackboneError, SchemaError):
        raise  # the same for every document
    except Exception as error:
        if len(documents) == 1:
            return {path: {"error": line_of(error, path)} for path in documents}
    alone = [_answers(engine, {path: one}, options) for path, one in documents.items()]
    return {path: row for rows in alone for path, row in rows.items()}


def result(extraction: Extraction, day_first: bool | None = None) -> Row:
    """A document's line: who answered, in what time, and its fields as the long grid has them."""
    whole = ("document", "decoder", "model")
    fields = json.loads(grid_to_json(long_grid([extraction], day_first=day_first)))
    seconds = {"prefill": extraction.stats.prefill, "decode": extraction.stats.decode}
    return {
        **{name: getattr(extraction, name) for name in whole},
        "seconds": {phase: round(spent, 4) for phase, spent in seconds.items()},
        "fields": [
            {name: cell for name, cell in field.items() if name not in (*whole, "file")}
            for field in fields
        ],
    }


def _lines(path: Path, mode: str) -> IO[str]:
    """A file of JSON lines. Half a surrogate pair cannot be UTF-8; replaced by its backslash form
    it is what JSON escapes it as."""
    return path.open(mode, encoding="utf-8", errors="backslashreplace")


def _cell(cell: Any) -> Cell:
    """A cell of the grid as it was before it became JSON."""
    return tuple(cell) if isinstance(cell, list) else cell


def replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)
