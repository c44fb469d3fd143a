"""Bins of confidence against truth, and their expected calibration error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.evaluation.reliability import reliability


def test_calibration_error_is_the_distance_of_confidence_and_truth() -> None:
    sure = [(0.95, True)] * 9 + [(0.95, False)]
    assert reliability(sure).error == pytest.approx(0.05)
    assert reliability([*sure, *[(0.2, True)] * 10]).error == pytest.approx((0.05 + 0.8) / 2)
    assert [one.count for one in reliability(sure).bins] == [0] * 9 + [10]
    assert reliability([]).error == 0
    assert reliability([(1.0, True), (0.0, False)]).error == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=50))
def test_calibration_error_is_a_share(judgements: list[tuple[float, bool]]) -> None:
    found = reliability(judgements)
    assert 0 <= found.error <= 1
    assert sum(one.count for one in found.bins) == len(judgements)
