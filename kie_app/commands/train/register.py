"""python -m kie_app train register CHECKPOINT: enter a checkpoint into the registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kie_app.config import Settings


def register(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint folder inside models/.")],
    default: Annotated[bool, typer.Option(help="Make it the one that is loaded.")] = False,
) -> None:
    """Enter a checkpoint into models/registry.json with the hashes of its files."""
    from kie_app.model import checkpoint as checkpoints

    checkpoints.register(Settings.from_env().models_dir, checkpoint, default)
