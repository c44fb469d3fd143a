"""python -m kie_app train readings CHECKPOINT DIR...: what slots and pointers get right."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_app.commands.train import arguments
from kie_app.config import Settings


def readings(
    checkpoint: arguments.Trained,
    folders: arguments.ValidationFolders,
    each: Annotated[int, typer.Option(min=1, help="Documents of each folder.")] = 40,
) -> None:
    """Print what slots and pointers get right, each alone and together, key by key."""
    from kie_app.evaluation.report import aligned
    from kie_app.model import loading
    from kie_app.training import sources
    from kie_app.training.readings import READINGS, measure

    settings = Settings.from_env().model_copy(update={"checkpoint": str(checkpoint)})
    mix = sources.Mix(sources.read(folders, "validation"), 0, settings)
    rows = [
        [name, key, str(fields), *(f"{share:.3f}" for share in shares.values())]
        for name, key, fields, shares in measure(loading.load(settings), mix, each)
    ]
    typer.echo(aligned(["set", "key", "fields", *READINGS], rows, range(2, 3 + len(READINGS))))
