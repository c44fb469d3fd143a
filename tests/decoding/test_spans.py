"""Slot scores of runs against a loop over tokens, and the choice between run and free text."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_app.decoding import spans
from kie_app.model.checkpoint import Calibration
from kie_app.model.features.label import PLACES
from kie_app.model.features.run import RUN_FEATURES
from kie_app.model.features.word import WORD_FEATURES
from kie_app.model.pointer import MAX_RUN_WORDS, PointerHead
from kie_app.model.prompt import build_prompt
from kie_app.types import Schema
from tests.conftest import RECEIPT_KEYS, make_backbone, make_document


def naive_slot_score(log_probs, document, first: int, last: int, end: int) -> float:
    tokens = [
        t
        for w in range(first, last + 1)
        for t in document.ids[document.first[w] : document.last[w] + 1]
    ]
    wanted = [*tokens, end][: len(log_probs)]
    return sum(float(log_probs[i, t]) for i, t in enumerate(wanted))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 99), slots=st.integers(1, 12), lines=st.integers(1, 9))
def test_slot_scores_equal_the_loop_over_tokens(seed: int, slots: int, lines: int) -> None:
    backbone = make_backbone()
    prompt = build_prompt(backbone.text, make_document(seed, lines), Schema("s", RECEIPT_KEYS))
    document = prompt.document
    torch.manual_seed(seed)
    log_probs = torch.log_softmax(torch.randn(slots, 400), dim=-1)
    count = len(document.words)
    runs = torch.tensor([(a, b) for a in range(count) for b in range(a, count)])
    scores = spans.slot_scores(log_probs, document, runs, prompt.end)
    for (a, b), score in zip(runs.tolist(), scores.tolist(), strict=True):
        expected = naive_slot_score(log_probs, document, a, b, prompt.end)
        assert abs(score - expected) < 1e-3


def test_pointer_probabilities_of_all_runs_and_no_run_sum_to_one() -> None:
    torch.manual_seed(0)
    head = PointerHead(32, 16)
    scores, no_run = head(
        torch.randn(7, 32),
        torch.randn(3, 32),
        torch.rand(3, 7, len(PLACES)),
        torch.rand(7, len(WORD_FEATURES)),
        torch.rand(7, 7, len(RUN_FEATURES)),
    )
    runs, log_probs, none = spans.pointer_scores(scores, no_run)
    possible = 7 * 8 // 2
    assert runs.shape[1] == min(spans.CANDIDATES, 49)
    total = log_probs[:, :possible].exp().sum(dim=1) + none.exp()
    torch.testing.assert_close(total, torch.ones(3))
    assert (runs[:, :possible, 0] <= runs[:, :possible, 1]).all()


def test_no_run_is_longer_than_the_limit() -> None:
    head = PointerHead(32, 16)
    scores, _ = head(
        torch.randn(MAX_RUN_WORDS + 5, 32),
        torch.randn(1, 32),
        torch.zeros(1, MAX_RUN_WORDS + 5, len(PLACES)),
        torch.zeros(MAX_RUN_WORDS + 5, len(WORD_FEATURES)),
        torch.zeros(MAX_RUN_WORDS + 5, MAX_RUN_WORDS + 5, len(RUN_FEATURES)),
    )
    allowed = scores[0].isfinite().nonzero()
    assert int((allowed[:, 1] - allowed[:, 0]).max()) == MAX_RUN_WORDS - 1


def test_free_text_stops_at_the_end_and_tells_when_the_block_is_full() -> None:
    log_probs = torch.full((3, 5), -9.0)
    log_probs[0, 2] = log_probs[1, 4] = log_probs[2, 1] = -0.5
    assert spans.free_text(log_probs, end=4) == ([2], False, -1.0)
    assert spans.free_text(log_probs, end=0) == ([2, 4, 1], True, -1.5)


def key_scores(pointers: list[float], slots: list[float], text: list[int], **others: float | None):
    runs = torch.tensor([[i, i] for i in range(len(pointers))]).reshape(-1, 2)
    numbers = torch.tensor(text, dtype=torch.long)
    rest = {"no_run": -5.0, "empty": -1.0, "own": None, **others}
    return spans.KeyScores(runs, torch.tensor(pointers), torch.tensor(slots), numbers, **rest)


def test_weights_decide_between_pointer_and_slots() -> None:
    scores = key_scores([-0.5, -1.0], [-20.0, -1.0], [0, 1], own=-1.0)
    assert spans.choose(scores, Calibration(slot_weight=0.0))[0] == 0
    assert spans.choose(scores, Calibration(slot_weight=0.5))[0] == 1
    assert spans.choose(scores, Calibration(0.0, absent_bias=9.0))[0] == spans.ABSENT
    assert spans.choose(scores, Calibration(0.0, own_text_bias=9.0))[0] == spans.OWN_TEXT
    sure = spans.choose(scores, Calibration(temperature=0.5))[1]
    assert spans.choose(scores, Calibration(temperature=5.0))[1] < sure


def test_a_value_printed_twice_collects_the_probability_of_both_places() -> None:
    scores = key_scores([math.log(0.4), math.log(0.3), math.log(0.3)], [0.0] * 3, [0, 1, 1])
    index, confidence = spans.choose(scores, Calibration(slot_weight=0.0, absent_bias=-99.0))
    assert index in (1, 2)
    assert confidence == pytest.approx(0.6)


def test_slots_without_a_text_of_their_own_cannot_answer_one() -> None:
    scores = key_scores([-4.0], [-4.0], [0])
    assert spans.choose(scores, Calibration(own_text_bias=99.0))[0] != spans.OWN_TEXT
    page_without_words = key_scores([], [], [])
    assert spans.choose(page_without_words, Calibration())[0] == spans.ABSENT


@settings(max_examples=50, deadline=None)
@given(data=st.data(), count=st.integers(1, 8))
def test_the_choice_is_that_of_a_loop_over_texts(data: st.DataObject, count: int) -> None:
    numbers = st.lists(st.floats(-9, 0, width=32), min_size=count, max_size=count)
    pointers, slots = data.draw(numbers), data.draw(numbers)
    drawn = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    order = list(dict.fromkeys(drawn))
    text = [order.index(one) for one in drawn]
    calibration = Calibration(data.draw(st.sampled_from([0.0, 0.3])), -1.0, 0.5, 1.7)
    scores = key_scores(pointers, slots, text, own=-2.0)
    weight = calibration.slot_weight
    odds = dict.fromkeys(range(len(order)), 0.0)
    for p, s, t in zip(pointers, slots, text, strict=True):
        odds[t] += math.exp(p + weight * s)
    odds[spans.ABSENT] = math.exp(-5.0 - 1.0 + weight * -1.0)
    odds[spans.OWN_TEXT] = math.exp(-5.0 + 0.5 + weight * -2.0)
    chances = {one: weighed ** (1 / 1.7) for one, weighed in odds.items()}
    index, confidence = spans.choose(scores, calibration)
    said = text[index] if index >= 0 else index
    assert confidence == pytest.approx(chances[said] / sum(chances.values()), rel=1e-4)
    assert confidence == pytest.approx(max(chances.values()) / sum(chances.values()), rel=1e-4)


def test_runs_of_the_same_words_have_one_text() -> None:
    backbone = make_backbone()
    document = build_prompt(backbone.text, make_document(3), Schema("s", RECEIPT_KEYS)).document
    words = [word.text for word in document.words]
    runs = torch.tensor([(a, b) for a in range(len(words)) for b in range(a, len(words))])
    numbers = spans.texts(document, runs).tolist()
    said = [words[a : b + 1] for a, b in runs.tolist()]
    assert all(
        (x == y) == (m == n)
        for x, m in zip(said, numbers, strict=True)
        for y, n in zip(said, numbers, strict=True)
    )
