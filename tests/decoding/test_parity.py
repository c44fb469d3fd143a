"""Every fast decoder against a naive one, on four architectures, in float32."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_app.decoding import autoregressive, hyper_parallel, mask_parallel, slots, verified
from kie_app.decoding.autoregressive import continue_uncached
from kie_app.decoding.base import Recorder
from kie_app.model.backbone import Backbone, layout
from kie_app.model.prompt import Prompt, build_prompt
from kie_app.types import Key, Schema
from tests.conftest import (
    ARCHITECTURES,
    RECEIPT_KEYS,
    make_backbone,
    make_document,
    slots_win,
)

LONGEST = 9


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def prompt_of(backbone: Backbone, seed: int, lines: int = 8, keys=RECEIPT_KEYS) -> Prompt:
    return build_prompt(backbone.text, make_document(seed, lines), Schema("test", keys))


def alone(backbone: Backbone, prompt: Prompt) -> list[tuple[int, ...]]:
    """The oracle: each branch by itself, everything recomputed for every token."""
    written = [continue_uncached(backbone, prompt, key, LONGEST) for key in prompt.keys]
    return [tuple(t for t in tokens if t != prompt.end) for tokens in written]


def ending_early(backbone: Backbone, prompt: Prompt) -> Prompt:
    """The prompt with an end-of-value that one branch writes late or never and another soon."""
    first, *others = [continue_uncached(backbone, prompt, key, LONGEST) for key in prompt.keys]
    token = next(t for other in others for t in other[1:] if t not in first[:4])
    return replace(prompt, end=token)


def values(decoded) -> list[tuple[int, ...]]:
    return [key.tokens for key in decoded.keys]


def test_cached_autoregressive_equals_the_uncached_loop(any_backbone: Backbone) -> None:
    prompt = prompt_of(any_backbone, 1)
    steps = 40
    decoded = autoregressive.decode(any_backbone, prompt, longest=steps)
    answer = autoregressive.Answer(prompt)
    while not answer.done and len(answer.tokens) - answer.line < steps:
        encoding = any_backbone.encode(prompt.document, (*prompt.ask, *answer.tokens))
        answer.add(int(any_backbone.logits(encoding.last[None])[0].argmax()))
    zeros = torch.zeros(len(answer.tokens), 512)
    blank = dict(enumerate(autoregressive.predictions(zeros, answer.tokens)))
    assert values(decoded) == [answer.key(k, blank, 1.0).tokens for k in range(len(prompt.keys))]
    assert len(decoded.stats.passes) == len(answer.tokens)


def test_autoregressive_on_a_cached_document_gives_the_same(any_backbone: Backbone) -> None:
    prompt = prompt_of(any_backbone, 2)
    fresh = autoregressive.decode(any_backbone, prompt, longest=8)
    cached = autoregressive.decode(any_backbone, prompt, fresh.encoding, longest=8)
    assert values(cached) == values(fresh)
    assert cached.stats.cached
    assert cached.stats.prefill == 0


@pytest.mark.parametrize("seed", range(3))
def test_hyper_parallel_equals_each_branch_alone(any_backbone: Backbone, seed: int) -> None:
    prompt = prompt_of(any_backbone, seed, lines=4 + 3 * seed)
    decoded = hyper_parallel.decode(any_backbone, prompt, longest=LONGEST)
    assert values(decoded) == alone(any_backbone, prompt)


def test_hyper_parallel_with_branches_that_end_early(any_backbone: Backbone) -> None:
    prompt = ending_early(any_backbone, prompt_of(any_backbone, 5))
    decoded = hyper_parallel.decode(any_backbone, prompt, longest=LONGEST)
    assert values(decoded) == alone(any_backbone, prompt)
    assert len({len(value) for value in values(decoded)}) > 1


def test_stacked_documents_equal_each_document_alone(any_backbone: Backbone) -> None:
    """Unequal lengths, unequal numbers of keys, and branches that end at different passes."""
    shapes = [(17, 2, 4), (12, 9, 2), (13, 5, 1), (14, 7, 3)]
    prompts = [prompt_of(any_backbone, s, n, RECEIPT_KEYS[:k]) for s, n, k in shapes]
    end = ending_early(any_backbone, prompts[0]).end
    prompts = [replace(prompt, end=end) for prompt in prompts]
    decoded = hyper_parallel.decode_stacked(any_backbone, prompts, longest=LONGEST)
    for prompt, one in zip(prompts, decoded, strict=True):
        assert values(one) == alone(any_backbone, prompt)


@pytest.mark.parametrize("again", [False, True])
def test_stacked_documents_are_filled_as_each_alone(
    any_backbone: Backbone, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """In one pass; and those whose block comes back full are asked again in one more."""
    shapes = [(11, 2, 4), (12, 9, 2), (13, 5, 1), (14, 7, 3)]
    prompts = [prompt_of(any_backbone, s, n, RECEIPT_KEYS[:k]) for s, n, k in shapes]
    monkeypatch.setattr(any_backbone, "checkpoint", slots_win(always=again))
    stacked = mask_parallel.decode_stacked(any_backbone, prompts)
    passes = [one.kind for one in stacked[0].stats.passes]
    assert passes == [*["prefill"] * 4, "fill", *["again"] * again]
    for prompt, one in zip(prompts, stacked, strict=True):
        single = mask_parallel.decode(any_backbone, prompt)
        assert values(one) == values(single)
        assert [key.run for key in one.keys] == [key.run for key in single.keys]
        for mine, other in zip(one.keys, single.keys, strict=True):
            assert mine.confidence == pytest.approx(other.confidence, abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_verified_equals_hyper_parallel(any_backbone: Backbone, seed: int) -> None:
    prompt = prompt_of(any_backbone, 20 + seed)
    if seed == 2:
        prompt = ending_early(any_backbone, prompt)
    checked = verified.decode(any_backbone, prompt, longest=LONGEST)
    assert values(checked) == values(hyper_parallel.decode(any_backbone, prompt, longest=LONGEST))


@pytest.mark.parametrize("accepted", [0, 2, LONGEST - 1])
def test_verified_keeps_whatever_part_of_a_draft_is_right(
    any_backbone: Backbone, monkeypatch: pytest.MonkeyPatch, accepted: int
) -> None:
    prompt = prompt_of(any_backbone, 30)
    truth = hyper_parallel.decode(any_backbone, prompt, longest=LONGEST)

    def draft(recorder, prompt, encoding, longest):
        wrong = [
            (one.tokens[accepted] + 1) % 100 for one in truth.keys if len(one.tokens) > accepted
        ]
        tokens = [(*one.tokens[:accepted], *wrong[:1], 3, 4)[:longest] for one in truth.keys]
        return tokens, encoding

    monkeypatch.setattr(verified, "draft", draft)
    checked = verified.decode(any_backbone, prompt, longest=LONGEST)
    assert values(checked) == values(truth)


def test_verified_needs_fewer_passes_when_the_draft_is_right(
    tiny_backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = prompt_of(tiny_backbone, 31)
    truth = hyper_parallel.decode(tiny_backbone, prompt, longest=LONGEST)
    drafts = [one.tokens[: LONGEST - 1] for one in truth.keys]
    monkeypatch.setattr(verified, "draft", lambda _, __, encoding, ___: (drafts, encoding))
    checked = verified.decode(tiny_backbone, prompt, longest=LONGEST)
    assert values(checked) == values(truth)
    assert len(checked.stats.passes) <= 2


def test_cached_encoding_equals_uncached(any_backbone: Backbone) -> None:
    prompt = prompt_of(any_backbone, 40)
    for decode in (mask_parallel.decode, hyper_parallel.decode, verified.decode):
        fresh = decode(any_backbone, prompt)
        again = decode(any_backbone, prompt, fresh.encoding)
        assert values(again) == values(fresh)
        assert again.stats.cached
        assert again.stats.prefill == 0


def test_mask_parallel_equals_one_uncached_pass(any_backbone: Backbone) -> None:
    """Document and blocks in one sequence without a cache give the same slots and pointers."""
    prompt = prompt_of(any_backbone, 41)
    encoding = any_backbone.encode(prompt.document)
    prepared = mask_parallel.prepare(Recorder(any_backbone), prompt, encoding)
    filled = slots.fill(any_backbone, [prepared], slots.blocks_of(prompt), prompt.end)
    expected = whole_sequence(any_backbone, prompt)
    torch.testing.assert_close(torch.cat(filled.logits), expected[0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(filled.queries, expected[1], atol=1e-4, rtol=1e-4)


def whole_sequence(backbone: Backbone, prompt: Prompt) -> tuple[torch.Tensor, torch.Tensor]:
    """The oracle of mask_parallel: visibility written as a rule for each pair of positions."""
    tokens = [(t, "document", i, False) for i, t in enumerate(prompt.document.ids)]
    start = len(tokens)
    query = []
    for k, key in enumerate(prompt.keys):
        block = [(t, False) for t in key] + [(prompt.end, True)] * prompt.budgets[k]
        query.append(len(tokens) + len(key) - 1)
        tokens += [(t, k, start + i, slot) for i, (t, slot) in enumerate(block)]

    def sees(a, b) -> bool:
        if a[1] == "document":
            return b[1] == "document" and b[2] <= a[2]
        return b[1] in ("document", a[1])

    visible = torch.tensor([[sees(a, b) for b in tokens] for a in tokens])
    boxes, boxed = layout(prompt.document, backbone.device)
    slots = torch.tensor([slot for *_, slot in tokens])
    embeds = backbone.embed(torch.tensor([t for t, *_ in tokens]), boxes, boxed, slots)
    states = backbone.forward(embeds, torch.tensor([p for _, _, p, _ in tokens]), visible)
    return backbone.logits(states[slots]), states[query]


@settings(max_examples=15, deadline=None)
@given(
    architecture=st.sampled_from(ARCHITECTURES),
    names=st.lists(
        st.text("abcdefgh <>&é😀", min_size=1, max_size=12).filter(lambda n: n.strip()),
        min_size=1,
        max_size=5,
        unique_by=lambda n: " ".join(n.split()).casefold(),
    ),
    seed=st.integers(0, 3),
)
def test_an_answer_does_not_depend_on_the_other_keys(
    architecture: str, names: list[str], seed: int
) -> None:
    backbone = make_backbone(architecture)
    keys = tuple(Key(name) for name in names)
    together = prompt_of(backbone, 50 + seed, keys=keys)
    encoding = backbone.encode(together.document)
    for decode in (mask_parallel.decode, hyper_parallel.decode):
        joint = decode(backbone, together, encoding)
        for k, key in enumerate(keys):
            single = decode(backbone, prompt_of(backbone, 50 + seed, keys=(key,)), encoding)
            assert single.keys[0].tokens == joint.keys[k].tokens
            assert single.keys[0].run == joint.keys[k].run
