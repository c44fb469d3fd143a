"""python -m kie_app train card CHECKPOINT FIGURES.json...: the model card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kie_app.commands.train import arguments


def card(
    checkpoint: arguments.Trained,
    figures: Annotated[
        list[Path], typer.Argument(help="Files that `evaluate --json` wrote for this checkpoint.")
    ],
) -> None:
    """Write the checkpoint's model card from its facts and measured figures."""
    from kie_app.training.model_card import write

    write(checkpoint, figures)
