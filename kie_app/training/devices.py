"""Where a training runs: its processes, their GPUs and memory, and who takes which example."""

from __future__ import annotations

import resource
from collections.abc import Sequence

import torch
from accelerate import Accelerator

from kie_app.config import Settings
from kie_app.training.packing import Packed


def processes(on_cpu: bool) -> Accelerator:
    """The processes of this run. The backbone's dtype is that of the training, whatever mixed
    precision `accelerate config` was told."""
    return Accelerator(cpu=on_cpu, mixed_precision="no")


def placed(settings: Settings) -> Settings:
    """The settings to load the backbone of a training with: each of several processes has a GPU of
    its own, where nothing else says which."""
    on_cpu = settings.device == "cpu" or not torch.cuda.is_available()
    own = processes(on_cpu).device
    if settings.device not in ("", own.type):
        return settings
    return settings.model_copy(update={"device": str(own)})


def memory_held(device: torch.device) -> int:
    """The most bytes that this process has held: of the GPU's memory where it trains on one."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def shares(whole: Sequence[Packed], ranks: int) -> list[list[Packed]]:
    """The batch dealt to `ranks` processes so that none waits long: longest first, to the one with
    the fewest tokens."""
    dealt: list[list[Packed]] = [[] for _ in range(ranks)]
    for packed in sorted(whole, key=lambda one: -len(one.ids)):
        min(dealt, key=lambda own: sum(len(one.ids) for one in own)).append(packed)
    return dealt
