"""python -m kie_app extract FILE... --keys KEYS | --schema S [--json]: the values of documents."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kie_app.commands.output import USAGE_ERROR, complain
from kie_app.commands.setup import names_in, open_engine, schema_named
from kie_app.errors import BackboneError, DataError, KieError
from kie_app.schemas.kinds import schema_of
from kie_app.types import Extraction, Schema

if TYPE_CHECKING:
    from kie_app.engine.engine import Engine


def extract(
    files: Annotated[list[Path], typer.Argument(help="Images (JPEG, PNG, WebP, TIFF) or PDFs.")],
    keys: Annotated[
        str, typer.Option(help="What to extract, separated by commas: company,date,total")
    ] = "",
    schema: Annotated[
        str, typer.Option(help="In place of keys: a key template's name, or a YAML file like one.")
    ] = "",
    decoder: Annotated[
        str,
        typer.Option(help="mask_parallel, autoregressive, hyper_parallel or verified."),
    ] = "mask_parallel",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list, not tables.")] = False,
) -> None:
    """Extract the values of KEYS or of a SCHEMA from each file.

    A file that cannot be read is reported on stderr and passed over; the exit code is then 2.
    Boxes in the JSON are [x0, y0, x1, y1] as fractions of the page, pages count from 1; the total
    of the seconds is OCR and the answer, without loading the model.
    """
    from kie_app.extraction import decoder_named

    engine = open_engine()
    decoder = decoder_named(decoder)
    wanted = _schema(engine, keys, schema)
    results: list[dict[str, Any]] = []
    failed = False
    for file in files:
        try:
            document = engine.read_file(file)
            if not results:
                engine.warm_up()  # not before: bad input is reported at once
            began = time.perf_counter()
            found = engine.extract(document, wanted, decoder)
            total = document.ocr_seconds + time.perf_counter() - began
        except BackboneError:
            raise  # the same for every file
        except KieError as error:
            complain(str(error) if file.name in str(error) else f'"{file}": {error}')
            failed = True
            continue
        results.append(_answer(file, found, document.ocr_seconds, total))
        if not as_json:
            typer.echo(_table(results[-1]))
    if as_json:
        typer.echo(json.dumps(results, ensure_ascii=False, indent=2))
    if failed:
        raise typer.Exit(USAGE_ERROR)


def _schema(engine: Engine, keys: str, schema: str) -> Schema:
    """The keys named one by one, else those of a schema; DataError when both are given."""
    if not schema:
        return engine.schema("command line", schema_of("command line", names_in(keys)).keys)
    if keys:
        raise DataError(f"--keys {keys} and --schema {schema} are both given: leave one out.")
    found = schema_named(engine, schema)
    return engine.schema(found.name, found.keys)


def _answer(file: Path, found: Extraction, ocr: float, total: float) -> dict[str, Any]:
    from kie_app.export import extraction_json

    seconds = {
        "ocr": ocr,
        "prefill": found.stats.prefill,
        "decode": found.stats.decode,
        "total": total,
    }
    return {
        **extraction_json(found, str(file)),
        "seconds": {phase: round(spent, 4) for phase, spent in seconds.items()},
    }


def _table(result: dict[str, Any]) -> str:
    from kie_app.evaluation.report import aligned

    spent = ", ".join(f"{phase} {seconds:.3f} s" for phase, seconds in result["seconds"].items())
    rows = [
        [
            one["key"],
            "(absent)" if one["value"] is None else one["value"],
            f"{one['confidence']:.2f}",
            one["origin"],
            ",".join(map(str, one["pages"])) or "not located",
        ]
        for one in result["fields"]
    ]
    table = aligned(["key", "value", "confidence", "origin", "page"], rows, [2])
    return f"{result['file']}  {result['decoder']}  ({spent})\n{table}\n"
