"""What a run of training begins with: the checkpoint to go on from, and what is held out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kie_app.commands.output import warn
from kie_app.config import Settings

if TYPE_CHECKING:
    from kie_app.training.sources import Source


def start_folder(settings: Settings, start: str) -> Path | None:
    """The folder of the checkpoint to go on from."""
    from kie_app.model import checkpoint as checkpoints

    return checkpoints.named(settings, start).folder if start else None


def held_out(folders: Sequence[str], without: str) -> Sequence[Source]:
    """The validation documents, read before a run that would end by missing them."""
    from kie_app.training import sources

    held = sources.held_out(folders)
    if not held:
        warn(f"{', '.join(folders)} has no validation documents: trained without {without}.")
    return held


def print_step(progress: object) -> None:
    """A step's progress as a line of standard output."""
    typer.echo(str(progress))
