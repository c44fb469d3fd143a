"""python -m kie_app train average BEFORE AFTER --out OUT: a point between two checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def average(
    before: Annotated[Path, typer.Argument(help="The checkpoint that training went on from.")],
    after: Annotated[Path, typer.Argument(help="What it became.")],
    out: Annotated[Path, typer.Option(help="A new folder for the checkpoint between them.")],
    share: Annotated[float, typer.Option(help="How much of it is `after`, from 0 to 1.")] = 0.5,
) -> None:
    """Keep what a checkpoint knew before it was trained further: a point between the two."""
    from kie_app.training.averaging import average as between

    between(before, after, share, out)
