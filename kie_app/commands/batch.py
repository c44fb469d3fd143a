"""python -m kie_app batch IN... --schema S --out DIR: many files, resumable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kie_app.commands.output import USAGE_ERROR
from kie_app.commands.setup import open_engine, schema_named

if TYPE_CHECKING:
    from kie_app.batch.run import Executor
    from kie_app.engine.engine import Engine


def batch(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="IN...", help="Files, or folders of documents.")
    ],
    schema: Annotated[str, typer.Option(help="A key template's name, or a YAML file like one.")],
    out: Annotated[Path, typer.Option(help="Folder of the results; a batch begun there goes on.")],
    decoder: Annotated[
        str, typer.Option(help="mask_parallel or hyper_parallel, which stack documents.")
    ] = "mask_parallel",
    stack: Annotated[int, typer.Option(min=1, help="Documents that share a pass.")] = 4,
    day_first: Annotated[
        bool | None,
        typer.Option(
            "--day-first/--month-first",
            help="How 05/03/2018 is read where a document's own dates do not tell.",
        ),
    ] = None,
    executor: Annotated[
        Literal["here", "ray"], typer.Option("--engine", help="This process, or a Ray cluster.")
    ] = "here",
    workers: Annotated[int, typer.Option(min=1, help="Models at work on the cluster.")] = 2,
) -> None:
    """Extract from many files into OUT: results.jsonl, results.csv and errors.jsonl.

    Run it again to go on after a kill, or after mending what errors.jsonl names. The exit code is 2
    when a file could not be read.
    """
    from kie_app.batch import run as batches
    from kie_app.batch.stacks import BatchOptions

    engine = open_engine()
    options = BatchOptions(schema_named(engine, schema), decoder, stack, day_first)
    chosen = _executor(engine, executor, workers)
    with typer.progressbar(length=1, label="documents", show_pos=True) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        outcome = batches.run(engine, inputs, out, options, chosen, progress)
    typer.echo(
        f"{outcome.done} documents done, {outcome.kept} were done before, "
        f"{outcome.failed} could not be read: {out}"
    )
    if outcome.failed:
        raise typer.Exit(USAGE_ERROR)


def _executor(engine: Engine, name: str, workers: int) -> Executor:
    from kie_app.batch import run as batches

    if name == "here":
        return batches.in_process(engine)
    from kie_app.batch.on_ray import on_ray

    return on_ray(engine.settings, workers)
