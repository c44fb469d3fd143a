"""A race reports its arms one after the other, and ends where one fails or nobody listens."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest

from kie_app.errors import SchemaError
from kie_app.model.backbone import Backbone
from kie_app.race.running import RaceEvent, RaceFinished, RaceStarted, run_race
from kie_app.types import Key, Schema
from tests.conftest import make_document

ALONE = nullcontext()  # nobody else wants the model
SCHEMA = Schema("s", (Key("total"), Key("date")))


def test_each_arm_starts_writes_and_finishes_before_the_next(tiny_backbone: Backbone) -> None:
    names = ["hyper_parallel", "mask_parallel"]
    updates = list(run_race(tiny_backbone, make_document(2), SCHEMA, names, ALONE))
    first = next(at for at, one in enumerate(updates) if one.decoder == names[1])
    for name, own in zip(names, (updates[:first], updates[first:]), strict=True):
        assert {one.decoder for one in own} == {name}
        *before, last = own
        assert before[0] == RaceStarted(name)
        assert isinstance(last, RaceFinished)
        events = tuple(one.event for one in before if isinstance(one, RaceEvent))
        assert events == last.extraction.events


def test_an_unknown_decoder_is_refused_before_any_arm_runs(tiny_backbone: Backbone) -> None:
    race = run_race(tiny_backbone, make_document(2), SCHEMA, ["mask_parallel", "nonsense"], ALONE)
    with pytest.raises(SchemaError, match="nonsense"):
        next(race)


def test_an_error_of_an_arm_ends_the_race(
    tiny_backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(type(tiny_backbone), "encode", broken)
    race = run_race(
        tiny_backbone, make_document(2), SCHEMA, ["mask_parallel", "hyper_parallel"], ALONE
    )
    assert next(race) == RaceStarted("mask_parallel")
    with pytest.raises(MemoryError, match="no room"):
        next(race)


def test_an_arm_ends_soon_after_nobody_listens(tiny_backbone: Backbone) -> None:
    before = set(threading.enumerate())
    schema = Schema("s", tuple(Key(f"key {number}") for number in range(12)))
    race = run_race(
        tiny_backbone, make_document(2), schema, ["hyper_parallel", "autoregressive"], ALONE
    )
    next(update for update in race if isinstance(update, RaceEvent))
    race.close()
    for arm in set(threading.enumerate()) - before:
        arm.join(5)
        assert not arm.is_alive()
