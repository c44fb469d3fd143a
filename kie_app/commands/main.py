"""The command line: python -m kie_app extract | batch | evaluate | bench | train | users | serve

An error that a person can mend is one line on stderr and exit code 2. The modules that do the work
take seconds to import, so each command imports them itself: help and wrong options answer at once.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from kie_app.commands.batch import batch
from kie_app.commands.output import complain, warn
from kie_app.commands.setup import open_engine, schema_named
from kie_app.commands.train import train
from kie_app.commands.users import users
from kie_app.config import ROOT
from kie_app.errors import BackboneError, DataError, KieError
from kie_app.schemas.kinds import guess_kind
from kie_app.types import Document, Extraction, Key, Schema

if TYPE_CHECKING:
    from kie_app.engine.engine import Engine

USAGE_ERROR = 2


class Commands(TyperGroup):
    """Commands whose `KieError` ends in one line and exit code 2, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KieError as error:
            complain(str(error))
            raise typer.Exit(USAGE_ERROR) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    help="Extract key information from documents in one forward pass. Settings are environment "
    "variables that begin with ONEPASS_, such as ONEPASS_BACKBONE and ONEPASS_CHECKPOINT.",
)

Keys = Annotated[str, typer.Option(help="What to extract, separated by commas: company,date,total")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Also write the result to this file.")
]


@app.command()
def extract(
    files: Annotated[list[Path], typer.Argument(help="Images (JPEG, PNG, WebP, TIFF) or PDFs.")],
    keys: Keys = "",
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
    asked = _asked(engine, keys, schema)
    results: list[dict[str, Any]] = []
    failed = False
    for file in files:
        try:
            document = engine.read_file(file)
            if not results:
                engine.warm_up()  # not before: bad input is told at once
            began = time.perf_counter()
            found = engine.extract(document, asked, decoder)
            total = document.ocr_seconds + time.perf_counter() - began
        except BackboneError:
            raise  # the same for every file
        except KieError as error:
            complain(str(error) if file.name in str(error) else f'"{file}": {error}')
            failed = True
            continue
        results.append(_result(file, document, found, total))
        if not as_json:
            typer.echo(_table(results[-1]))
    if as_json:
        typer.echo(json.dumps(results, ensure_ascii=False, indent=2))
    if failed:
        raise typer.Exit(USAGE_ERROR)


@app.command()
def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder with a labels.jsonl file.")
    ],
    decoders: Annotated[
        str, typer.Option(help="Which decoders to judge, separated by commas.")
    ] = "mask_parallel,autoregressive",
    lines: Annotated[
        Literal["given", "ocr"],
        typer.Option(help="Text lines as given in the labels, or read from the files by OCR."),
    ] = "given",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Judge on the first so many documents only.")
    ] = None,
    split: Annotated[
        Literal["all", "train", "validation"],
        typer.Option(help="Judge on one side of the split by shop only."),
    ] = "all",
    keys: Annotated[
        str, typer.Option(help="Keys to ask; by default every single-valued entity of the folder.")
    ] = "",
    places: Annotated[
        Path | None,
        typer.Option(help="Judge on other keys, labelled by places (annotations/README.md)."),
    ] = None,
    json_file: JsonFile = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="Also draw how often answers are right against how sure they are.",
        ),
    ] = None,
    wrong: Annotated[
        Path | None,
        typer.Option(metavar="FILE.jsonl", help="Also list the wrong fields, one a line."),
    ] = None,
) -> None:
    """Judge decoders on labelled documents: F1, similarity, grounding and seconds.

    Each line of labels.jsonl is a JSON object with id, image or pdf, entities (key -> string; lists
    are passed over) and, optionally, lines with boxes as fractions of the page.
    """
    from kie_app.evaluation import evaluate as evaluation
    from kie_app.evaluation import mistakes, provenance, reliability_plot, report

    names = _decoders(decoders)
    _check_writable(json_file)
    _check_writable(plot, "--plot")
    _check_writable(wrong, "--wrong")
    asked = provenance.Asked(folder, names, lines, split, limit, _names(keys), places)
    selection = evaluation.select(folder, asked.keys, split, limit, places)
    engine = open_engine()
    engine.schema("evaluation", selection.schema.keys)
    backbone = engine.backbone()
    found: list[mistakes.Mistake] = []
    result = evaluation.evaluate(
        backbone, engine.settings, selection, names, lines, warn, _progress, found.append
    )
    run = provenance.run(asked, backbone.checkpoint, engine.facts(), result)
    result = {"run": run, **result}
    typer.echo(report.evaluation(result))
    _write(json_file, result)
    if plot:
        reliability_plot.write(plot, result)
    if wrong:
        mistakes.write(wrong, found)


