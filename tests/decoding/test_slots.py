"""Seeded slots against a pass that has everything in one sequence, on four architectures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from kie_app.decoding import DECODERS, autoregressive, mask_parallel, slots, verified
from kie_app.decoding.base import Recorder
from kie_app.model import checkpoint as checkpoints
from kie_app.model.backbone import Backbone, layout
from kie_app.model.prompt import Prompt, build_prompt
from kie_app.model.seeds import Content, Found, SeedHead, find
from kie_app.types import Key, Schema
from tests.conftest import (
    ARCHITECTURES,
    RECEIPT_KEYS,
    fresh_backbone,
    make_document,
    save_checkpoint,
    seeded_backbone,
    slots_win,
    with_seeds,
)
from tests.training.test_caption_packing import make_multimodal

MULTIMODAL = "qwen2_vl"  # whose positions have three axes


@cache
def seeded(architecture: str) -> Backbone:
    if architecture == MULTIMODAL:
        return with_seeds(make_multimodal())
    return seeded_backbone(architecture)


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(params=[*ARCHITECTURES, MULTIMODAL])
def backbone(request: pytest.FixtureRequest) -> Backbone:
    return seeded(request.param)


def prompt_of(backbone: Backbone, seed: int, lines: int = 8, keys=RECEIPT_KEYS) -> Prompt:
    return build_prompt(backbone.text, make_document(seed, lines), Schema("test", keys))


def halfway(backbone: Backbone, embeds, positions, visible, given=None) -> tuple:
    """Last states and those half way up of one plain pass; `given` replaces those."""
    seen = []

    def note(_, args):
        seen.append(args[0][0])
        return None if given is None else (given[None], *args[1:])

    hook = backbone.layers[len(backbone.layers) // 2].register_forward_pre_hook(note)
    states = backbone.forward(embeds, positions, visible)
    hook.remove()
    return states, seen[0]


def naive(backbone: Backbone, prompt: Prompt) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The oracle: block by block, document and block as one sequence without a cache, the lower
    half without slots, the upper half with what plain loops put into them."""
    asked = mask_parallel.prepare(Recorder(backbone), prompt)
    head = backbone.heads.seed
    assert isinstance(head, SeedHead)
    ids = list(prompt.document.ids)
    boxes, boxed = layout(prompt.document, backbone.device)
    logits, queries = [], []
    for k, key in enumerate(prompt.keys):
        tokens = torch.tensor([*ids, *key])
        block = torch.tensor([0] * len(ids) + [1] * len(key))
        order = torch.arange(len(tokens))
        both = (block[:, None] == 1) & (block[None, :] == 1)
        visible = (order[None, :] <= order[:, None]) | both
        _, half = halfway(backbone, backbone.embed(tokens, boxes, boxed), order, visible)
        document, query = half[: len(ids)], half[-1]
        scores, none = head.pointer(
            document[list(prompt.document.last)],
            query[None],
            asked.labels[[k]],
            asked.features.words,
            asked.features.runs,
        )
        content = asked.encoding.content
        assert isinstance(content, Content)
        found = find(content, scores, none)
        count = max(prompt.budgets[k], int(found.slots()))
        laid = [
            query.square().mean().sqrt() * (head.slot + one) for one in loop(content, found, count)
        ]
        size = len(tokens) + count
        block = torch.cat([block, torch.ones(count, dtype=torch.long)])
        order = torch.arange(size)
        both = (block[:, None] == 1) & (block[None, :] == 1)
        visible = (order[None, :] <= order[:, None]) | both
        blank = torch.zeros(size, backbone.hidden)
        states, _ = halfway(backbone, blank, order, visible, torch.cat([half, torch.stack(laid)]))
        logits.append(backbone.logits(states[-count:]))
        queries.append(states[-count - 1])
    return logits, queries


def loop(content: Content, found: Found, count: int) -> list[torch.Tensor]:
    out = []
    for place in range(count):
        seed = found.none[0] * content.rows[-1]
        for start, length, weight in zip(
            found.start[0].tolist(), found.length[0].tolist(), found.weight[0], strict=True
        ):
            seed = seed + weight * content.rows[start + place if place < length else -1]
        out.append(seed)
    return out


