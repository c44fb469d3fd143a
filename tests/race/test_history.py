"""Figures of recorded races are those that a naive reckoning gives, and no machines are mixed."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kie_app.race.figures import figures_of
from kie_app.race.history import RecordedRace, by_facts, recorded_races
from kie_app.race.spread import speed_up_spreads
from kie_app.race.throughput import Comparison, compare
from kie_app.store import Store, StoredRace
from kie_app.types import Stats
from tests.ui import recorded

FACTS = {"machine": "2 cores", "dtype": "bfloat16"}
SECONDS = some.floats(0.001, 1000)
ARMS = ("mask_parallel", "autoregressive", "hyper_parallel")


def stored(**changes: object) -> StoredRace:
    done = recorded.extractions()
    made = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return replace(StoredRace("r", "anna", "d", done[0].schema, done, FACTS, made), **changes)


@some.composite
def races(draw: some.DrawFn) -> Recorded:
    """A race of some arms that took any time, on a document of some pages."""
    arms = draw(some.lists(some.sampled_from(ARMS), unique=True, min_size=1))
    ocr, taken = draw(SECONDS), {arm: (draw(SECONDS), draw(SECONDS)) for arm in arms}
    keys = tuple("abcde"[: draw(some.integers(1, 5))])
    judged = draw(some.integers(0, len(keys)))
    runs = []
    for arm, (prefill, decode) in taken.items():
        ratios: tuple[float | None, float | None] = (None, None)
        if "autoregressive" in taken:
            base = taken["autoregressive"]
            ratios = (base[1] / decode, (ocr + sum(base)) / (ocr + prefill + decode))
        agreeing = draw(some.integers(0, len(keys))) if "autoregressive" in taken else None
        exact = draw(some.integers(0, judged)) if judged else None
        runs.append(Run(arm, 2, ocr, prefill, decode, *ratios, agreeing, exact, judged))
    made = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=draw(some.integers(0, 999)))
    facts = (("machine", draw(some.sampled_from("AB"))),)
    pages = draw(some.integers(1, 9))
    return Recorded("r", made, "d.png", pages, keys, facts, tuple(runs))


def test_a_race_comes_to_what_its_page_showed() -> None:
    """`figures` is what the race tab shows."""
    document = recorded.document()
    found = recorded_race(stored(), document)
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
    [found] = recorded_race(race, recorded.document(), label).runs
    assert (found.exact, found.judged) == (2, 3)
    [unknown] = recorded_race(race, recorded.document(), {"another key": "x"}).runs
    assert (unknown.exact, unknown.judged) == (None, 0)


def test_without_the_baseline_nothing_is_compared() -> None:
    alone = stored(result=recorded.extractions()[:1])
    [run] = recorded_race(alone, recorded.document()).runs
    assert (run.decode_ratio, run.total_ratio, run.agreeing) == (None, None, None)
    found = recorded_race(alone, recorded.document())
    assert speed_up_spreads([found], "decode") == []
    [one] = throughputs([found])
    assert one.baseline is None


def test_a_document_without_text_is_neither_fast_nor_slow() -> None:
    nothing = tuple(replace(one, stats=Stats((), 0.0, 0.0)) for one in recorded.extractions())
    found = recorded_race(stored(result=nothing), recorded.document())
    assert all(run.total_ratio is None and run.decode_ratio is None for run in found.runs)
    assert speed_up_spreads([found], "total") == throughputs([found]) == []


@settings(deadline=None)
@given(some.lists(races(), max_size=12), some.sampled_from(["decode", "total"]))
def test_spreads_are_those_of_a_naive_reckoning(found: list[Recorded], time: Time) -> None:
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
        below = [ratio for ratio in one.ratios if ratio <= one.p95]
        assert len(below) >= 0.95 * len(ratios) > len(below) - one.ratios.count(one.p95)
        assert one.lost == sum(ratio < 1 for ratio in one.ratios)
        assert (one.agreeing, one.keys) == (agreeing, keys)
        assert (one.exact, one.judged) == (exact, judged)


@settings(deadline=None)
@given(some.lists(races(), max_size=12), some.floats(0, 1e6))
def test_throughput_and_cost_are_those_of_a_naive_reckoning(
    found: list[Recorded], price: float
) -> None:
    told = {one.decoder: one for one in throughputs(found)}
    for arm in ARMS:
        ran = [(race, run) for race in found for run in race.runs if run.decoder == arm]
        if not ran:
            assert arm not in told
            continue
        hours = sum(run.ocr + run.prefill + run.decode for _, run in ran) / 3600
        pages = sum(race.pages for race, _ in ran)
        one = told[arm]
        assert (one.races, one.pages) == (len(ran), pages)
        assert one.documents_an_hour == pytest.approx(len(ran) / hours)
        assert one.pages_an_hour == pytest.approx(pages / hours)
        assert one.cost(price) == pytest.approx(1000 * price * hours / pages)
        bases = [run.total for race, _ in ran for run in race.runs if run.decoder == ARMS[1]]
        assert one.baseline == (pytest.approx(sum(bases)) if len(bases) == len(ran) else None)


@settings(deadline=None)
@given(some.lists(races(), max_size=12))
def test_races_of_different_facts_are_never_together(found: list[Recorded]) -> None:
    groups = by_facts(found)
    assert sorted(map(id, (race for of in groups.values() for race in of))) == sorted(
        map(id, found)
    )
    for facts, of in groups.items():
        assert {race.facts for race in of} == {facts}
    if found:
        assert next(iter(groups)) == found[0].facts


@pytest.mark.parametrize("typed", [-1.0, math.inf, math.nan])
def test_a_price_that_can_be_none_is_told(typed: float) -> None:
    with pytest.raises(DataError, match="not below 0"):
        checked_price(typed)
    assert checked_price(None) is checked_price(0.0) is None
    assert checked_price(1.5) == 1.5


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
    saying = {"confirmed": done[0].fields[0].value, "corrected": "no arm's", "illegible": None}
    for (state, value), field in zip(saying.items(), done[0].fields, strict=False):
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


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    """With a default checkpoint, and no sweep anywhere."""
    (tmp_path / "models" / "good").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    registry = {"default": "good", "checkpoints": {"good": {}}}
    (tmp_path / "models" / "registry.json").write_text(json.dumps(registry), "utf-8")
    return Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")


def written_sweep(machine: str) -> str:
    arm = Arm("autoregressive", 9, 1.0, 1.5, 1.0, 1.0, None)
    made = datetime(2026, 1, 2, tzinfo=UTC)
    found = Sweep(made, {"machine": machine}, 2, (Point(4, 12, 1, 400, (arm,)),))
    return json.dumps(break_even.dump(found))


def test_a_sweep_of_one_s_own_goes_before_the_shipped_one(places: Settings) -> None:
    assert load_sweep(places) is None
    (places.models_dir / "good" / "sweep.json").write_text(written_sweep("theirs"), "utf-8")
    shipped = load_sweep(places)
    assert shipped
    assert shipped.facts["machine"] == "theirs"
    (places.data_dir / "sweep.json").write_text(written_sweep("ours"), "utf-8")
    own = load_sweep(places)
    assert own
    assert own.facts["machine"] == "ours"


def test_without_any_checkpoint_there_may_be_a_sweep_of_one_s_own(places: Settings) -> None:
    (places.models_dir / "registry.json").unlink()
    assert load_sweep(places) is None
    (places.data_dir / "sweep.json").write_text(written_sweep("ours"), "utf-8")
    assert load_sweep(places)


def test_a_damaged_sweep_is_told(places: Settings) -> None:
    (places.data_dir / "sweep.json").write_text("{", "utf-8")
    with pytest.raises(DataError, match="bench --sweep"):
        load_sweep(places)
