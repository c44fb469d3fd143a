"""Throughput and cost are compared over shared races, which others neither change nor hide."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kie_app.errors import DataError
from kie_app.race.history import RecordedRace
from kie_app.race.throughput import checked_price, compare
from tests.race.races import races, stored
from tests.ui import recorded


def ran(*arms: int) -> RecordedRace:
    """A race of these of the recorded arms: 0 is PIP, 1 AR, 2 HPD, 3 Verified."""
    done = recorded.extractions()
    return RecordedRace.of(stored(result=tuple(done[arm] for arm in arms)), recorded.document())


@settings(deadline=None)
@given(some.lists(races(), max_size=12), some.floats(0, 1e6))
def test_throughput_and_cost_are_those_of_a_naive_reckoning(
    found: list[RecordedRace], price: float
) -> None:
    comparison = compare(found)
    together = {one.decoder for one in comparison.shared}
    shared = [race for race in found if together <= {run.decoder for run in race.runs}]
    for one in (*comparison.shared, *comparison.apart):
        own = [race for race in found if one.decoder in {run.decoder for run in race.runs}]
        of = shared if one.decoder in together else own
        runs = [run for race in of for run in race.runs if run.decoder == one.decoder]
        hours = sum(run.ocr + run.prefill + run.decode for run in runs) / 3600
        pages = sum(race.pages for race in of)
        assert (one.races, one.pages) == (len(of), pages)
        assert one.documents_an_hour == pytest.approx(len(of) / hours)
        assert one.pages_an_hour == pytest.approx(pages / hours)
        assert one.cost(price) == pytest.approx(1000 * price * hours / pages)


@settings(deadline=None)
@given(some.lists(races(), max_size=12))
def test_every_arm_is_compared_with_the_baseline_or_stands_apart(found: list[RecordedRace]) -> None:
    comparison = compare(found)
    together = [one.decoder for one in comparison.shared]
    apart = [one.decoder for one in comparison.apart]
    assert sorted(together + apart) == sorted({run.decoder for race in found for run in race.runs})
    assert not together or "autoregressive" in together
    assert "autoregressive" not in apart
    for decoder in apart:
        wanted = {*together, "autoregressive", decoder}
        assert not any(wanted <= {run.decoder for run in race.runs} for race in found)


def test_a_race_that_is_not_shared_changes_no_figure() -> None:
    both = [ran(0, 1), ran(0, 1)]
    assert compare([*both, ran(0), ran(1)]) == compare(both)


def test_an_arm_without_a_shared_race_stands_apart_with_its_own_figures() -> None:
    comparison = compare([ran(0, 1), ran(0, 1), ran(2)])
    assert [(one.decoder, one.races) for one in comparison.shared] == [
        ("mask_parallel", 2),
        ("autoregressive", 2),
    ]
    assert [(one.decoder, one.races) for one in comparison.apart] == [("hyper_parallel", 1)]


def test_of_arms_that_never_met_the_one_with_more_races_is_compared() -> None:
    comparison = compare([ran(1, 3), ran(0, 1), ran(0, 1)])
    assert {one.decoder for one in comparison.shared} == {"mask_parallel", "autoregressive"}
    assert [one.decoder for one in comparison.apart] == ["verified"]


@pytest.mark.parametrize("typed", [-1.0, math.inf, math.nan])
def test_a_price_that_can_be_none_is_told(typed: float) -> None:
    with pytest.raises(DataError, match="not below 0"):
        checked_price(typed)
    assert checked_price(None) is checked_price(0.0) is None
    assert checked_price(1.5) == 1.5
