"""python -m kie_app train plot OUT: a run's losses and F1 as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def plot(
    out: Annotated[Path, typer.Argument(help="The folder of a run of `train`.")],
) -> None:
    """Draw the run's losses and F1 as a page for the browser, `training.html` in its folder."""
    from kie_app.training.summary import write

    typer.echo(str(write(out)))
