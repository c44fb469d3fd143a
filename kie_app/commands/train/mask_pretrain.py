"""python -m kie_app train mask-pretrain DIR... --out OUT: stage 1, without labels."""

from __future__ import annotations

from kie_app.commands.setup import open_engine
from kie_app.commands.train import arguments
from kie_app.commands.train.beginning import held_out, print_step, start_folder


def mask_pretrain(
    folders: arguments.Folders,
    out: arguments.Out,
    steps: arguments.Steps = 600,
    batch: arguments.Batch = 4,
    learning_rate: arguments.Rate = 5e-4,
    rank: arguments.Rank = 32,
    seed: arguments.Seed = 0,
    split: arguments.Split = "train",
    start: arguments.Start = "",
    validate_every: arguments.ValidateEvery = 0,
    patience: arguments.Patience = 3,
) -> None:
    """Stage 1: restore hidden text and copy text by its place, on documents without labels.

    `synthetic` instead of a folder stands for generated documents.
    """
    from kie_app.model import loading
    from kie_app.training import devices, mask_pretraining
    from kie_app.training.trainer import TrainOptions

    engine = open_engine()
    begun = start_folder(engine.settings, start)
    options = TrainOptions(
        out, steps, batch, learning_rate, rank, seed, begun, validate_every, patience
    )
    if validate_every:
        held_out(folders, "early stopping")
    base = loading.load(devices.placed(engine.settings), adapter=False)
    mask_pretraining.train(base, options, tuple(folders), split, engine.settings, print_step)
