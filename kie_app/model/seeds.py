"""The seed head: half way up, a block finds its value, and its slots begin with what stands there.

A pointer over the states of the middle layer finds the runs of words that may be the value. Each
slot is laid there, in the middle of the network, with the token that the run has at the slot's
place, and with end-of-value from the run's last token on; the upper half writes the value from it.
A `[mask]` slot that starts empty would have to find and to copy its token in the same layers, which
a small model learns very slowly.

Of the likeliest runs those count that agree with the best one as far as both go (they are longer or
shorter, or are the same text elsewhere): a slot between two values would be given a blend of their
tokens. What "no run" weighs goes to end-of-value.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from kie_app.model.pointer import PointerHead

CANDIDATES = 8  # runs of each block that may seed its slots
MOST_SLOTS = 64  # of a block that a run asks for
SPARE_SLOTS = 3  # beyond the run: an end-of-value, and room for what the page has not printed
LIKELY = 0.1  # probability from which a run may ask for slots


@dataclass(frozen=True)
class WordTokens:
    """The tokens of a document's w words, without line ends: `at` (t,) where they stand in the
    document, `first` and `last` (w,) each word's first and last index among them."""

    at: Tensor
    first: Tensor
    last: Tensor


@dataclass(frozen=True)
class Content:
    """What slots may be given, of one document alone, kept with its encoding: `words` (w, hidden)
    are its words' states half way up, `rows` (t + 1, hidden) what each of its words' tokens, and
    end-of-value as the last, would put into a slot; `tokens` (t + 1,) are these tokens, `first` and
    `last` (w,) those of each word."""

    words: Tensor
    rows: Tensor
    tokens: Tensor
    first: Tensor
    last: Tensor


@dataclass(frozen=True)
class Found:
    """The runs that seed the slots of k blocks, c each, likeliest first: the token that they begin
    with (k, c), their tokens (k, c) and their probability (k, c), 0 where one disagrees with the
    best; `none` (k,) is that of no run."""

    start: Tensor
    length: Tensor
    weight: Tensor
    none: Tensor

    def slots(self) -> Tensor:
        """How many slots each block needs (k,): enough for its longest likely run, 0 where no run
        is likely."""
        likely = torch.where(self.weight >= LIKELY, self.length + SPARE_SLOTS, 0)
        blank = likely.new_zeros(len(likely), 1)
        return torch.cat([likely, blank], dim=1).amax(dim=1).clamp_max(MOST_SLOTS)


class SeedHead(nn.Module):
    """Finds the runs (`pointer`) and lays the slots. All that it puts into a slot is measured in
    the size of the block's own state, so that it fits any model and layer."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.pointer = PointerHead(hidden)
        self.slot = nn.Parameter(torch.randn(hidden) * 0.1)
        self.token = nn.Linear(hidden, hidden, bias=False)
        self.state = nn.Linear(hidden, hidden, bias=False)
        # The way up is a sum: a token's own direction, put in half way, is read out at the top.
        nn.init.eye_(self.token.weight)
        nn.init.zeros_(self.state.weight)

    def content(
        self, table: Tensor, ids: Tensor, states: Tensor, words: WordTokens, end: int
    ) -> Content:
        """What a document offers. table (vocabulary, hidden) are the vectors by which the model
        writes tokens, ids (n,) and states (n, hidden) the document's, half way up."""
        tokens = torch.cat([ids[words.at], torch.tensor([end], device=ids.device)])
        rows = self.token(_normal(table[tokens]))
        told = self.state(_normal(states[words.at]))
        rows = rows + functional.pad(told, (0, 0, 0, 1))
        return Content(states[words.at[words.last]], rows, tokens, words.first, words.last)

    def lay(
        self, content: Content, queries: Tensor, found: Found, blocks: Tensor, places: Tensor
    ) -> Tensor:
        """The states (s, hidden) of slots as they begin: slot j is the one at places[j] among those
        of block blocks[j]."""
        size = queries.detach().float().square().mean(dim=1).sqrt()
        seeds = self.slot + seeded(content.rows, found, blocks, places)
        return size[blocks, None] * seeds


def find(content: Content, scores: Tensor, no_run: Tensor) -> Found:
    """The runs that seed, from run scores (k, w, w) and no-run scores (k,)."""
    k, w = scores.shape[:2]
    flat = scores.reshape(k, w * w)
    total = torch.logsumexp(torch.cat([flat, no_run[:, None]], dim=1), dim=1)
    best, at = flat.topk(min(CANDIDATES, w * w), dim=1)
    start = content.first[at // max(w, 1)]
    length = (content.last[at % max(w, 1)] - start + 1).clamp_min(0)
    weight = (best - total[:, None]).exp() * _agree(content.tokens, start, length)
    return Found(start, length, weight, (no_run - total).exp())


def seeded(rows: Tensor, found: Found, blocks: Tensor, places: Tensor) -> Tensor:
    """What runs and "no run" put into slots (s, hidden): `rows` (t + 1, hidden) weighed by the
    probabilities of the runs that have them at the slot's place."""
    end = len(rows) - 1
    inside = places[:, None] < found.length[blocks]
    at = torch.where(inside, found.start[blocks] + places[:, None], end)
    at = torch.cat([at, at.new_full((len(at), 1), end)], dim=1)
    weights = torch.cat([found.weight, found.none[:, None]], dim=1)[blocks]
    return functional.embedding_bag(at, rows, mode="sum", per_sample_weights=weights)


def _agree(tokens: Tensor, start: Tensor, length: Tensor) -> Tensor:
    """Which runs (k, c) have the tokens of the first one as far as both go, up to MOST_SLOTS."""
    place = torch.arange(MOST_SLOTS, device=tokens.device)
    text = tokens[(start[:, :, None] + place).clamp_max(len(tokens) - 1)]
    beyond = place >= torch.minimum(length, length[:, :1])[:, :, None]
    return ((text == text[:, :1]) | beyond).all(dim=2)


def _normal(states: Tensor) -> Tensor:
    """Each row in a size of one."""
    return functional.rms_norm(states.float(), states.shape[-1:])
