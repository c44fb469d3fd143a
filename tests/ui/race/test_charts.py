"""Charts tell what was recorded: every pass, every phase, and who is faster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kie_app.race.figures import figures_of
from kie_app.types import Extraction, Stats
from kie_app.ui.race import charts
from kie_app.ui.shared.plots import LOSES
from tests.ui import recorded

OCR = 0.42


@pytest.fixture(scope="module")
def done() -> tuple[Extraction, ...]:
    return recorded.extractions()


def test_every_chart_has_its_title_and_keeps_its_height(done: tuple[Extraction, ...]) -> None:
    before, after = charts.empty(), charts.charts(done, OCR, None)
    assert [figure.layout.title.text for figure in after] == list(charts.TITLES)
    assert [figure.layout.height for figure in before] == [figure.layout.height for figure in after]


def test_axes_carry_units(done: tuple[Extraction, ...]) -> None:
    passes, phases, speedup, rates = charts.charts(done, OCR, None)
    assert passes.layout.xaxis.title.text in {"ms since the arm began", "s since the arm began"}
    assert phases.layout.xaxis.title.text in {"ms", "s"}
    assert speedup.layout.yaxis.title.text == "AR time / arm time"
    assert rates.layout.yaxis2.title.text == "tokens / s of decoding"


def test_timeline_has_one_bar_a_pass_of_its_recorded_length(done: tuple[Extraction, ...]) -> None:
    passes = [part for one in done for part in one.stats.passes]
    bars = [length for trace in charts.timeline(done).data for length in trace.x]
    scale = 1.0 if max(one.stats.prefill + one.stats.decode for one in done) >= 10 else 1000.0
    assert sorted(bars) == pytest.approx(sorted(scale * part.seconds for part in passes))


def test_hover_names_kind_tokens_and_milliseconds(done: tuple[Extraction, ...]) -> None:
    prefill = charts.timeline(done).data[0].hovertext[0]
    part = done[0].stats.passes[0]
    assert f"{part.kind}<br>{part.tokens} tokens, {1000 * part.seconds:.1f} ms" in prefill


def test_phases_add_up_to_end_to_end(done: tuple[Extraction, ...]) -> None:
    rows = figures_of(done, OCR, None)
    traces = charts.phases(rows).data
    scale = 1.0 if max(row.total for row in rows) >= 10 else 1000.0
    for index, row in enumerate(rows):
        assert sum(trace.x[index] for trace in traces) == pytest.approx(scale * row.total)


def test_where_autoregressive_wins_the_bar_says_so_in_words_and_colour() -> None:
    slow, baseline = recorded.extractions()[:2]
    slow = replace(slow, stats=replace(slow.stats, decode=2 * baseline.stats.decode))
    bars = charts.speedups(figures_of([slow, baseline], OCR, None)).data[0]
    assert bars.marker.color == (LOSES,)
    assert bars.text[0].endswith("AR wins")


def test_a_speed_up_stands_beside_its_exact_matches(done: tuple[Extraction, ...]) -> None:
    label = {field.key.name: field.value or "" for field in done[0].fields}
    bars = charts.charts(done, OCR, label)[2].data[0]
    assert bars.x[0] == f"PIP<br>{len(label)} of {len(label)} exact"


def test_copied_tokens_have_no_rate(done: tuple[Extraction, ...]) -> None:
    rates = charts.rates(figures_of(done, OCR, None)).data[1]
    baseline = done[1]
    assert (rates.y[0], rates.text[0]) == (0.0, "copied")
    assert rates.y[1] == pytest.approx(len(baseline.events) / baseline.stats.decode)
    copied = len({(event.key, event.position) for event in done[0].events})
    assert f"{copied} tokens copied from the page, none written" in rates.hovertext[0]


def test_the_rate_is_that_of_written_tokens_alone(done: tuple[Extraction, ...]) -> None:
    pip = done[0]
    mixed = replace(pip, fields=(replace(pip.fields[0], origin="slots"), *pip.fields[1:]))
    written = len({event.position for event in pip.events if event.key == 0})
    rates = charts.rates(figures_of([mixed], OCR, None)).data[1]
    assert rates.y[0] == pytest.approx(written / pip.stats.decode)
    assert f"{written} written" in rates.hovertext[0]
    assert "copied from the page" in rates.hovertext[0]


def test_a_document_without_text_still_has_charts(done: tuple[Extraction, ...]) -> None:
    nothing = [replace(one, stats=Stats((), 0.0, 0.0), events=()) for one in done]
    assert len(charts.charts(nothing, OCR, None)) == len(charts.TITLES)
