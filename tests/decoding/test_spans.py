"""Slot scores of runs against a loop over tokens, and the choice between run and free text."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_app import prompting
from kie_app.checkpoint import Calibration
from kie_app.decoding import spans
from kie_app.heads import MAX_RUN_WORDS, PointerHead
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
    prompt = prompting.build(backbone.text, make_document(seed, lines), Schema("s", RECEIPT_KEYS))
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
    scores, no_run = head(torch.randn(7, 32), torch.randn(3, 32))
    runs, log_probs, none = spans.pointer_scores(scores, no_run)
    possible = 7 * 8 // 2
    assert runs.shape[1] == min(spans.CANDIDATES, 49)
    total = log_probs[:, :possible].exp().sum(dim=1) + none.exp()
    torch.testing.assert_close(total, torch.ones(3))
    assert (runs[:, :possible, 0] <= runs[:, :possible, 1]).all()


def test_no_run_is_longer_than_the_limit() -> None:
    head = PointerHead(32, 16)
    scores, _ = head(torch.randn(MAX_RUN_WORDS + 5, 32), torch.randn(1, 32))
    allowed = scores[0].isfinite().nonzero()
    assert int((allowed[:, 1] - allowed[:, 0]).max()) == MAX_RUN_WORDS - 1


def test_free_text_stops_at_the_end_and_tells_when_the_block_is_full() -> None:
    log_probs = torch.full((3, 5), -9.0)
    log_probs[0, 2] = log_probs[1, 4] = log_probs[2, 1] = -0.5
    assert spans.free_text(log_probs, end=4) == ([2], False, -1.0)
    assert spans.free_text(log_probs, end=0) == ([2, 4, 1], True, -1.5)


def test_weights_decide_between_pointer_and_slots() -> None:
    scores = spans.KeyScores(
        runs=torch.tensor([[0, 0], [1, 1]]),
        pointers=torch.tensor([-0.5, -1.0]),
        slots=torch.tensor([-20.0, -1.0]),
        no_run=-5.0,
        free=-1.0,
    )
    assert spans.choose(scores, Calibration(slot_weight=0.0))[0] == 0
    assert spans.choose(scores, Calibration(slot_weight=0.5))[0] == 1
    assert spans.choose(scores, Calibration(slot_weight=0.0, no_run_bias=9.0))[0] is None
    sure = spans.choose(scores, Calibration(temperature=0.5))[1]
    assert spans.choose(scores, Calibration(temperature=5.0))[1] < sure