@app.command()
def bench(
    repeats: Annotated[
        int | None,
        typer.Option(
            min=1, help="Rounds to measure; figures are their medians. 5, or 2 of a sweep."
        ),
    ] = None,
    json_file: JsonFile = None,
    sweep: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Instead, measure where the baseline is overtaken: speed-ups over numbers of "
            "keys, value lengths and stacked documents, written to this file.",
        ),
    ] = None,
) -> None:
    """Print the speed table: every decoder against the autoregressive baseline.

    Takes some minutes on two cores. Run it on a machine that does nothing else. The page shows the
    sweep in the file sweep.json of ONEPASS_DATA_DIR.
    """
    from kie_app.datasets.samples import load_samples
    from kie_app.evaluation import benchmark, report

    if sweep and json_file:
        raise DataError("--json is for the speed table: give it or --sweep, not both.")
    _check_writable(json_file)
    _check_writable(sweep, "--sweep")
    engine = open_engine()
    if sweep:
        _sweep(engine, sweep, repeats)
        return
    found = load_samples(engine.settings.annotations_dir)
    samples = [one for one in found if one.path.suffix.lower() != ".pdf"]
    if not samples:
        raise DataError(
            f"{engine.settings.annotations_dir} holds no sample image, which the figure for "
            "changed keys needs: set ONEPASS_ANNOTATIONS_DIR to the project's annotations folder."
        )
    sample = samples[0]
    facts = (
        "{machine}, {dtype}, {threads} threads, torch {torch}, {backbone}, checkpoint {checkpoint}"
    )
    machine = facts.format(**engine.facts())
    result = benchmark.bench(
        engine.backbone(),
        engine.settings,
        sample,
        machine,
        repeats or benchmark.REPEATS,
        _progress,
    )
    typer.echo(report.speed(result))
    _write(json_file, result)


def _sweep(engine: Engine, file: Path, repeats: int | None) -> None:
    from kie_app.evaluation import break_even, report, sweep

    facts = engine.facts()
    found = sweep.measure(engine.backbone(), facts, repeats or sweep.REPEATS, _progress)
    typer.echo(report.sweep(found))
    _write(file, break_even.dump(found), "--sweep")


@app.command()
def serve() -> None:
    """Serve the page on ONEPASS_HOST and ONEPASS_PORT (127.0.0.1:7860)."""
    script = str(ROOT / "app.py")
    os.execv(sys.executable, [sys.executable, script])


app.command()(batch)
app.add_typer(train, name="train")
app.add_typer(users, name="users")


def _asked(engine: Engine, keys: str, schema: str) -> Schema:
    """The keys named one by one, else those of a schema; DataError when both are given."""
    if not schema:
        named = [Key(name, kind=guess_kind(name)) for name in _names(keys)]
        return engine.schema("command line", named)
    if keys:
        raise DataError(f"--keys {keys} and --schema {schema} are both given: leave one out.")
    found = schema_named(engine, schema)
    return engine.schema(found.name, found.keys)


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]


def _decoders(text: str) -> list[str]:
    """The named decoders without repetition; KieError when there are none or one is unknown."""
    from kie_app.extraction import decoder_named

    names = [decoder_named(name) for name in _names(text)]
    if not names:
        raise DataError("No decoder is given: name one, for example --decoders mask_parallel.")
    return list(dict.fromkeys(names))


def _result(file: Path, document: Document, found: Extraction, total: float) -> dict[str, Any]:
    return {
        "file": str(file),
        "decoder": found.decoder,
        "fields": [
            {
                "name": one.key.name,
                "value": one.value,
                "confidence": round(one.confidence, 4),
                "origin": one.origin,
                "sources": [
                    {"page": source.page + 1, "box": [round(edge, 5) for edge in source.box]}
                    for source in one.sources
                ],
            }
            for one in found.fields
        ],
        "seconds": {
            "ocr": round(document.ocr_seconds, 4),
            "prefill": round(found.stats.prefill, 4),
            "decode": round(found.stats.decode, 4),
            "total": round(total, 4),
        },
    }


def _table(result: dict[str, Any]) -> str:
    from kie_app.evaluation.report import aligned

    spent = ", ".join(f"{phase} {seconds:.3f} s" for phase, seconds in result["seconds"].items())
    rows = [
        [
            one["name"],
            "(absent)" if one["value"] is None else one["value"],
            f"{one['confidence']:.2f}",
            one["origin"],
            ",".join(str(source["page"]) for source in one["sources"]) or "not located",
        ]
        for one in result["fields"]
    ]
    table = aligned(["key", "value", "confidence", "origin", "page"], rows, [2])
    return f"{result['file']}  {result['decoder']}  ({spent})\n{table}\n"


def _check_writable(file: Path | None, option: str = "--json") -> None:
    """DataError before hours of work whose result could not be written."""
    if file and (file.is_dir() or not file.parent.is_dir()):
        raise DataError(f"{file} cannot be written: pass {option} a file in a folder that exists.")


def _write(file: Path | None, result: dict[str, Any], option: str = "--json") -> None:
    if file:
        try:
            file.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
        except OSError as error:
            raise DataError(
                f"{file} cannot be written ({error.strerror}): pass {option} another file."
            ) from error


def _progress(done: int, of: int) -> None:
    """A line that counts up, where a person watches."""
    if sys.stderr.isatty():
        typer.echo(f"\r{done}/{of}", err=True, nl=done == of)
