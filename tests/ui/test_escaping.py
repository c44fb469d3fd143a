"""Text from documents and people stays text, wherever the page shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kie_app.datasets.samples import Sample
from kie_app.types import Schema
from kie_app.ui.race import arms, results, stage
from kie_app.ui.race import sample_cards as samples
from kie_app.ui.race.state import Arm, Race
from kie_app.ui.shared import drop_zone, file_button, page_viewer
from kie_app.ui.shared.elements import status_line
from tests.ui import hostile
from tests.ui.hostile import ATTACK, Markup, harmless


@pytest.fixture(scope="module")
def race() -> Race:
    finished = hostile.extractions()
    done = tuple(Arm(one.decoder, "done", one.events, one) for one in finished)
    return Race(finished[0].schema, done)


def test_every_arm_is_harmless_when_done(race: Race) -> None:
    for arm in race.arms:
        html = arms.render(arm, race)
        assert harmless(html)
        assert ATTACK in Markup(html).text


def test_every_arm_is_harmless_while_it_runs(race: Race) -> None:
    for arm in race.arms:
        running = Arm(arm.decoder, "running", arm.events)
        assert harmless(arms.render(running, Race(race.schema, (running,))))


def test_page_names_and_boxes_are_harmless(race: Race) -> None:
    html = page_viewer.render(hostile.document(), "to'ken\"", race.extractions)
    assert harmless(html)
    assert ATTACK in Markup(html).text


def test_results_and_caption_are_harmless(race: Race) -> None:
    label = {ATTACK: ATTACK}
    assert harmless(results.render(race.extractions, hostile.document(), label))
    assert harmless(results.caption({ATTACK: ATTACK}, race.extractions))


def test_status_and_samples_are_harmless() -> None:
    sample = Sample(ATTACK, ATTACK, Path(f"{ATTACK}.png"), Schema(ATTACK, ()), {})
    assert harmless(status_line(ATTACK, "bad"))
    assert harmless(samples.render([sample]))


@pytest.mark.parametrize(
    "template",
    [stage.TEMPLATE, samples.TEMPLATE, drop_zone.TEMPLATE, file_button.TEMPLATE],
)
def test_templates_never_evaluate_what_they_insert(template: str) -> None:
    assert "{{" not in template
