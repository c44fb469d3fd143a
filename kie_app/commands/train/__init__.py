"""The commands of training: python -m kie_app train mask-pretrain | kv | calibrate | card | ...

Both stages write a checkpoint folder and go on from it when they were killed. Several processes:
start them with `torchrun --nproc_per_node N -m kie_app train ...` or `accelerate launch`.
"""

from __future__ import annotations

import typer

from kie_app.commands.train.average import average
from kie_app.commands.train.calibrate import calibrate
from kie_app.commands.train.card import card
from kie_app.commands.train.kv import kv
from kie_app.commands.train.mask_pretrain import mask_pretrain
from kie_app.commands.train.plot import plot
from kie_app.commands.train.readings import readings
from kie_app.commands.train.register import register

train = typer.Typer(no_args_is_help=True, help="Train a checkpoint on labelled documents.")
for command in (mask_pretrain, kv, calibrate, average, readings, card, plot, register):
    train.command()(command)
