"""The loss of one packed example: next tokens, slots, pointers, and seeds."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from kie_app.model import seeds
from kie_app.model.backbone import Backbone
from kie_app.model.midway import Midway, Rows
from kie_app.training.packing import IGNORE, Packed

SEED_WEIGHT = 0.5  # the same question as that of the pointers, asked half way up


class Losses(NamedTuple):
    """Means over an example: nats a token, a slot, a key, a key."""

    next: Tensor
    slots: Tensor
    pointers: Tensor
    seeds: Tensor

    @property
    def total(self) -> Tensor:
        return self.next + self.slots + self.pointers + SEED_WEIGHT * self.seeds


class Objective(nn.Module):
    """A backbone with everything that is trained, called on a packed example."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.model, self.heads = backbone.model, backbone.heads

    def forward(self, packed: Packed) -> Losses:
        packed = packed.to(self.backbone.device)
        states, seeding = read(self.backbone, packed)
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
            states.new_zeros(()) if seeding is None else seeding,
        )

    def _cross_entropy(self, states: Tensor, targets: Tensor) -> Tensor:
        """Only positions with a target reach the vocabulary: it is the widest product of all."""
        at = targets != IGNORE
        return functional.cross_entropy(self.backbone.logits(states[at]), targets[at])


def read(backbone: Backbone, packed: Packed) -> tuple[Tensor, Tensor | None]:
    """The last states (n, hidden) of a packed example that is on the backbone's device, and the
    loss of its seeds, where the heads have some."""
    embeds = backbone.embed(packed.ids, packed.boxes, packed.boxed, packed.slots)
    if packed.picture and backbone.vision:
        features = backbone.vision.see(packed.picture).to(embeds.dtype)
        embeds = torch.cat([features, embeds[len(features) :]])
    laying = Laying(backbone, packed) if backbone.heads.seed and packed.runs else None
    states = backbone.forward(
        embeds,
        packed.positions,
        packed.visible,
        midway=Midway(laying.early, laying.arrive) if laying else None,
        document=packed.document,
    )
    return states, laying.loss if laying else None


class Laying:
    """Half way up a packed example: keys find what seeds their slots, and these join the pass.
    `loss` is that of the finding."""

    def __init__(self, backbone: Backbone, packed: Packed) -> None:
        self.backbone, self.packed = backbone, packed
        late = torch.zeros_like(packed.slots)
        late[packed.laid] = True
        self.early = Rows.of(packed.visible, (~late).nonzero().squeeze(1))
        self.loss: Tensor

    def arrive(self, states: Tensor) -> tuple[Tensor, Rows]:
        """States (e, hidden) of all but the slots -> of all n. The document comes first."""
        packed, head, at = self.packed, self.backbone.heads.seed, self.early.at
        assert head, "slots are laid by a seed head alone"
        end = self.backbone.text.end
        # What the [mask] vector covers is not known to the page, nor what it offers to slots.
        shown = torch.where(packed.slots, end, packed.ids)
        words = seeds.WordTokens(packed.at, packed.first, packed.last)
        content = head.content(self.backbone.vectors, shown, states, words, end)
        queries = states[torch.searchsorted(at, packed.query)]
        scores, no_run = head.pointer(
            content.words,
            queries,
            packed.label_features,
            packed.word_features,
            packed.run_features,
        )
        self.loss = seed_loss(scores, no_run, packed.runs, packed.seeded)
        found = seeds.find(content, *taught(scores, no_run, packed.runs, packed.gold))
        laid = head.lay(content, queries, found, packed.block, packed.place).to(states.dtype)
        everything = states.new_zeros(len(packed.ids), states.shape[1])
        everything = everything.index_copy(0, at, states).index_copy(0, packed.laid, laid)
        every = torch.arange(len(packed.ids), device=states.device)
        return everything, Rows(every, packed.visible)


def taught(
    scores: Tensor, no_run: Tensor, runs: list[list[tuple[int, int]]], gold: Tensor
) -> tuple[Tensor, Tensor]:
    """Scores by which the `gold` (k,) keys find their gold runs (or "no run") and nothing else."""
    if not gold.any():
        return scores, no_run
    open_runs = (~gold)[:, None, None].expand_as(scores).clone()
    open_none = ~gold | torch.tensor([not found for found in runs], device=gold.device)
    for k, found in enumerate(runs):
        for first, last in found:
            open_runs[k, first, last] = True
    return scores.masked_fill(~open_runs, -torch.inf), no_run.masked_fill(~open_none, -torch.inf)


def seed_loss(
    scores: Tensor, no_run: Tensor, runs: list[list[tuple[int, int]]], seeded: Tensor
) -> Tensor:
    """`pointer_loss` of the keys for which it is known what seeds them: a value that the page does
    not print as such is no absent one, and its slots are not told to begin as such."""
    known = seeded.nonzero().squeeze(1)
    if not len(known):
        return scores.new_zeros(())
    return pointer_loss(scores[known], no_run[known], [runs[k] for k in known.tolist()])


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
