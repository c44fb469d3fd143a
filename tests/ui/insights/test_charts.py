"""The charts of the Insights tab show every measured figure, and nothing that was not measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from math import log10

import plotly.graph_objects as go
import pytest

from kie_app.decoding import BASELINE
from kie_app.evaluation.break_even import AXES, Arm, Axis, Point, Sweep, Time
from kie_app.race.history import RecordedRace
from kie_app.race.spread import ENOUGH, speed_up_spreads
from kie_app.store import StoredRace
from kie_app.ui.insights import charts
from tests.ui import recorded
from tests.ui.hostile import ATTACK

TIMES: tuple[Time, ...] = ("decode", "total")
FACTS = {"machine": "2 cores"}


def races(count: int = 3, slow: float = 1.0) -> list[RecordedRace]:
    """Races an hour apart, newest first; `slow` stretches what PIP decodes for."""
    pip, *others = recorded.extractions()
    pip = replace(pip, stats=replace(pip.stats, decode=slow * pip.stats.decode))
    done = (pip, *others)
    start = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    found = []
    for hour in range(count):
        made = start - timedelta(hours=hour)
        race = StoredRace(str(hour), "anna", "d", pip.schema, done, FACTS, made)
        found.append(RecordedRace.of(race, recorded.document()))
    return found


def sweep() -> Sweep:
    """Two values of each axis; `verified` on one document alone, and slower than AR there."""
    points = []
    for keys, length, documents in product((1, 4), (1, 8), (1, 2)):
        arms = [Arm("autoregressive", 9, 1.0, 1.5, 1.0, 1.0, None)]
        arms += [Arm("mask_parallel", 2, 0.1, 0.6, 10.0, 2.5, keys * documents)]
        if documents == 1:
            arms += [Arm("verified", 3, 2.0, 2.5, 0.5, 0.6, None)]
        points.append(Point(keys, length, documents, 400, tuple(arms)))
    return Sweep(datetime(2026, 1, 2, tzinfo=UTC), FACTS, 2, tuple(points))


def marks(figure: go.Figure) -> list[float]:
    return sorted(y for trace in figure.data for y in trace.y)


@pytest.mark.parametrize("time", TIMES)
def test_every_race_has_a_mark_for_each_arm_that_it_compared(time: Time) -> None:
    found = races()
    ratios = [run.ratio(time) for race in found for run in race.runs if run.decoder != BASELINE]
    figure = charts.over_time(found, time)
    assert marks(figure) == pytest.approx(sorted(one for one in ratios if one is not None))
    assert [trace.name for trace in figure.data] == ["PIP", "HPD", "Verified"]


@pytest.mark.parametrize("time", TIMES)
def test_the_spread_shows_every_race_median_and_p95(time: Time) -> None:
    found = races(ENOUGH)
    spreads = speed_up_spreads(found, time)
    figure = charts.spread(found, spreads, time)
    boxes = [trace for trace in figure.data if trace.type == "box"]
    assert [list(box.y) for box in boxes] == [pytest.approx(list(one.ratios)) for one in spreads]
    assert all("median" in box.name and "p95" in box.name for box in boxes)
    assert all(box.line.color != charts.CLEAR for box in boxes)
    marked = [trace.y[0] for trace in figure.data if trace.type == "scatter"]
    assert marked == pytest.approx([ratio for one in spreads for ratio in (one.median, one.p95)])


def test_few_races_are_points_with_their_median_and_no_box_or_p95() -> None:
    found = races(ENOUGH - 1)
    spreads = speed_up_spreads(found, "decode")
    figure = charts.spread(found, spreads, "decode")
    boxes = [trace for trace in figure.data if trace.type == "box"]
    assert [len(box.y) for box in boxes] == [ENOUGH - 1] * len(spreads)
    for box in boxes:
        assert (box.line.color, box.fillcolor) == (charts.CLEAR, charts.CLEAR)
        assert box.marker.color
        assert f"p95 from {ENOUGH} races on" in box.name
    marked = [trace.y[0] for trace in figure.data if trace.type == "scatter"]
    assert marked == pytest.approx([one.median for one in spreads])


def test_hover_puts_agreement_beside_the_speed_up_and_says_who_wins() -> None:
    fast, slow = (
        charts.over_time(races(1, slow), "decode").data[0].hovertext[0] for slow in (1, 99)
    )
    assert "4 of 4 as AR" in fast
    assert "2026-01-02 03:04 UTC" in fast
    assert "AR wins" in slow
    assert "AR wins" not in fast


def test_a_document_s_name_stays_text_in_hover() -> None:
    [race] = races(1)
    for figure in (
        charts.over_time([replace(race, name=ATTACK)], "decode"),
        charts.spread([replace(race, name=ATTACK)], speed_up_spreads([race], "decode"), "decode"),
    ):
        for text in figure.data[0].hovertext:
            assert "<img" not in text
            assert "&lt;img" in text


def test_without_anything_compared_a_frame_says_so() -> None:
    alone = [replace(race, runs=race.runs[:1]) for race in races(1)]
    for figure in (charts.over_time([], "decode"), charts.spread([], [], "decode")):
        assert len(figure.data) == 0
    nothing = replace(alone[0], runs=(replace(alone[0].runs[0], decode_ratio=None),))
    assert len(charts.over_time([nothing], "decode").data) == 0


@pytest.mark.parametrize("slow", [0.01, 1, 5000])
def test_the_axis_holds_every_mark_and_the_even_line(slow: float) -> None:
    figure = charts.over_time(races(2, slow), "decode")
    low, high = figure.layout.yaxis.range
    assert low < 0 < high  # of a logarithmic axis
    assert all(low < log10(mark) < high for mark in marks(figure))
    assert figure.layout.yaxis.type == "log"
    assert "in decoding" in figure.layout.yaxis.title.text


@pytest.mark.parametrize("axis", AXES)
def test_a_line_of_the_sweep_is_its_measured_points_not_joined(axis: Axis) -> None:
    measured = sweep()
    chosen = measured.nearest(4, 8, 1)
    figure = charts.along(measured, axis, chosen, "decode")
    line = measured.along(axis, chosen)
    pip = figure.data[0]
    assert list(pip.x) == [str(getattr(point, axis)) for point in line]
    assert figure.layout.xaxis.type == "category"
    assert {trace.mode for trace in figure.data} == {"markers"}
    assert [size == max(pip.marker.size) for size in pip.marker.size] == [
        point == chosen for point in line
    ]


def test_an_arm_has_no_mark_where_it_was_not_measured() -> None:
    measured = sweep()
    figure = charts.along(measured, "documents", measured.nearest(4, 8, 1), "decode")
    assert {trace.name: len(trace.y) for trace in figure.data} == {"PIP": 2, "Verified": 1}


def test_hover_of_a_point_has_its_size_passes_and_exact_matches() -> None:
    measured = sweep()
    pip, verified = charts.along(measured, "keys", measured.nearest(4, 8, 1), "total").data
    assert "4 keys, 8 tokens a value, 1 document" in pip.hovertext[1]
    assert "4 of 4 exact" in pip.hovertext[1]
    assert "2.5\N{MULTIPLICATION SIGN} with prefill" in pip.hovertext[1]
    assert "values forced" in verified.hovertext[1]
    assert "AR wins" in verified.hovertext[1]


def test_every_chart_has_a_title_and_the_same_height() -> None:
    found, measured = races(), sweep()
    point = measured.points[0]
    drawn = [charts.over_time(found, "decode"), charts.over_time([], "decode")]
    drawn += [charts.along(measured, axis, point, "decode") for axis in AXES]
    assert all(figure.layout.title.text for figure in drawn)
    assert len({figure.layout.height for figure in drawn}) == 1
