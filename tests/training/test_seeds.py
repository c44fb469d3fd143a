"""Seeds in training: the packed layout is that of decoding, gold runs teach, copying is learnt."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import torch

from kie_app.decoding import mask_parallel, slots
from kie_app.decoding.base import Recorder
from kie_app.model import seeds
from kie_app.model.prompt import build_prompt
from kie_app.text import words_of
from kie_app.training.examples import Example
from kie_app.training.objective import Objective, pointer_loss, read, seed_loss, taught
from kie_app.training.packing import GOLD_PART, GOLD_SHARE, Packed, gold_share, pack
from kie_app.types import Key, Schema
from tests.conftest import (
    ARCHITECTURES,
    RECEIPT_KEYS,
    make_document,
    seeded_backbone,
)

STEPS = 140  # of learning to copy
POINTED = ((Key("cash given"), "BHD"), (Key("table"), None))


def example_of(seed: int) -> Example:
    """Values that stand on the page, an absent one, and one that the page does not print."""
    document = make_document(seed)
    words = [word.text for word in words_of(document.lines)]
    values = (" ".join(words[:3]), None, "NOT PRINTED", " ".join(words[5:7]))
    return Example(document, Schema("training", RECEIPT_KEYS), values, pointed=POINTED)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("seed", range(3))
def test_packed_slots_are_laid_as_decoding_lays_them(
    architecture: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same numbers of slots, their states and those that point are the same."""
    monkeypatch.setattr(seeds, "LIKELY", 2.0)  # no run asks for slots of its own
    backbone = seeded_backbone(architecture)
    example = example_of(seed)
    packed = pack(backbone.text, example, random.Random(seed))
    asked = Schema("all", example.schema.keys + tuple(key for key, _ in example.pointed))
    prompt = build_prompt(backbone.text, example.document, asked)
    with torch.inference_mode():
        states, _ = read(backbone, packed)
        counts = torch.bincount(packed.block).tolist()
        ready = mask_parallel.prepare(Recorder(backbone), prompt)
        blocks = [
            replace(block, budget=count)
            for block, count in zip(slots.blocks_of(prompt), counts, strict=True)
        ]
        filled = slots.fill(backbone, [ready], blocks, prompt.end)
        expected = backbone.logits(states[packed.laid])
    torch.testing.assert_close(torch.cat(filled.logits), expected, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(filled.queries, states[packed.query], atol=1e-3, rtol=1e-3)


def test_only_what_is_known_to_seed_is_taught() -> None:
    """A value that is not printed is no absent one."""
    text = seeded_backbone().text
    packed = pack(text, example_of(0), random.Random(0), gold_share=1.0)
    printed = bool(packed.runs[4])
    assert packed.seeded.tolist() == [True, True, False, True, printed, True]
    assert packed.gold.tolist() == packed.seeded.tolist()
    assert not pack(text, example_of(0), random.Random(0)).gold.any()
    words = len(packed.words)
    scores, none = torch.randn(6, words, words), torch.randn(6)
    without = [0, 1, 3, *([4] if printed else []), 5]
    runs = [[(0, 2)], [], [(1, 1)], [(5, 6)], packed.runs[4], []]
    known = pointer_loss(scores[without], none[without], [runs[k] for k in without])
    torch.testing.assert_close(seed_loss(scores, none, runs, packed.seeded), known)
    assert seed_loss(scores, none, runs, torch.zeros(6, dtype=torch.bool)) == 0


def test_gold_seeds_leave_the_gold_runs_alone() -> None:
    torch.manual_seed(0)
    scores, none = torch.randn(3, 4, 4), torch.randn(3)
    runs = [[(0, 1), (2, 3)], [], [(1, 1)]]
    gold = torch.tensor([True, True, False])
    told, told_none = taught(scores, none, runs, gold)
    assert told[0].isfinite().nonzero().tolist() == [[0, 1], [2, 3]]
    assert torch.equal(told[0, 0, 1], scores[0, 0, 1])
    assert not told[1].isfinite().any()
    assert told_none.isfinite().tolist() == [False, True, True]
    assert torch.equal(told[2], scores[2])
    every, every_none = taught(scores, none, runs, torch.zeros(3, dtype=torch.bool))
    assert torch.equal(every, scores)
    assert torch.equal(every_none, none)


def test_gold_seeds_end_early_in_a_run() -> None:
    assert gold_share(0) == GOLD_SHARE
    assert gold_share(GOLD_PART / 2) == pytest.approx(GOLD_SHARE / 2)
    assert gold_share(GOLD_PART) == gold_share(1) == 0


def test_words_under_the_mask_seed_nothing() -> None:
    """What is covered on the page must not come to a slot by its token: a covered word may be any
    word, and all that is written stays the same."""
    backbone = seeded_backbone()
    example = replace(example_of(1), hidden=((4, 6),))
    packed = pack(backbone.text, example, random.Random(1))
    covered = packed.slots.clone()
    covered[packed.document :] = False
    assert covered.any()
    other = replace(packed, ids=torch.where(covered, packed.ids + 1, packed.ids))
    with torch.inference_mode():
        mine, theirs = read(backbone, packed)[0], read(backbone, other)[0]
    torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_gradients_reach_all_of_the_seed_head(share: float) -> None:
    backbone = seeded_backbone()
    packed = pack(backbone.text, example_of(2), random.Random(2), share)
    losses = Objective(backbone)(packed)
    losses.slots.backward(retain_graph=True)
    head = backbone.heads.seed
    assert head is not None
    for maps in (head.token.weight, head.state.weight, head.slot):
        assert maps.grad is not None
        assert maps.grad.isfinite().all()
        assert maps.grad.abs().max() > 0
    losses.seeds.backward()
    for name, parameter in head.pointer.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name


def copying(seed: int) -> Example:
    """A value of random tokens that the page prints behind a word that never changes."""
    rng = random.Random(seed)
    document = make_document(seed, 6)
    lines = list(document.lines)
    value = " ".join("".join(rng.choices("ABCDEFGHKLMN123456789", k=3)) for _ in range(3))
    at = rng.randrange(len(lines))
    lines[at] = replace(lines[at], text=f"CASH {value}")
    document = replace(document, lines=tuple(lines))
    return Example(document, Schema("training", (Key("cash"),)), (value,))


def copied(backbone, packed: Packed) -> float:
    """The share of a value's tokens, end included, that its slots write right."""
    with torch.inference_mode():
        states, _ = read(backbone, packed)
        length = int((packed.slot[packed.laid] != backbone.text.end).sum()) + 1
        at = packed.laid[:length]
        right = backbone.logits(states[at]).argmax(dim=1) == packed.slot[at]
    return float(right.float().mean())


def test_copying_values_never_seen_is_learnt_soon() -> None:
    """Random values on new pages: only what finds them and puts them into slots can write them."""
    backbone = seeded_backbone(seed=1)
    torch.manual_seed(0)
    backbone.heads.add_seeds()
    head = backbone.heads.seed
    assert head is not None
    objective = Objective(backbone).train()
    optimizer = torch.optim.AdamW(
        [
            {"params": list(backbone.model.parameters()), "lr": 1e-3},
            {"params": list(backbone.heads.parameters()), "lr": 3e-3},
        ]
    )
    unseen = [pack(backbone.text, copying(seed), random.Random(seed)) for seed in range(900, 912)]
    before = sum(copied(backbone, packed) for packed in unseen) / len(unseen)
    for step in range(STEPS):
        packed = pack(backbone.text, copying(step), random.Random(step), gold_share(step / STEPS))
        objective(packed).total.backward()
        optimizer.step()
        optimizer.zero_grad()
    after = sum(copied(backbone, packed) for packed in unseen) / len(unseen)
    assert before < 0.3
    assert after > 0.8
