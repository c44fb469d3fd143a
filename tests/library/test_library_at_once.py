"""Use cases of the library by several processes and threads at once, on one database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.errors import Overtaken, StoreError
from kie_app.library.library import Library
from kie_app.store import Counts, Store
from tests.library.conftest import SCHEMA, picture
from tests.store import children
from tests.ui.kept import correct, undo

ROUNDS = 5  # of each of two processes


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What the acts return that are begun at the same moment, each in a thread."""
    start = threading.Barrier(len(acts))

    def act(one: Callable[[], Any]) -> Any:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def test_one_file_added_at_once_is_one_document(library: Library) -> None:
    added = at_once(*[lambda: library.add("ann", "a.png", picture())] * 4)
    assert {one.id for one in added} == {one.document.id for one in library.all("ann")}
    assert len(library.all("ann")) == 1
    assert library.open("ann", added[0].id).lines


def test_a_document_asked_twice_at_once_has_one_answer_that_stands(
    library: Library,
) -> None:
    kept = library.add("ann", "a.png", picture())
    one, other = at_once(*[lambda: library.fill("ann", kept.id, SCHEMA)] * 2)
    assert one.fields == other.fields == library.one("ann", kept.id).fields
    assert [field.key for field in one.fields] == list(SCHEMA.keys)


def test_of_two_who_say_at_once_what_they_saw_one_is_overtaken(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    library.fill("ann", kept.id, SCHEMA)

    def say(value: str) -> str | None:
        try:
            correct(library, "ann", kept.id, "total", "corrected", value, after=0)
        except Overtaken:
            return None
        return value

    said = at_once(lambda: say("1.00"), lambda: say("2.00"))
    [stands] = [value for value in said if value]
    total, _ = library.one("ann", kept.id).fields
    assert (total.value, total.state) == (stands, "corrected")


def test_a_document_deleted_while_it_is_worked_on_leaves_nothing(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    library.fill("ann", kept.id, SCHEMA)

    def say_and_undo(name: str) -> None:
        for _ in range(200):
            correct(library, "ann", kept.id, "date", "absent", author=name)
            undo(library, "ann", kept.id, "date", author=name)

    def work(name: str) -> None:
        with pytest.raises(StoreError, match="There is no document"):
            say_and_undo(name)

    at_once(lambda: work("one"), lambda: work("two"), lambda: library.delete("ann", kept.id))
    assert library.all("ann") == []
    assert library.store.counts() == Counts(0, 0, 0, 0, 0, 0, 0)


def live(settings: Settings, start: Any, name: str, other: str) -> None:
    """The whole life of a document, again and again, beside another process that lives the same."""
    library = Library(Engine(settings), Store.of(settings))
    start.wait()
    for _ in range(ROUNDS):
        kept = library.add(name, "a.png", picture())
        assert library.fill(name, kept.id, SCHEMA).verified == 0
        total, _ = correct(library, name, kept.id, "total", "corrected", name).fields
        assert (total.value, total.state) == (name, "corrected")
        taken = undo(library, name, kept.id, "total")
        assert taken.verified == 0
        library.delete(name, kept.id)
        assert library.all(name) == []
        assert {one.document.owner for one in library.all(other)} <= {other}


def test_processes_that_work_on_one_content_do_not_meet(
    library: Library, settings: Settings
) -> None:
    library.add("ann", "a.png", picture())  # makes the database
    start = children.barrier(2)
    with ThreadPoolExecutor(1) as beside:
        other = beside.submit(children.run, live, [(settings, start, "bob", "eve")])
        live(settings, start, "eve", "bob")
        assert other.result() == [0]
    assert library.store.counts().documents == 1
    assert library.all("ann")[0].prediction is None