@pytest.mark.parametrize("seed", range(2))
def test_seeded_slots_equal_those_of_an_uncached_pass(backbone: Backbone, seed: int) -> None:
    prompt = prompt_of(backbone, seed)
    asked = mask_parallel.prepare(Recorder(backbone), prompt)
    filled = slots.fill(backbone, [asked], slots.blocks_of(prompt), prompt.end)
    logits, queries = naive(backbone, prompt)
    for mine, other in zip(filled.logits, logits, strict=True):
        torch.testing.assert_close(mine, other, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(filled.queries, torch.stack(queries), atol=1e-3, rtol=1e-3)
    heads = sum(map(len, prompt.keys))
    assert filled.rows == heads + sum(len(one) for one in filled.logits)


def test_a_long_run_gets_more_slots_than_the_budget() -> None:
    """Somewhere among many keys; else the others prove nothing."""
    counts = [
        len(one.predicted) - budget
        for seed in range(6)
        for prompt in [prompt_of(seeded("llama"), seed)]
        for one, budget in zip(
            mask_parallel.decode(seeded("llama"), prompt).keys, prompt.budgets, strict=True
        )
    ]
    assert min(counts) == 0
    assert max(counts) > 0


def test_stacked_documents_are_seeded_as_each_alone(backbone: Backbone) -> None:
    shapes = [(11, 2, 4), (12, 9, 2), (13, 5, 1), (14, 7, 3)]
    prompts = [prompt_of(backbone, s, n, RECEIPT_KEYS[:k]) for s, n, k in shapes]
    stack = mask_parallel.decode_stacked(backbone, prompts)
    assert [one.kind for one in stack[0].stats.passes] == [*["prefill"] * 4, "fill"]
    for prompt, one in zip(prompts, stack, strict=True):
        single = mask_parallel.decode(backbone, prompt)
        for mine, other in zip(one.keys, single.keys, strict=True):
            assert mine.tokens == other.tokens
            assert mine.run == other.run
            assert [p.token for p in mine.predicted] == [p.token for p in other.predicted]
            assert mine.confidence == pytest.approx(other.confidence, abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_a_seeded_answer_does_not_depend_on_the_other_keys(backbone: Backbone, seed: int) -> None:
    keys = (*RECEIPT_KEYS, Key("tax id", slots=40), Key("x"))
    together = mask_parallel.decode(backbone, prompt_of(backbone, seed, keys=keys))
    for key, joint in zip(keys, together.keys, strict=True):
        [single] = mask_parallel.decode(backbone, prompt_of(backbone, seed, keys=(key,))).keys
        assert single.tokens == joint.tokens
        assert single.run == joint.run
        assert [p.token for p in single.predicted] == [p.token for p in joint.predicted]


def test_a_document_that_another_decoder_read_seeds_the_same(backbone: Backbone) -> None:
    prompt = prompt_of(backbone, 5)
    fresh = mask_parallel.decode(backbone, prompt)
    written = autoregressive.decode(backbone, prompt, longest=4)
    again = mask_parallel.decode(backbone, prompt, written.encoding)
    assert [one.tokens for one in again.keys] == [one.tokens for one in fresh.keys]
    checked = verified.decode(backbone, prompt, longest=9)
    alone = DECODERS["hyper_parallel"].decode(backbone, prompt, longest=9)
    assert [one.tokens for one in checked.keys] == [one.tokens for one in alone.keys]


def test_a_seeded_block_that_comes_back_full_is_asked_again() -> None:
    backbone = seeded_backbone()
    backbone.checkpoint = slots_win()
    prompt = prompt_of(backbone, 1)
    said = {p.token for one in mask_parallel.decode(backbone, prompt).keys for p in one.predicted}
    never = next(token for token in range(300) if token not in said)
    prompt = replace(prompt, end=never)
    once = mask_parallel.decode(backbone, prompt, larger=0)
    decoded = mask_parallel.decode(backbone, prompt)
    full = [k for k, one in enumerate(once.keys) if len(one.tokens) == len(one.predicted)]
    assert full
    assert [one.kind for one in decoded.stats.passes] == ["prefill", "fill", "again"]
    for k in full:
        assert len(decoded.keys[k].predicted) >= mask_parallel.LARGER


def test_seeds_come_from_the_checkpoint_and_without_them_all_is_as_before(tmp_path: Path) -> None:
    folder = save_checkpoint(tmp_path / "plain")
    heads = fresh_backbone().heads
    heads.add_seeds()
    save_checkpoint(tmp_path / "seeded")
    save_file(heads.state_dict(), tmp_path / "seeded" / checkpoints.HEADS)

    def loaded(path: Path) -> Backbone:
        backbone = fresh_backbone()
        found = checkpoints.read(path)
        model = checkpoints.merge(found, backbone.model, backbone.heads)
        return Backbone(model, backbone.text.tokenizer, backbone.heads, "tiny", found)

    plain, with_seeds = loaded(folder), loaded(tmp_path / "seeded")
    prompt = prompt_of(plain, 2)
    decoded = mask_parallel.decode(plain, prompt)
    assert plain.heads.seed is None
    assert decoded.encoding.content is None
    assert [len(one.predicted) for one in decoded.keys] == list(prompt.budgets)
    other = mask_parallel.decode(with_seeds, prompt)
    assert other.encoding.content is not None
    for mine, one in zip(decoded.keys, other.keys, strict=True):
        assert [p.token for p in mine.predicted] != [p.token for p in one.predicted]
