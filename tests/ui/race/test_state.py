"""A race grows with its updates and shows slots at the times that were recorded."""

from __future__ import annotations

from dataclasses import replace

from kie_app.race.running import RaceEvent, RaceFinished, RaceStarted
from kie_app.schemas.kinds import slots_of
from kie_app.types import Box, Event, Source
from kie_app.ui.race import arms, slots, stage
from kie_app.ui.race.state import Race
from kie_app.ui.shared import page_viewer
from tests.ui import recorded


def test_updates_lead_from_waiting_to_done() -> None:
    baseline = recorded.extractions()[1]
    race = Race.of(baseline.schema, ["mask_parallel", "autoregressive"])
    race = race.after(RaceStarted("autoregressive"))
    assert [arm.state for arm in race.arms] == ["waiting", "running"]
    race = race.after(RaceEvent("autoregressive", Event(0.5, 0, 0, "TAN")))
    assert race.arms[1].at == 0.5
    race = race.after(RaceFinished("autoregressive", baseline))
    assert race.arms[1].at == baseline.stats.prefill + baseline.stats.decode
    assert race.extractions == (baseline,)


def test_masks_stand_for_the_whole_slot_budget_before_the_pass() -> None:
    schema = recorded.extractions()[0].schema
    race = Race.of(schema, ["mask_parallel", "autoregressive"])
    html = [arms.render(arm, race) for arm in race.arms]
    assert html[0].count("cell masked") == sum(slots_of(key) for key in schema.keys)
    assert html[1].count("cell masked") == 0


def test_tokens_stream_into_their_key_with_their_time() -> None:
    schema = recorded.extractions()[1].schema
    race = Race.of(schema, ["autoregressive"]).after(RaceStarted("autoregressive"))
    race = race.after(RaceEvent("autoregressive", Event(0.4321, 1, 0, " 24/")))
    assert '<span class="cell" data-at="0.4321">24/</span><i></i>' in arms.render(
        race.arms[0], race
    )


def test_the_replay_has_the_recorded_time_unrounded() -> None:
    """Rounded first to four decimals and then to three, 4.32347 s ends a replay as 4.324."""
    one = recorded.extractions()[0]
    late = Event(4.32347, 0, 0, "TAN")
    one = replace(one, stats=replace(one.stats, prefill=4.0, decode=0.32347), events=(late,))
    race = Race.of(one.schema, [one.decoder]).after(RaceFinished(one.decoder, one))
    html = arms.render(race.arms[0], race)
    assert f'data-total="{4.0 + 0.32347!r}"' in html
    assert f'data-at="{late.at!r}"' in html
    assert '<span class="clock">4.323 s</span>' in html


def test_a_later_pass_overwrites_a_slot() -> None:
    events = [Event(0.1, 0, 0, "A"), Event(0.1, 0, 1, "B"), Event(0.2, 0, 0, "C")]
    assert [cell.text for cell in slots.cells(0, events)] == ["C", "B"]


def test_absent_and_not_located_are_said() -> None:
    one = recorded.extractions()[0]
    lost = replace(one.fields[0], value="somewhere", sources=())
    absent = replace(one.fields[1], value=None, sources=())
    one = replace(one, fields=(lost, absent, *one.fields[2:]))
    race = Race.of(one.schema, [one.decoder]).after(RaceFinished(one.decoder, one))
    html = arms.render(race.arms[0], race)
    assert html.count("not located on the page") == 1
    assert ">absent</span>" in html


def test_boxes_are_percentages_of_their_page() -> None:
    one = recorded.extractions()[0]
    placed = replace(one.fields[0], sources=(Source(0, Box(0.25, 0.5, 0.75, 0.525)),))
    one = replace(one, fields=(placed,))
    html = page_viewer.render(recorded.document(), "kept", [one])
    assert "left:25.00%;top:50.00%;width:50.00%;height:2.50%" in html
    assert 'src="documents/kept/0.jpg"' in html


def test_the_stage_is_live_until_the_race_is_over() -> None:
    one = recorded.extractions()[0]
    race = Race.of(one.schema, [one.decoder]).after(RaceFinished(one.decoder, one))
    assert stage.render(None, None, "", running=False)["badge"] == "no race yet"
    assert stage.render(race, recorded.document(), "t", running=True)["badge"] == "live"
    assert stage.render(race, recorded.document(), "t", running=False)["badge"] == "recorded"
