"""Ratios are those of median times; HPD's bound is one of passes."""

from __future__ import annotations

import pytest

from kie_app.evaluation.costs import Case, Cost
from kie_app.types import Pass, Stats


def test_steps_are_the_passes_after_the_prefill() -> None:
    passes = (
        Pass("prefill", 0.0, 0.3, 400),
        Pass("step", 0.3, 0.02, 1),
        Pass("step", 0.4, 0.02, 1),
    )
    cost = Cost.of(Stats(passes, prefill=0.3, decode=0.04))
    assert (cost.passes, cost.steps, cost.tokens) == (3, 2, 402)
    assert cost.total == pytest.approx(0.34)


def test_a_row_compares_medians() -> None:
    case = Case(keys=4, documents=1)
    for decode in (2.0, 4.0, 90.0):
        case.note("autoregressive", Cost(1.0, decode, 81, 80, 500))
    for decode in (0.5, 1.0, 0.1):
        case.note("mask_parallel", Cost(1.0, decode, 2, 1, 440))
    base, pip = case.rows()
    assert (base["decode_ratio"], base["total_ratio"]) == (1.0, 1.0)
    assert pip["decode_ratio"] == 8.0
    assert pip["total_ratio"] == pytest.approx(5.0 / 1.5, abs=1e-3)
    assert {"decoder", "keys", "documents", "passes"} <= pip.keys()
    assert pip["passes"] == 2


def test_reaching_the_bound_is_one() -> None:
    case = Case(keys=4, documents=1)
    case.note("autoregressive", Cost(0.3, 1.6, 81, 80, 500))
    case.note("hyper_parallel", Cost(0.3, 0.8, 41, 40, 600))
    assert case.share_of_bound() == pytest.approx(1.0)


def test_costs_of_several_documents_add_up() -> None:
    one = Cost(0.25, 1.5, 81, 80, 500)
    assert sum([one, one], one) == Cost(0.75, 4.5, 243, 240, 1500)
