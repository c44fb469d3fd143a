"""python -m kie_app evaluate DIR --decoders ...: decoders judged on labelled documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from kie_app.commands.output import JsonFile, check_writable, show_progress, warn, write_json
from kie_app.commands.setup import names_in, open_engine
from kie_app.errors import DataError


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
        typer.Option(help="Judge on one side of the split by shop or group only."),
    ] = "all",
    keys: Annotated[
        str, typer.Option(help="Keys to ask; by default every single-valued entity of the folder.")
    ] = "",
    places: Annotated[
        Path | None,
        typer.Option(help="Judge on other keys, labelled by places (annotations/README.md)."),
    ] = None,
    ask: Annotated[
        Literal["all", "own", "labelled"] | None,
        typer.Option(
            help="All keys of each document, where what is not labelled is absent; its own and two "
            "that it lacks; or the labelled ones alone. By default all, and own where the keys "
            "differ from document to document."
        ),
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
    are passed over) and, optionally, lines with boxes as fractions of the page; with lines, image
    and pdf may be left out.
    """
    from kie_app.evaluation import evaluate as evaluation
    from kie_app.evaluation import mistakes, provenance, reliability_plot, report
    from kie_app.evaluation.selection import select

    names = _decoders(decoders)
    check_writable(json_file)
    check_writable(plot, "--plot")
    check_writable(wrong, "--wrong")
    options = provenance.EvaluationOptions(
        folder, names, lines, split, limit, names_in(keys), places, ask
    )
    selection = select(folder, options.keys, split, limit, places, ask)
    engine = open_engine()
    for item in selection.documents:
        engine.schema("evaluation", selection.schema(item).keys)
    backbone = engine.backbone()
    found: list[mistakes.Mistake] = []
    result = evaluation.evaluate(
        backbone, engine.settings, selection, names, lines, warn, show_progress, found.append
    )
    run = provenance.run(options, backbone.checkpoint, engine.facts(), result)
    result = {"run": run, **result}
    typer.echo(report.evaluation(result))
    write_json(json_file, result)
    if plot:
        reliability_plot.write(plot, result)
    if wrong:
        mistakes.write(wrong, found)


def _decoders(text: str) -> list[str]:
    """The named decoders without repetition; KieError when there are none or one is unknown."""
    from kie_app.extraction import decoder_named

    names = [decoder_named(name) for name in names_in(text)]
    if not names:
        raise DataError("No decoder is given: name one, for example --decoders mask_parallel.")
    return list(dict.fromkeys(names))
