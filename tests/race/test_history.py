"""Recorded races are in figures what their page showed, and no machines are mixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kie_app.race.figures import figures_of
from kie_app.race.history import RecordedRace, by_facts, recorded_races
from kie_app.race.spread import speed_up_spreads
from kie_app.race.throughput import Comparison, compare
from kie_app.store import Store
from kie_app.types import Stats
from tests.race.races import FACTS, races, stored
from tests.ui import recorded


def test_a_race_comes_to_what_its_page_showed() -> None:
    """`figures` is what the race tab shows."""
    document = recorded.document()
    found = RecordedRace.of(stored(), document)
    shown = figures_of(recorded.extractions(), document.ocr_seconds, None)
    for run, row in zip(found.runs, shown, strict=True):
        assert (run.decoder, run.passes, run.agreeing) == (row.decoder, row.passes, row.agreeing)
        assert (run.ocr, run.prefill, run.decode) == (row.ocr, row.prefill, row.decode)
        assert run.decode_ratio == pytest.approx(row.decode_ratio)
        assert run.total_ratio == pytest.approx(row.total_ratio)
        assert run.total == pytest.approx(row.total)


def test_values_are_exact_where_they_are_the_label() -> None:
    pip = recorded.extractions()[0]
    first, second, third, fourth = (field.key.name for field in pip.fields)
    race = stored(
        result=(replace(pip, fields=(replace(pip.fields[0], value=None), *pip.fields[1:])),)
    )
    label = {first: "", second: f" {pip.fields[1].value} ", third: "other", fourth: ["a", "list"]}
    [found] = RecordedRace.of(race, recorded.document(), label).runs
    assert (found.exact, found.judged) == (2, 3)
    [unknown] = RecordedRace.of(race, recorded.document(), {"another key": "x"}).runs
    assert (unknown.exact, unknown.judged) == (None, 0)


def test_without_the_baseline_nothing_is_compared() -> None:
    alone = stored(result=recorded.extractions()[:1])
    [run] = RecordedRace.of(alone, recorded.document()).runs
    assert (run.decode_ratio, run.total_ratio, run.agreeing) == (None, None, None)
    found = RecordedRace.of(alone, recorded.document())
    assert speed_up_spreads([found], "decode") == []
    assert [one.decoder for one in compare([found]).apart] == ["mask_parallel"]


def test_a_document_without_text_is_neither_fast_nor_slow() -> None:
    nothing = tuple(replace(one, stats=Stats((), 0.0, 0.0)) for one in recorded.extractions())
    found = RecordedRace.of(stored(result=nothing), recorded.document())
    assert all(run.total_ratio is None and run.decode_ratio is None for run in found.runs)
    assert speed_up_spreads([found], "total") == []
    assert compare([found]) == Comparison()


@settings(deadline=None)
@given(some.lists(races(), max_size=12))
def test_races_of_different_facts_are_never_together(found: list[RecordedRace]) -> None:
    groups = by_facts(found)
    assert sorted(map(id, (race for of in groups.values() for race in of))) == sorted(
        map(id, found)
    )
    for facts, of in groups.items():
        assert {race.facts for race in of} == {facts}
    if found:
        assert next(iter(groups)) == found[0].facts


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path / 'onepass.db'}", str(tmp_path / "files"))


def test_an_owner_s_races_come_newest_first_and_no_one_else_s(store: Store) -> None:
    done = recorded.extractions()
    for owner, names in (("anna", ("first.png", "second.png")), ("bela", ("hers.png",))):
        for name in names:
            kept = store.documents.add(owner, name, name.encode())
            store.documents.save_content(owner, kept.id, recorded.document())
            store.races.save(owner, kept.id, done[0].schema, done, FACTS)
    found = recorded_races(store, "anna")
    assert [race.name for race in found] == ["second.png", "first.png"]
    assert found[0].facts == tuple(FACTS.items())
    assert [race.pages for race in found] == [1, 1]
    assert recorded_races(store, "nobody") == []


def test_what_a_person_verified_after_a_race_is_its_label(store: Store) -> None:
    done = recorded.extractions()
    kept = store.documents.add("anna", "a.png", b"a")
    store.documents.save_content("anna", kept.id, recorded.document())
    store.races.save("anna", kept.id, done[0].schema, done, FACTS, done)
    verdicts = {"confirmed": done[0].fields[0].value, "corrected": "no arm's", "illegible": None}
    for (state, value), field in zip(verdicts.items(), done[0].fields, strict=False):
        store.answers.save_correction(
            "anna", kept.id, key=field.key.name, state=state, value=value, author="a", token=state
        )
    [race] = recorded_races(store, "anna")
    pip = race.run("mask_parallel")
    assert (pip.exact, pip.judged) == (1, 2)


def test_a_race_whose_document_was_never_read_whole_is_left_out(store: Store) -> None:
    kept = store.documents.add("anna", "a.png", b"a")
    store.races.save(
        "anna", kept.id, recorded.extractions()[0].schema, recorded.extractions(), FACTS
    )
    assert recorded_races(store, "anna") == []
