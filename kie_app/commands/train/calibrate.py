"""python -m kie_app train calibrate CHECKPOINT DIR...: mixing weights and confidences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kie_app.commands.train import arguments
from kie_app.config import Settings

if TYPE_CHECKING:
    from kie_app.training.sources import Source


def calibrate(
    checkpoint: arguments.Trained,
    folders: arguments.ValidationFolders,
) -> None:
    """Fit how pointers and slots are mixed, and the confidences, on validation documents."""
    from kie_app.training import sources

    calibrate_checkpoint(checkpoint, sources.read(folders, "validation"))


def calibrate_checkpoint(checkpoint: Path, held: Sequence[Source]) -> None:
    """Fit the calibration of a checkpoint on held-out documents, write it there and print it."""
    from kie_app.model import checkpoint as checkpoints
    from kie_app.model import loading
    from kie_app.training.calibration import calibrate as fit
    from kie_app.training.sources import Mix

    settings = Settings.from_env().model_copy(update={"checkpoint": str(checkpoint)})
    mix = Mix(held, 0, settings)
    fitted = replace(checkpoints.read(checkpoint), calibration=fit(loading.load(settings), mix))
    checkpoints.write_facts(fitted)
    typer.echo(json.dumps(asdict(fitted.calibration)))
