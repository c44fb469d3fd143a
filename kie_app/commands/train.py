"""The commands of training: python -m kie_app train mask-pretrain | kv | calibrate | card | ...

Both stages write a checkpoint folder and go on from it when they were killed. Several processes:
start them with `torchrun --nproc_per_node N -m kie_app train ...` or `accelerate launch`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kie_app.commands.output import warn
from kie_app.commands.setup import open_engine, read_settings
from kie_app.config import Settings
from kie_app.errors import DataError
from kie_app.model import loading

if TYPE_CHECKING:
    from kie_app.training.sources import Source

train = typer.Typer(no_args_is_help=True, help="Train a checkpoint on labelled documents.")

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


@train.command("mask-pretrain")
def mask_pretrain(
    folders: Folders,
    out: Out,
    steps: Steps = 600,
    batch: Batch = 4,
    learning_rate: Rate = 5e-4,
    rank: Rank = 32,
    seed: Seed = 0,
    split: Split = "train",
    start: Start = "",
    validate_every: ValidateEvery = 0,
    patience: Patience = 3,
) -> None:
    """Stage 1: restore hidden text and copy text by its place, on documents without labels.

    `synthetic` instead of a folder stands for generated documents.
    """
    from kie_app.training import mask_pretraining, trainer
    from kie_app.training.trainer import TrainOptions

    engine = open_engine()
    begun = _begun(engine.settings, start)
    options = TrainOptions(
        out, steps, batch, learning_rate, rank, seed, begun, validate_every, patience
    )
    if validate_every:
        _held(folders, "early stopping")
    base = loading.load(trainer.placed(engine.settings), adapter=False)
    mask_pretraining.train(base, options, tuple(folders), split, engine.settings, _tell)


@train.command()
def kv(
    folders: Folders,
    out: Out,
    steps: Steps = 600,
    batch: Batch = 4,
    learning_rate: Rate = 5e-4,
    rank: Rank = 32,
    seed: Seed = 0,
    split: Split = "train",
    start: Start = "",
    leave_out: Annotated[
        str, typer.Option(help="Printed labels that match are never asked (a regular expression).")
    ] = "",
    validate_every: ValidateEvery = 0,
    patience: Patience = 3,
    pointers_only: Annotated[
        bool,
        typer.Option(
            help="Train the pointer head alone, of a checkpoint (--from): in half of the time, "
            "and decoders without pointers answer as before."
        ),
    ] = False,
) -> None:
    """Stage 2, KV fine-tuning: all decoders on labelled documents, then `calibrate`.

    Prints one JSON object a step. `synthetic` instead of a folder stands for generated documents.
    """
    from kie_app.datasets.synthetic import SYNONYMS
    from kie_app.schemas.templates import load_paraphrases, load_templates
    from kie_app.training import kv_finetuning, trainer
    from kie_app.training.examples import Naming
    from kie_app.training.trainer import TrainOptions

    engine = open_engine()
    if pointers_only and not start:
        raise DataError("--pointers-only goes on from a checkpoint: name it with --from.")
    begun = _begun(engine.settings, start)
    options = TrainOptions(
        out,
        steps,
        batch,
        learning_rate,
        rank,
        seed,
        begun,
        validate_every,
        patience,
        pointers_only=pointers_only,
    )
    templates = load_templates(engine.settings.annotations_dir / "templates")
    naming = Naming(
        {key.name: key for one in templates.values() for key in one.keys},
        {**SYNONYMS, **load_paraphrases(engine.settings.annotations_dir)},
        re.compile(leave_out, re.IGNORECASE) if leave_out else None,
    )
    data = kv_finetuning.KvOptions(tuple(folders), split, naming=naming)
    held = _held(folders, "early stopping and calibration")
    base = loading.load(trainer.placed(engine.settings), adapter=False)
    if kv_finetuning.train(base, options, data, engine.settings, _tell) and held:
        _calibrate(out, held)


@train.command()
def calibrate(
    checkpoint: Annotated[Path, typer.Argument(help="A folder that `train kv` wrote.")],
    folders: Annotated[
        list[str],
        typer.Argument(metavar="DIR...", help="Labelled folders; the validation split is used."),
    ],
) -> None:
    """Fit how pointers and slots are mixed, and the confidences, on validation documents."""
    from kie_app.training import sources

    _calibrate(checkpoint, sources.read(folders, "validation"))


def _calibrate(checkpoint: Path, held: Sequence[Source]) -> None:
    from dataclasses import asdict, replace

    from kie_app.model import checkpoint as checkpoints
    from kie_app.training.calibration import calibrate as fit
    from kie_app.training.sources import Mix

    settings = read_settings().model_copy(update={"checkpoint": str(checkpoint)})
    mix = Mix(held, 0, settings)
    fitted = replace(checkpoints.read(checkpoint), calibration=fit(loading.load(settings), mix))
    checkpoints.write_facts(fitted)
    typer.echo(json.dumps(asdict(fitted.calibration)))


@train.command()
def average(
    before: Annotated[Path, typer.Argument(help="The checkpoint that training went on from.")],
    after: Annotated[Path, typer.Argument(help="What it became.")],
    out: Annotated[Path, typer.Option(help="A new folder for the checkpoint between them.")],
    share: Annotated[float, typer.Option(help="How much of it is `after`, from 0 to 1.")] = 0.5,
) -> None:
    """Keep what a checkpoint knew before it was trained further: a point between the two."""
    from kie_app.training.averaging import average as between

    between(before, after, share, out)


@train.command()
def readings(
    checkpoint: Annotated[Path, typer.Argument(help="A folder that `train kv` wrote.")],
    folders: Annotated[
        list[str],
        typer.Argument(metavar="DIR...", help="Labelled folders; the validation split is used."),
    ],
    each: Annotated[int, typer.Option(min=1, help="Documents of each folder.")] = 40,
) -> None:
    """Print what slots and pointers get right, each alone and together."""
    from kie_app.evaluation.report import aligned
    from kie_app.training import sources
    from kie_app.training.readings import READINGS, measure

    settings = read_settings().model_copy(update={"checkpoint": str(checkpoint)})
    mix = sources.Mix(sources.read(folders, "validation"), 0, settings)
    rows = [
        [name, str(fields), *(f"{share:.3f}" for share in shares.values())]
        for name, fields, shares in measure(loading.load(settings), mix, each)
    ]
    typer.echo(aligned(["set", "fields", *READINGS], rows, range(1, 2 + len(READINGS))))


@train.command()
def card(
    checkpoint: Annotated[Path, typer.Argument(help="A folder that `train kv` wrote.")],
    figures: Annotated[
        list[Path], typer.Argument(help="Files that `evaluate --json` wrote for this checkpoint.")
    ],
) -> None:
    """Write the checkpoint's model card from its facts and measured figures."""
    from kie_app.training.card import write

    write(checkpoint, figures)


@train.command()
def plot(
    out: Annotated[Path, typer.Argument(help="The folder of a run of `train`.")],
) -> None:
    """Draw the run's losses and F1 as a page for the browser, `training.html` in its folder."""
    from kie_app.training.summary import write

    typer.echo(str(write(out)))


@train.command()
def register(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint folder inside models/.")],
    default: Annotated[bool, typer.Option(help="Make it the one that is loaded.")] = False,
) -> None:
    """Enter a checkpoint into models/registry.json with the hashes of its files."""
    from kie_app.model import checkpoint as checkpoints

    checkpoints.register(read_settings().models_dir, checkpoint, default)


def _begun(settings: Settings, start: str) -> Path | None:
    """The folder of the checkpoint to go on from."""
    from kie_app.model import checkpoint as checkpoints

    return checkpoints.named(settings, start).folder if start else None


def _held(folders: Sequence[str], without: str) -> Sequence[Source]:
    """The validation documents, read before a run that would end by missing them."""
    from kie_app.training import sources

    held = sources.held_out(folders)
    if not held:
        warn(f"{', '.join(folders)} has no validation documents: trained without {without}.")
    return held


def _tell(progress: object) -> None:
    typer.echo(str(progress))
