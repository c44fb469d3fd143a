"""The p95 is a measured figure that at least 95 % of all do not exceed, and the smallest such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kie_app.evaluation.percentile import p95


@given(some.lists(some.floats(-1e6, 1e6), min_size=1, max_size=80))
def test_it_is_the_nearest_rank(figures: list[float]) -> None:
    found = p95(figures)
    assert found in figures
    assert sum(one <= found for one in figures) >= 0.95 * len(figures)
    assert sum(one < found for one in figures) < 0.95 * len(figures)


@pytest.mark.parametrize(("number", "rank"), [(1, 1), (19, 19), (20, 19), (100, 95)])
def test_of_fewer_than_twenty_it_is_the_largest(number: int, rank: int) -> None:
    assert p95(range(number, 0, -1)) == rank
