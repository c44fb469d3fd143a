"""python -m kie_app train kv DIR... --out OUT: stage 2, on labelled documents."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from kie_app.commands.setup import open_engine
from kie_app.commands.train import arguments
from kie_app.commands.train.beginning import held_out, print_step, start_folder
from kie_app.commands.train.calibrate import calibrate_checkpoint
from kie_app.errors import DataError


def kv(
    folders: arguments.Folders,
    out: arguments.Out,
    start: arguments.Start = "",
    pointers_only: Annotated[
        bool,
        typer.Option(
            help="Train the pointer head alone, of a checkpoint (--from): in half of the time, "
            "and decoders without pointers answer as before."
        ),
    ] = False,
    leave_out: Annotated[
        str, typer.Option(help="Printed labels that match are never asked (a regular expression).")
    ] = "",
    steps: arguments.Steps = 600,
    batch: arguments.Batch = 4,
    learning_rate: arguments.Rate = 5e-4,
    rank: arguments.Rank = 32,
    seed: arguments.Seed = 0,
    split: arguments.Split = "train",
    validate_every: arguments.ValidateEvery = 0,
    patience: arguments.Patience = 3,
) -> None:
    """Stage 2, KV fine-tuning: all decoders on labelled documents, then `calibrate`.

    Prints one JSON object a step. `synthetic` instead of a folder stands for generated documents.
    """
    from kie_app.datasets.synthetic import SYNONYMS
    from kie_app.model import loading
    from kie_app.schemas.templates import load_paraphrases, load_templates
    from kie_app.training import devices, kv_finetuning
    from kie_app.training.examples import Naming
    from kie_app.training.trainer import TrainOptions

    engine = open_engine()
    if pointers_only and not start:
        raise DataError("--pointers-only goes on from a checkpoint: name it with --from.")
    begun = start_folder(engine.settings, start)
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
    held = held_out(folders, "early stopping and calibration")
    base = loading.load(devices.placed(engine.settings), adapter=False)
    if kv_finetuning.train(base, options, data, engine.settings, print_step) and held:
        calibrate_checkpoint(out, held)
