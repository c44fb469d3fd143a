"""python -m kie_app bench [--json FILE] | [--sweep FILE]: the speed of every decoder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kie_app.commands.output import JsonFile, check_writable, show_progress, write_json
from kie_app.commands.setup import open_engine
from kie_app.errors import DataError

if TYPE_CHECKING:
    from kie_app.engine.engine import Engine


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
    check_writable(json_file)
    check_writable(sweep, "--sweep")
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
        show_progress,
    )
    typer.echo(report.speed(result))
    write_json(json_file, result)


def _sweep(engine: Engine, file: Path, repeats: int | None) -> None:
    from kie_app.evaluation import break_even, report, sweep

    facts = engine.facts()
    found = sweep.measure(engine.backbone(), facts, repeats or sweep.REPEATS, show_progress)
    typer.echo(report.sweep(found))
    write_json(file, break_even.dump(found), "--sweep")
