"""Spreads of speed-ups are those of a naive reckoning, and few races have no p95."""

from __future__ import annotations

from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kie_app.evaluation.break_even import Time
from kie_app.race.history import RecordedRace
from kie_app.race.spread import ENOUGH, speed_up_spreads
from tests.race.races import ARMS, races, stored
from tests.ui import recorded


@settings(deadline=None)
@given(some.lists(races(), max_size=40), some.sampled_from(["decode", "total"]))
def test_spreads_are_those_of_a_naive_reckoning(found: list[RecordedRace], time: Time) -> None:
    spreads = {one.decoder: one for one in speed_up_spreads(found, time)}
    for arm in ARMS:
        ratios, agreeing, keys, exact, judged = [], 0, 0, 0, 0
        for race in found:
            by_name = {run.decoder: run for run in race.runs}
            if arm in by_name and "autoregressive" in by_name and arm != "autoregressive":
                run, base = by_name[arm], by_name["autoregressive"]
                whole = base.total / run.total
                ratios.append(base.decode / run.decode if time == "decode" else whole)
                agreeing += run.agreeing or 0
                keys += len(race.keys)
                exact += run.exact or 0
                judged += run.judged
        if not ratios:
            assert arm not in spreads
            continue
        one = spreads[arm]
        assert one.ratios == pytest.approx(sorted(ratios))
        assert one.median == pytest.approx(median(ratios))
        if one.p95 is not None:
            below = [ratio for ratio in one.ratios if ratio <= one.p95]
            assert len(below) >= 0.95 * len(ratios) > len(below) - one.ratios.count(one.p95)
        assert one.lost == sum(ratio < 1 for ratio in one.ratios)
        assert (one.agreeing, one.keys) == (agreeing, keys)
        assert (one.exact, one.judged) == (exact, judged)


@pytest.mark.parametrize("number", [1, ENOUGH - 1, ENOUGH])
def test_there_is_a_p95_from_enough_races_on(number: int) -> None:
    one = RecordedRace.of(stored(), recorded.document())
    for spread in speed_up_spreads([one] * number, "decode"):
        assert (spread.p95 is not None) == (number >= ENOUGH)
        assert spread.median == pytest.approx(spread.ratios[0])
