"""A point on the line between a checkpoint and what further training made of it.

Training on few kinds of documents gains on these and forgets others. On the straight line between
the weights before and after, most of the gain comes early and most of the loss late (Wortsman et
al., "Robust fine-tuning of zero-shot models", arXiv 2109.01903).

    python -m kie_app train average BEFORE AFTER --share 0.35 --out models/NAME
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from kie_app.errors import BackboneError, DataError
from kie_app.model import checkpoint as checkpoints
from kie_app.model.checkpoint import ADAPTER, CONFIG, FACTS, HEADS, Checkpoint


def average(before: Path, after: Path, share: float, out: Path) -> Checkpoint:
    """Write the checkpoint `share` of the way from `before` to `after` into the new folder `out`.
    It has the calibration of `after`, which is due again. DataError or BackboneError, with nothing
    written, when the two do not go together."""
    if not 0 < share < 1:
        raise DataError(f"The share is {share}: give one between 0 (before) and 1 (after).")
    if (out / FACTS).exists():
        raise DataError(f"{out} holds a checkpoint already: name a new folder with --out.")
    first, second = checkpoints.read(before), checkpoints.read(after)
    if first.backbone != second.backbone:
        raise BackboneError(
            f"{before} was trained on {first.backbone} and {after} on {second.backbone}: average "
            "checkpoints of one backbone."
        )
    mixed = {name: _mixed(before, after, name, share) for name in (ADAPTER, HEADS)}
    out.mkdir(parents=True, exist_ok=True)
    for name, weights in mixed.items():
        save_file(weights, out / name, metadata={"format": "pt"})
    shutil.copy(after / CONFIG, out / CONFIG)
    averaged = {"averaged": {"with": first.name, "share": share}}
    found = replace(second, folder=out, training=second.training | averaged)
    checkpoints.write_facts(found)
    return found


def _mixed(before: Path, after: Path, name: str, share: float) -> dict[str, Tensor]:
    old, new = _weights(before / name), _weights(after / name)
    # A seed head that the further training began has nothing before it to be mixed with.
    begun = {key: one for key, one in new.items() if key.startswith("seed.")}
    old = begun | old
    if {key: one.shape for key, one in old.items()} != {key: one.shape for key, one in new.items()}:
        raise BackboneError(
            f"{before / name} and {after / name} hold weights of other shapes: average a "
            "checkpoint with one that was trained from it."
        )
    return {
        key: ((1 - share) * old[key].float() + share * one.float()).to(one.dtype).contiguous()
        for key, one in new.items()
    }


def _weights(path: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise BackboneError(f"{path} cannot be read ({error}): restore the checkpoint.") from error
