"""The tables say what agrees with AR, what matches the label, and where AR wins."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from kie_app.race.figures import baseline, figures_of, matches
from kie_app.types import Extraction, Stats
from kie_app.ui.race import results
from tests.ui import recorded
from tests.ui.hostile import Markup


@pytest.fixture(scope="module")
def done() -> tuple[Extraction, ...]:
    return recorded.extractions()


def test_agreement_is_counted_against_autoregressive(done: tuple[Extraction, ...]) -> None:
    slowest = baseline(done)
    assert slowest is not None
    twin = replace(slowest, decoder="verified")
    other = replace(
        twin, fields=(replace(twin.fields[0], value="else"), *twin.fields[1:]), decoder="x"
    )
    rows = figures_of([slowest, twin, other], 0.0, None)
    assert [row.agreeing for row in rows] == [4, 4, 3]


def test_a_label_that_is_a_list_is_not_judged(done: tuple[Extraction, ...]) -> None:
    first = done[0].fields[0]
    assert matches(first, {first.key.name: ["a", "b"]}) is None
    label = {field.key.name: "" for field in done[0].fields} | {first.key.name: ["a", "b"]}
    assert figures_of(done[:1], 0.0, label)[0].judged == 3


def test_an_absent_value_matches_an_absent_label_and_no_label_judges_nothing(
    done: tuple[Extraction, ...],
) -> None:
    absent = replace(done[0].fields[0], value=None)
    assert matches(absent, {absent.key.name: ""}) is True
    assert matches(absent, {}) is None
    text = Markup(results.render(done, recorded.document(), {})).text
    assert "no label" in text
    assert "not the label" not in text


def test_verdict_puts_accuracy_beside_the_speed_up(done: tuple[Extraction, ...]) -> None:
    label = {field.key.name: field.value or "" for field in done[0].fields}
    text = Markup(results.render(done, recorded.document(), label)).text
    assert "4 of 4 values exact, AR" in text


def test_autoregressive_wins_in_words() -> None:
    slow, baseline = recorded.extractions()[:2]
    slow = replace(slow, stats=replace(slow.stats, decode=4 * baseline.stats.decode))
    html = results.render([slow, baseline], recorded.document(), None)
    assert "AR wins in decoding (0.25\N{MULTIPLICATION SIGN})" in Markup(html).text


def test_without_the_baseline_no_speed_up_is_claimed(done: tuple[Extraction, ...]) -> None:
    text = Markup(results.render(done[:1], recorded.document(), None)).text
    assert "No speed-up without the AR arm" in text


def test_a_page_without_text_is_told_as_such(done: tuple[Extraction, ...]) -> None:
    nothing = [replace(one, stats=Stats((), 0.0, 0.0), events=()) for one in done]
    text = Markup(results.render(nothing, recorded.document(), None)).text
    assert "no text" in text
    assert "AR wins" not in text


def test_downloads_carry_the_result_in_the_link(done: tuple[Extraction, ...]) -> None:
    html = results.render(done, replace(recorded.document(), name="../../my receipt.jpg"), None)
    assert 'download="my-receipt.json"' in html
    data = html.split("data:application/json;base64,")[1].split('"')[0]
    assert len(json.loads(base64.b64decode(data))) == len(done)


def test_caption_counts_what_was_written_beside_what_was_copied(
    done: tuple[Extraction, ...],
) -> None:
    pip = done[0]
    mixed = replace(pip, fields=(replace(pip.fields[0], origin="slots"), *pip.fields[1:]))
    written = len({event.position for event in pip.events if event.key == 0})
    copied = len({(event.key, event.position) for event in pip.events if event.key})
    text = Markup(results.caption({}, [mixed])).text
    assert f"PIP {written} tokens written and {copied} copied" in text


def test_caption_names_facts_output_length_and_command(done: tuple[Extraction, ...]) -> None:
    text = Markup(results.caption({"machine": "two cores"}, done)).text
    assert "two cores" in text
    copied = len({(event.key, event.position) for event in done[0].events})
    assert f"output lengthPIP {copied} tokens copied, AR {len(done[1].events)} tokens" in text
    assert "python -m kie_app bench" in text
