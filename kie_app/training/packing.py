"""One example as one packed sequence that trains every decoder in a single pass.

    document | question and answer | branch 2 | ... | slot block 1 | ... | pointer block 1 | ...

All segments after the document begin at the document's end position, see the document and
themselves alone. The answer trains `autoregressive`, the branches `hyper_parallel`, the slot
blocks and pointers `mask_parallel`: the same data and the same weights for every arm of a race.
A pointer block is a slot block cut short: its key is found, its value is not written. Most of the
tokens are the document's, which all segments share. With a seed head, the slots of both kinds of
blocks join half way up the network, as in decoding.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from kie_app.model.backbone import layout, word_tokens
from kie_app.model.features.document import DocumentFeatures
from kie_app.model.pointer import MAX_RUN_WORDS
from kie_app.model.prompt import build_prompt, key_ids, value_ids
from kie_app.model.seeds import MOST_SLOTS
from kie_app.model.tokens import WordTokenizer
from kie_app.model.vision import ImageTokens
from kie_app.schemas.naming import plain_name
from kie_app.text import find_runs
from kie_app.training.examples import Example

IGNORE = -100
POINTER_SLOTS = 2  # of a pointer block: the key is followed by slots when it is asked in earnest
GOLD_SHARE, GOLD_PART = 0.5, 1 / 3  # of the keys at the start of a run, and until which part of it


@dataclass
class Packed:
    """n tokens, k keys. `next` and `slot` are targets at each position (IGNORE where none);
    `query[k]` is where key k's pointer reads; `runs[k]` the gold (first, last) words, if any.

    `laid` (s,) are the positions of the slots of all keys' blocks, `block` and `place` (s,) their
    keys and their places among these; all other `slots` are tokens that the `[mask]` vector covers.
    `seeded` (k,) are the keys for which it is known what seeds them: a run, or nothing where the
    value is absent. `gold` (k,) are those whose slots are laid with that, and not with what the
    seed head finds."""

    ids: Tensor  # (n,)
    positions: Tensor  # (n,), or (3, n) with a picture
    visible: Tensor  # (n, n) bool
    slots: Tensor  # (n,) bool
    boxes: Tensor
    boxed: Tensor
    words: Tensor  # (w,)
    next: Tensor  # (n,)
    slot: Tensor  # (n,)
    query: Tensor  # (k,)
    laid: Tensor  # (s,)
    block: Tensor  # (s,)
    place: Tensor  # (s,)
    seeded: Tensor  # (k,) bool
    gold: Tensor  # (k,) bool
    at: Tensor  # (t,), first and last (w,): see WordTokens
    first: Tensor
    last: Tensor
    label_features: Tensor  # (k, w, PLACES)
    word_features: Tensor  # (w, WORD_FEATURES)
    run_features: Tensor  # (w, w, RUN_FEATURES)
    runs: list[list[tuple[int, int]]]
    document: int  # tokens of the document (or image), which come first
    picture: ImageTokens | None = None  # what stands in the document's place

    def to(self, device: torch.device) -> Packed:
        """The same example on `device`; its picture goes there when it is seen."""
        moved: dict[str, Any] = {
            name: one.to(device) for name, one in vars(self).items() if isinstance(one, Tensor)
        }
        return replace(self, **moved)


def pack(
    text: WordTokenizer, example: Example, rng: random.Random, gold_share: float = 0.0
) -> Packed:
    """Lay an example out; slot budgets vary at random so that any budget works later. A key's slots
    are laid with its gold run with the probability `gold_share`."""
    prompt = build_prompt(text, example.document, example.schema)
    document = prompt.document
    start = len(document.ids)
    ids = list(document.ids)
    segment = [0] * start
    positions = list(range(start))
    following = [IGNORE] * start
    slot_target = [IGNORE] * start
    is_slot = [False] * start
    for a, b in example.hidden:
        for at in range(document.first[a], document.last[b] + 1):
            is_slot[at] = True
    bidirectional = {-1}

    def add(
        tokens: list[int], after: list[int], slot: list[int], kind: int, slots: int = 0
    ) -> None:
        ids.extend(tokens)
        segment.extend([kind] * len(tokens))
        positions.extend(range(start, start + len(tokens)))
        following.extend(after)
        slot_target.extend(slot)
        is_slot.extend([False] * (len(tokens) - slots) + [True] * slots)

    value_tokens = [value_ids(text, value or "") for value in example.values]
    answer, wanted = list(prompt.ask), [IGNORE] * len(prompt.ask)
    for name, value in zip(prompt.names, value_tokens, strict=True):
        answer += [*name, *value, prompt.end]
        wanted += [*name, *value, prompt.end]
    add(answer, [*wanted[1:], IGNORE], [IGNORE] * len(answer), 1)
    # Branches learn what the answer teaches too: half of them are enough.
    count = len(prompt.keys)
    for index in sorted(rng.sample(range(count), (count + 1) // 2)):
        key, value = prompt.keys[index], value_tokens[index]
        branch = [*key, *value, prompt.end]
        targets = [IGNORE] * (len(key) - 1) + [*value, prompt.end, IGNORE]
        add(branch, targets, [IGNORE] * len(branch), 2 + 2 * index)

    query, runs, laid = [], [], []
    words = [word.text for word in document.words]
    for index, (key, value) in enumerate(zip(prompt.keys, value_tokens, strict=True)):
        budget = _budget(prompt.budgets[index], len(value), rng)
        query.append(len(ids) + len(key) - 1)
        filled = [*value, prompt.end][:budget]
        targets = filled + [prompt.end] * (budget - len(filled))
        block = [*key] + [prompt.end] * budget
        bidirectional.add(3 + 2 * index)
        blank = [IGNORE] * len(block)
        add(block, blank, [IGNORE] * len(key) + targets, 3 + 2 * index, slots=budget)
        laid += [(len(ids) - budget + place, index, place) for place in range(budget)]
        runs.append(_runs(words, example.values[index], example.hidden))
    for index, (one, expected) in enumerate(example.pointed, count):
        key = key_ids(text, one)
        query.append(len(ids) + len(key) - 1)
        block = [*key] + [prompt.end] * POINTER_SLOTS
        bidirectional.add(3 + 2 * index)
        blank = [IGNORE] * len(block)
        add(block, blank, blank, 3 + 2 * index, slots=POINTER_SLOTS)
        laid += [(len(ids) - POINTER_SLOTS + at, index, at) for at in range(POINTER_SLOTS)]
        runs.append(_runs(words, expected, example.hidden))

    values = [*example.values, *(value for _, value in example.pointed)]
    seeded = [bool(found) or not value for found, value in zip(runs, values, strict=True)]
    gold = [known and rng.random() < gold_share for known in seeded]
    slots = torch.tensor(laid, dtype=torch.long).reshape(-1, 3)
    tokens = word_tokens(document, torch.device("cpu"))
    features = DocumentFeatures.of(document.words)
    labels = [*prompt.labels, *(plain_name(one.name) for one, _ in example.pointed)]
    kinds, place = torch.tensor(segment), torch.tensor(positions)
    both_ways = torch.tensor([kind in bidirectional for kind in segment])
    same = kinds[:, None] == kinds[None, :]
    before = place[None, :] <= place[:, None]
    visible = ((kinds[None, :] == 0) | same) & (before | (same & both_ways[:, None]))
    boxes, boxed = layout(document, torch.device("cpu"))
    return Packed(
        ids=torch.tensor(ids),
        positions=place,
        visible=visible,
        slots=torch.tensor(is_slot),
        boxes=boxes,
        boxed=boxed,
        words=torch.tensor(document.last, dtype=torch.long),
        next=torch.tensor(following),
        slot=torch.tensor(slot_target),
        query=torch.tensor(query),
        laid=slots[:, 0],
        block=slots[:, 1],
        place=slots[:, 2],
        seeded=torch.tensor(seeded),
        gold=torch.tensor(gold),
        at=tokens.at,
        first=tokens.first,
        last=tokens.last,
        label_features=features.labels(labels),
        word_features=features.words,
        run_features=features.runs,
        runs=runs,
        document=start,
    )


def gold_share(done: float) -> float:
    """How many keys have their slots laid with their gold run, falling to none while the first
    part of a run is `done`: the upper half learns to copy before the seed head finds anything, and
    then to live with what it finds."""
    return GOLD_SHARE * max(0.0, 1 - done / GOLD_PART)


def _runs(
    words: list[str], value: str | None, hidden: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The value's runs that a pointer may choose: not too long, and nothing of them covered."""
    return [
        (first, last)
        for first, last in find_runs(words, value)
        if last - first < MAX_RUN_WORDS and not any(a <= last and first <= b for a, b in hidden)
    ]


def _budget(kind_budget: int, length: int, rng: random.Random) -> int:
    """Mostly enough for the value, as where its run asks for its slots; sometimes the kind's alone,
    as where no run is found."""
    if rng.random() < 0.9:
        return min(max(length + 1 + rng.randint(0, 6), kind_budget), MOST_SLOTS)
    return max(2, kind_budget + rng.randint(-2, 3))
