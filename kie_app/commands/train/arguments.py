"""The arguments that several commands of training take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Folders = Annotated[
    list[str],
    typer.Argument(metavar="DIR[=WEIGHT]...", help="Folders with a labels.jsonl file, and shares."),
]
Out = Annotated[Path, typer.Option(help="Where the checkpoint goes; resumed if it was killed.")]
Steps = Annotated[int, typer.Option(min=1, help="Steps of the whole run.")]
Batch = Annotated[int, typer.Option(min=1, help="Documents a step.")]
Rate = Annotated[float, typer.Option(help="Peak, for the adapter.")]
Rank = Annotated[int, typer.Option(min=1, help="Rank of the adapter.")]
Seed = Annotated[int, typer.Option(help="Everything random follows from it.")]
Start = Annotated[
    str,
    typer.Option("--from", help="A checkpoint, by name or folder, to go on from; none: fresh."),
]
Split = Annotated[
    Literal["train", "all"], typer.Option(help="Train on one side of the split by shop.")
]
ValidateEvery = Annotated[
    int, typer.Option(min=0, help="Steps between validations; 0: none, no early stopping.")
]
Patience = Annotated[
    int, typer.Option(min=1, help="Validations without a better F1 after which it stops.")
]

Trained = Annotated[Path, typer.Argument(help="A folder that `train kv` wrote.")]
ValidationFolders = Annotated[
    list[str],
    typer.Argument(metavar="DIR...", help="Labelled folders; the validation split is used."),
]
