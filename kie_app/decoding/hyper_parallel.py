"""HPD, hyper-parallel decoding of any causal language model, without training.

Glavas et al., arXiv 2604.26209. Values of different keys are independent given the document, so
their tokens need not wait for each other: branch k is the document and its key, all branches live
in one sequence, and each pass writes one token of every branch. Position ids of a branch go on
from its document's end; the mask lets it see its document and itself alone; the document's keys and
values are stored once. Documents stack: positions restart, the mask is blockwise.

Guaranteed: on a causal model with full attention the output is token for token that of decoding
each branch alone - exactly in float32, within ties in bfloat16.
Not guaranteed: agreement with one long answer that lists all keys, where later values see earlier.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kie_app.decoding.base import (
    Decoded,
    DecodedKey,
    Recorder,
    predictions,
    shared,
    timed,
    written_confidence,
)
from kie_app.model.backbone import Backbone, Encoding, stacked
from kie_app.model.prompt import Prompt

REJECTED = -2  # owner of cached tokens that no branch may see any more
DOCUMENT = -1  # owner of a document's tokens
LONGEST = 64  # tokens after which a branch is cut


class Branches:
    """Branches over one or more encoded documents in one sequence.

    Every cached token carries its document, its owner (branch or DOCUMENT) and its position: that
    is all the mask needs. Branches are numbered through all documents.
    """

    def __init__(
        self, backbone: Backbone, encodings: Sequence[Encoding], counts: Sequence[int]
    ) -> None:
        self.backbone = backbone
        self.home = [d for d, count in enumerate(counts) for _ in range(count)]
        self.next = [encodings[d].length for d in self.home]
        self.cache = stacked(encodings)
        device = backbone.device
        lengths = [encoding.length for encoding in encodings]
        self.document = torch.repeat_interleave(
            torch.arange(len(lengths), device=device), torch.tensor(lengths, device=device)
        )
        self.owner = torch.full_like(self.document, DOCUMENT)
        self.position = torch.cat([torch.arange(n, device=device) for n in lengths])

    def advance(self, branches: Sequence[int], tokens: Sequence[Sequence[int]]) -> Tensor:
        """Feed each branch its tokens in one pass -> logits (all tokens, vocabulary)."""
        device = self.backbone.device
        owner = [b for b, fed in zip(branches, tokens, strict=True) for _ in fed]
        place = [
            self.next[b] + i
            for b, fed in zip(branches, tokens, strict=True)
            for i in range(len(fed))
        ]
        new_owner = torch.tensor(owner, device=device)
        new_document = torch.tensor([self.home[b] for b in owner], device=device)
        positions = torch.tensor(place, device=device)
        self.owner = torch.cat([self.owner, new_owner])
        self.document = torch.cat([self.document, new_document])
        self.position = torch.cat([self.position, positions])
        visible = (
            (self.document == new_document[:, None])
            & ((self.owner == DOCUMENT) | (self.owner == new_owner[:, None]))
            & (self.position <= positions[:, None])
        )
        ids = torch.tensor([t for fed in tokens for t in fed], device=device)
        embeds = self.backbone.embed(ids)
        states = self.backbone.forward(embeds, positions, visible, self.cache)
        for b, fed in zip(branches, tokens, strict=True):
            self.next[b] += len(fed)
        return self.backbone.logits(states)

    def reject(self, branch: int, count: int) -> None:
        """Take back the last `count` tokens of a branch: nobody sees them again."""
        if count:
            self.next[branch] -= count
            gone = (self.owner == branch) & (self.position >= self.next[branch])
            self.owner[gone] = REJECTED


@timed
def decode(
    recorder: Recorder, prompt: Prompt, encoding: Encoding | None = None, *, longest: int = LONGEST
) -> Decoded:
    """Decode all keys of one document, one token of every key a pass."""
    return _decode(recorder, [prompt], [recorder.encode(prompt, encoding)], longest)[0]


@timed
def decode_stacked(
    recorder: Recorder, prompts: Sequence[Prompt], *, longest: int = LONGEST
) -> list[Decoded]:
    """Decode all keys of all documents together; each result carries the whole stack's stats."""
    encodings = [recorder.encode(prompt) for prompt in prompts]
    return _decode(recorder, prompts, encodings, longest)


def _decode(
    recorder: Recorder, prompts: Sequence[Prompt], encodings: Sequence[Encoding], longest: int
) -> list[Decoded]:
    branches = branch(recorder, prompts, encodings)
    heads = [head for prompt in prompts for head in prompt.keys]
    answers = finish(recorder, branches, prompts, longest, heads, [[] for _ in heads])
    return collect(recorder, prompts, encodings, answers)


def branch(
    recorder: Recorder, prompts: Sequence[Prompt], encodings: Sequence[Encoding]
) -> Branches:
    """A branch for every key of every document."""
    with recorder.part("branches"):
        return Branches(recorder.backbone, encodings, [len(prompt.keys) for prompt in prompts])


def finish(
    recorder: Recorder,
    branches: Branches,
    prompts: Sequence[Prompt],
    longest: int,
    pending: Sequence[Sequence[int]],
    written: list[list[tuple[int, Tensor]]],
) -> list[list[tuple[int, Tensor]]]:
    """Write every branch to its end. `pending[b]` are tokens that branch b has yet to be fed (none:
    it has ended), `written[b]` the (token, logits) it has already; returns `written`, complete."""
    end = prompts[0].end
    forced = [value for prompt in prompts for value in prompt.forced or [None] * len(prompt.keys)]
    active = [b for b, tokens in enumerate(pending) if tokens]
    feed = [list(pending[b]) for b in active]
    while active:
        with recorder.measure("step", sum(map(len, feed))):
            logits = branches.advance(active, feed)
            last = torch.tensor([len(fed) for fed in feed]).cumsum(0) - 1
            rows = logits[last.to(logits.device)]
            chosen = rows.argmax(dim=-1).tolist()
        still = []
        for b, token, row in zip(active, chosen, rows, strict=True):
            token = force(forced[b], len(written[b]), token, end)
            written[b].append((token, row))
            if token != end:
                recorder.write(b, len(written[b]) - 1, token)
            if token != end and len(written[b]) < longest:
                still.append(b)
        active, feed = still, [[written[b][-1][0]] for b in still]
    return written


def force(value: Sequence[int] | None, position: int, token: int, end: int) -> int:
    """The forced token of this position, where a benchmark prescribes the value."""
    if value is None:
        return token
    return value[position] if position < len(value) else end


def collect(
    recorder: Recorder,
    prompts: Sequence[Prompt],
    encodings: Sequence[Encoding],
    answers: Sequence[Sequence[tuple[int, Tensor]]],
) -> list[Decoded]:
    """Turn each branch's (token, logits) into an answer, then stop the clock."""
    end, temperature = prompts[0].end, recorder.backbone.calibration.token_temperature
    with recorder.part("answers"):
        keys = [answer(written, end, temperature) for written in answers]
    return shared(recorder, prompts, encodings, keys)


def answer(written: Sequence[tuple[int, Tensor]], end: int, temperature: float) -> DecodedKey:
    """A branch's (token, logits) as its key's answer."""
    predicted = predictions([row for _, row in written], [token for token, _ in written])
    value = tuple(token for token, _ in written if token != end)
    return DecodedKey(value, predicted, written_confidence(predicted, temperature), "tokens")
