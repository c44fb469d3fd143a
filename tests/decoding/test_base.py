"""The stopwatch holds all of a decoder's time, and its passes and parts add up to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from kie_app.decoding import DECODERS, Decoded, Written, mask_parallel, slots
from kie_app.decoding.base import Recorder
from kie_app.model.backbone import Backbone, Encoding
from kie_app.model.prompt import Prompt, build_prompt
from kie_app.types import Part, Pass, Schema, Stats
from tests.conftest import (
    RECEIPT_KEYS,
    fresh_backbone,
    make_backbone,
    make_document,
    slots_win,
)

ATTEMPTS = 12  # one good one is enough: anything else on the machine only adds to a time
SLACK = 0.001  # seconds that a call may take around its stopwatch


def prompt_of(backbone: Backbone, seed: int = 0) -> Prompt:
    return build_prompt(backbone.text, make_document(seed, 30), Schema("s", RECEIPT_KEYS))


@pytest.fixture(scope="module")
def slots_alone() -> Backbone:
    """A model whose slots' own text wins over every run of the page."""
    backbone = fresh_backbone()
    backbone.checkpoint = slots_win()
    return backbone


def runs(backbone: Backbone, name: str, cached: bool) -> Iterator[tuple[float, Stats]]:
    """Wall time and account of the same call, again and again."""
    prompt = prompt_of(backbone)
    encoding = DECODERS[name].decode(backbone, prompt).encoding if cached else None
    for _ in range(ATTEMPTS):
        began = time.perf_counter()
        decoded: Decoded = DECODERS[name].decode(backbone, prompt, encoding)
        yield time.perf_counter() - began, decoded.stats


def work(stats: Stats) -> list[Pass | Part]:
    return sorted((*stats.passes, *stats.parts), key=lambda one: one.start)


@pytest.fixture(params=["pointers", "slots"])
def backbone(request: pytest.FixtureRequest, slots_alone: Backbone) -> Backbone:
    """With "slots", `mask_parallel` needs its second pass."""
    return slots_alone if request.param == "slots" else make_backbone()


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("name", DECODERS)
def test_prefill_and_decode_are_the_wall_time_of_the_call(
    backbone: Backbone, name: str, cached: bool
) -> None:
    for wall, stats in runs(backbone, name, cached):
        left = wall - (stats.prefill + stats.decode)
        assert left >= 0
        if left < SLACK:
            return
    pytest.fail(f"{left:.4f} s of the last call are on no clock")


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("name", DECODERS)
def test_passes_and_parts_follow_each_other_and_add_up(
    backbone: Backbone, name: str, cached: bool
) -> None:
    for _, stats in runs(backbone, name, cached):
        done = work(stats)
        total = stats.prefill + stats.decode
        assert done[0].start >= 0
        assert all(one.start + one.seconds <= other.start for one, other in pairwise(done))
        assert done[-1].start + done[-1].seconds <= total
        prefill = [one.seconds for one in done if one.kind in ("prefill", "features")]
        assert stats.prefill == pytest.approx(sum(prefill))
        share = sum(one.seconds for one in done) / total
        if share > 0.9:
            return
    pytest.fail(f"{share:.2f} of the last call's time is in its passes and parts")


def test_only_decoders_that_point_pay_for_what_print_says(tiny_backbone: Backbone) -> None:
    for name, decoder in DECODERS.items():
        parts = [
            one.kind for one in decoder.decode(tiny_backbone, prompt_of(tiny_backbone)).stats.parts
        ]
        points = name in ("mask_parallel", "verified")
        assert parts.count("features") == parts.count("labels") == points


@pytest.mark.parametrize("name", ["mask_parallel", "verified"])
def test_features_of_a_document_are_computed_once_by_whoever_needs_them_first(
    tiny_backbone: Backbone, name: str
) -> None:
    prompt, decoder = prompt_of(tiny_backbone), DECODERS[name]
    written = DECODERS["autoregressive"].decode(tiny_backbone, prompt)
    assert written.encoding.features is None
    first = decoder.decode(tiny_backbone, prompt, written.encoding)
    assert first.stats.cached
    [features] = [one for one in first.stats.parts if one.kind == "features"]
    assert first.stats.prefill == pytest.approx(features.seconds)
    again = decoder.decode(tiny_backbone, prompt, first.encoding)
    assert again.stats.prefill == 0
    assert "features" not in [one.kind for one in again.stats.parts]
    assert "labels" in [one.kind for one in again.stats.parts], "they depend on the keys"
    assert [one.tokens for one in again.keys] == [one.tokens for one in first.keys]


def closing(backbone: Backbone, prompt: Prompt, encoding: Encoding) -> tuple[Prompt, int]:
    """The prompt with an end-of-value that only one block predicts, and the number of its key."""
    with torch.inference_mode():
        prepared = mask_parallel.prepare(Recorder(backbone), prompt, encoding)
        logits = slots.fill(backbone, [prepared], slots.blocks_of(prompt), prompt.end).logits
    tokens = [set(one.argmax(dim=-1).tolist()) for one in logits]
    for key, own in enumerate(tokens):
        for token in own.difference(*(other for at, other in enumerate(tokens) if at != key)):
            return replace(prompt, end=token), key
    raise AssertionError("all blocks predict the same tokens")


def test_a_block_that_comes_back_full_is_asked_again_alone_counted_timed_and_streamed(
    slots_alone: Backbone,
) -> None:
    prompt = prompt_of(slots_alone)
    with torch.inference_mode():
        encoding = slots_alone.encode(prompt.document)
    prompt, closed = closing(slots_alone, prompt, encoding)
    full = [key for key in range(len(prompt.keys)) if key != closed]
    events: list[Written] = []
    decoded = mask_parallel.decode(slots_alone, prompt, encoding, on_event=events.append)
    fill, again = decoded.stats.passes
    assert (fill.kind, again.kind) == ("fill", "again")
    heads = [len(prompt.keys[key]) for key in full]
    assert again.tokens == sum(heads) + mask_parallel.LARGER * len(full)
    assert 0 < again.seconds < decoded.stats.decode
    assert [one.kind for one in decoded.stats.parts].count("scores") == 2

    once = mask_parallel.decode(slots_alone, prompt, encoding, larger=0)
    assert [one.kind for one in once.stats.passes] == ["fill"]
    assert decoded.keys[closed] == once.keys[closed]
    for key in full:
        assert len(once.keys[key].tokens) == prompt.budgets[key]
        assert len(decoded.keys[key].predicted) == mask_parallel.LARGER

    assert tuple(events) == decoded.written
    first = [one for one in events if one.at < again.start]
    later = [one for one in events if one.at >= again.start + again.seconds]
    assert [*first, *later] == events
    for told, keys in ((first, once.keys), (later, [decoded.keys[key] for key in full])):
        assert [one.token for one in told] == [token for one in keys for token in one.tokens]
    assert {one.key for one in later} == set(full)


def test_a_draft_is_never_asked_again(slots_alone: Backbone) -> None:
    passes = DECODERS["verified"].decode(slots_alone, prompt_of(slots_alone)).stats.passes
    assert [one.kind for one in passes][:3] == ["prefill", "fill", "verify"]
    assert "again" not in [one.kind for one in passes]
