"""The loss of one packed example: next tokens, slots, and pointers."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from kie_app.model.backbone import Backbone
from kie_app.training.packing import IGNORE, Packed

SLOT_WEIGHT = 0.5  # slots learn slowly and would drown what pointers and next tokens learn


class Losses(NamedTuple):
    """Means over an example: nats a token, a slot, a key."""

    next: Tensor
    slots: Tensor
    pointers: Tensor

    @property
    def total(self) -> Tensor:
        return self.next + SLOT_WEIGHT * self.slots + self.pointers


class Objective(nn.Module):
    """A backbone with everything that is trained, called on a packed example."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.model, self.heads = backbone.model, backbone.heads

    def forward(self, packed: Packed) -> Losses:
        backbone, packed = self.backbone, packed.to(self.backbone.device)
        embeds = backbone.embed(packed.ids, packed.boxes, packed.boxed, packed.slots)
        if packed.picture and backbone.vision:
            features = backbone.vision.see(packed.picture).to(embeds.dtype)
            embeds = torch.cat([features, embeds[len(features) :]])
        states = backbone.forward(
            embeds, packed.positions, packed.visible, document=packed.document
        )
        pointers = states.new_zeros(())
        if packed.runs:
            scores, no_run = self.heads.pointer(
                states[packed.words],
                states[packed.query],
                packed.label_features,
                packed.word_features,
                packed.run_features,
            )
            pointers = pointer_loss(scores, no_run, packed.runs)
        return Losses(
            self._cross_entropy(states, packed.next),
            self._cross_entropy(states, packed.slot),
            pointers,
        )

    def _cross_entropy(self, states: Tensor, targets: Tensor) -> Tensor:
        """Only positions with a target reach the vocabulary: it is the widest product of all."""
        at = targets != IGNORE
        return functional.cross_entropy(self.backbone.logits(states[at]), targets[at])


def pointer_loss(scores: Tensor, no_run: Tensor, runs: list[list[tuple[int, int]]]) -> Tensor:
    """-log of the probability that falls on any gold run (or on "no run"), mean over keys.

    scores (k, w, w), no_run (k,). A value printed several times has several gold runs, and which
    of them the pointer prefers is its own choice.
    """
    everything = torch.logsumexp(torch.cat([scores.flatten(1), no_run[:, None]], dim=1), dim=1)
    gold = torch.stack(
        [
            torch.logsumexp(torch.stack([scores[k, a, b] for a, b in found]), dim=0)
            if found
            else no_run[k]
            for k, found in enumerate(runs)
        ]
    )
    return (everything - gold).mean()
