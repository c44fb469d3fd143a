"""The model and OCR serve one at a time, in the order in which they were asked."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image

from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.engine.turn import Turn
from kie_app.errors import KieError
from kie_app.race import running
from kie_app.race.running import RaceEvent, RaceFinished, RaceStarted
from kie_app.types import Key
from tests.conftest import make_backbone, make_document

SECONDS = 20.0  # until something counts as stuck


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("tiny")
    backbone = make_backbone()
    backbone.model.save_pretrained(folder)
    backbone.text.tokenizer.save_pretrained(folder)
    engine = Engine(Settings(backbone=str(folder), models_dir=folder, dtype="float32"))
    engine.backbone()
    return engine


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


def waiting(turn: Turn, number: int) -> None:
    """Until so many wait."""
    until(lambda: len(turn._waiting) == number)


def png(width: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 30), "white").save(out, "PNG")
    return out.getvalue()


def test_turns_come_in_the_order_in_which_they_were_asked_for(pool: ThreadPoolExecutor) -> None:
    turn, order, inside = Turn(), list[int](), list[int]()

    def take(number: int) -> None:
        with turn:
            inside.append(number)
            time.sleep(0.002)
            assert inside == [number]
            order.append(inside.pop())

    with turn:
        taken = []
        for number in range(6):
            taken.append(pool.submit(take, number))
            waiting(turn, number + 1)
    for one in taken:
        one.result(SECONDS)
    assert order == list(range(6))
    with turn:
        pass


def test_an_error_gives_the_turn_back() -> None:
    turn = Turn()
    with pytest.raises(ZeroDivisionError), turn:
        raise ZeroDivisionError
    with turn:
        pass


@pytest.mark.parametrize("late", [False, True])
def test_who_is_interrupted_while_waiting_keeps_nobody_from_a_turn(
    monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """Also when the turn came a moment before."""
    turn = Turn()

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if late:
                turn.__exit__()
            raise KeyboardInterrupt

    turn.__enter__()
    with monkeypatch.context() as patch:
        patch.setattr(threading, "Event", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            turn.__enter__()
    if not late:
        turn.__exit__()
    with turn:
        pass


@pytest.mark.parametrize(
    "use",
    [
        lambda engine: engine.read(png(41), "a.png"),
        lambda engine: engine.extract(make_document(), engine.schema("s", [Key("total")])),
        lambda engine: engine.extract_stacked(
            [make_document()], engine.schema("s", [Key("total")])
        ),
        lambda engine: list(
            engine.race(make_document(), engine.schema("s", [Key("total")]), ["verified"])
        ),
    ],
)
def test_whatever_uses_model_or_ocr_waits_for_its_turn(
    engine: Engine, pool: ThreadPoolExecutor, use: Callable[[Engine], Any]
) -> None:
    with engine._turn:
        done = pool.submit(use, engine)
        waiting(engine._turn, 1)
        assert not done.done()
    assert done.result(SECONDS)


def test_nothing_runs_between_the_arms_of_a_race(engine: Engine, pool: ThreadPoolExecutor) -> None:
    schema, document = engine.schema("s", [Key("total")]), make_document(1)
    race = engine.race(document, schema, ["mask_parallel", "autoregressive"])
    next(race)
    calls = [
        pool.submit(engine.extract, document, schema),
        pool.submit(engine.read, png(42), "b.png"),
    ]
    waiting(engine._turn, 2)
    for update in race:
        assert not any(call.done() for call in calls)
        if isinstance(update, RaceFinished):
            time.sleep(0.05)
            assert len(engine._turn._waiting) == 2
    for call in calls:
        call.result(SECONDS)


def started(engine: Engine) -> Iterator[Any]:
    """A race in the middle of an arm, after which there is another."""
    schema = engine.schema("s", [Key(f"key {n}") for n in range(12)])
    race = engine.race(make_document(2), schema, ["hyper_parallel", "autoregressive"])
    next(update for update in race if isinstance(update, RaceEvent))
    return race


def test_a_race_that_nobody_follows_any_more_gives_its_turn_back(
    engine: Engine, pool: ThreadPoolExecutor
) -> None:
    schema = engine.schema("s", [Key("total")])
    race = started(engine)
    call = pool.submit(engine.extract, make_document(), schema)
    waiting(engine._turn, 1)
    del race
    call.result(SECONDS)

    race = started(engine)
    race.close()  # type: ignore[attr-defined]
    assert engine.extract(make_document(), schema)


def test_a_race_that_is_kept_but_not_followed_is_given_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.1)
    race = started(engine)
    assert engine.extract(make_document(), engine.schema("s", [Key("total")]))
    with pytest.raises(KieError, match="given up"):
        list(race)


def test_who_leaves_before_the_turn_comes_runs_nothing(
    engine: Engine, pool: ThreadPoolExecutor
) -> None:
    race = engine.race(make_document(2), engine.schema("s", [Key("total")]), ["verified"])
    with engine._turn:
        first = pool.submit(next, race)
        waiting(engine._turn, 1)
    assert first.result(SECONDS) == RaceStarted("verified")
    race.close()  # type: ignore[attr-defined]
    until(lambda: not engine._turn._taken)


def test_an_arm_that_fails_gives_the_turn_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = engine.schema("s", [Key("total")])

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(running.extraction, "extract", fail)
        with pytest.raises(ZeroDivisionError):
            list(engine.race(make_document(), schema, ["verified"]))
    assert engine.extract(make_document(), schema)
