"""What child processes of the tests do; `run` starts them together and gives their exit codes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from kie_app.errors import Overtaken
from kie_app.store import Correction, NewUser, Store
from kie_app.store.answers import Answers
from kie_app.store.database import Database
from kie_app.store.documents import Documents
from kie_app.store.files import Files
from kie_app.store.races import Races
from tests.store import things
from tests.store.things import Place

PATIENCE = 300  # seconds, also on a busy machine
_SPAWN = multiprocessing.get_context("spawn")


def run(what: Callable[..., None], arguments: Iterable[tuple[Any, ...]]) -> list[int | None]:
    children = [_SPAWN.Process(target=what, args=one) for one in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join(PATIENCE)
    return [child.exitcode for child in children]


def barrier(parties: int) -> Any:
    """Where children wait until all have started."""
    return _SPAWN.Barrier(parties, timeout=PATIENCE)


def open_and_close(place: Place, start: Any) -> None:
    start.wait()
    Store.open(place.url, place.files).close()


def write_much(place: Place, start: Any, document: str, name: str, times: int) -> None:
    """Corrections, jobs and schemas, as fast as they go."""
    store = Store.open(place.url, place.files)
    start.wait()
    for number in range(times):
        token = f"{name} {number}"
        store.answers.save_correction(
            "anna", document, key=name, state="corrected", value=token, author=name, token=token
        )
        store.answers.fields_of("anna", document)
        store.jobs.add("anna", name)


def correct(
    answers: Answers, document: str, value: str, after: int | None = None, token: str = ""
) -> Correction:
    """Anna's correction of a total; the value is its token unless one is given."""
    return answers.save_correction(
        "anna",
        document,
        key="total",
        state="corrected",
        value=value,
        after=after,
        author="anna",
        token=token or value,
    )


def count_up(place: Place, start: Any, document: str, times: int) -> None:
    """One more than the total that stands, again where another was quicker."""
    answers, done = Store.open(place.url, place.files).answers, 0
    start.wait()
    while done < times:
        seen = answers.fields_of("anna", document).get("total")
        after, count = (seen.id, int(seen.value or 0)) if seen else (0, 0)
        try:
            correct(answers, document, str(count + 1), after, f"{os.getpid()} {count + 1}")
        except Overtaken:
            continue
        done += 1


def take_all_back(place: Place, start: Any, document: str, name: str, times: int) -> None:
    """What was seen to stand taken back, again where another was quicker."""
    answers, done = Store.open(place.url, place.files).answers, 0
    start.wait()
    while done < times:
        after = answers.fields_of("anna", document)["total"].id
        token = f"{name} {done}"
        try:
            undone = answers.undo("anna", document, "total", after=after, author=name, token=token)
        except Overtaken:
            continue
        assert undone is not None
        history = answers.corrections_of("anna", document)
        assert history[history.index(undone) - 1].id == after
        done += 1


def add_at_once(place: Place, start: Any, times: int) -> None:
    """One content after another, each at the moment at which the other process adds it."""
    store = Store.open(place.url, place.files)
    for number in range(times):
        start.wait()
        store.documents.add("anna", "receipt.png", bytes([number]))


def add_and_delete(place: Place, start: Any, owner: str, data: bytes, times: int) -> None:
    """The same content again and again, read while it is there."""
    store = Store.open(place.url, place.files)
    start.wait()
    for _ in range(times):
        document = store.documents.add(owner, "receipt.png", data).id
        assert store.documents.data(owner, document) == data
        store.documents.delete(owner, document)
        assert store.documents.of(owner) == []


def claim_all(place: Place, start: Any) -> None:
    """Every job that is to be had, each finished."""
    store = Store.open(place.url, place.files)
    start.wait()
    while (job := store.jobs.claim(["batch"], PATIENCE)) is not None:
        assert store.jobs.finish(job, detail={"times": job.detail["times"] + 1}) is not None


def enter_users(place: Place, start: Any, role: str, names: list[str]) -> None:
    """All of them in one transaction."""
    store = Store.open(place.url, place.files)
    start.wait()
    store.users.add([NewUser(name, role, f"hash of {name}") for name in names])


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DiesOnceDoomed(Documents):
    _purge = die


class DiesBeforeRemoving(Files):
    remove = die


class DiesAfterRemoving(Files):
    def remove(self, digest: str) -> None:
        super().remove(digest)
        die()


class DiesBeforeKeeping(Files):
    keep = die


class DiesWhileKeeping(Files):
    def keep(self, digest: str, data: bytes) -> None:
        self._system.mv = die
        super().keep(digest, data)


class DiesAfterKeeping(Files):
    def keep(self, digest: str, data: bytes) -> None:
        super().keep(digest, data)
        die()


def delete(place: Place, document: str, kind: type[Documents], files: type[Files]) -> None:
    kind(Database(place.url), files(place.files)).delete("anna", document)


def add(place: Place, data: bytes, files: type[Files]) -> None:
    Documents(Database(place.url), files(place.files)).add("anna", "receipt.png", data)


class DiesBeforeCommit(Database):
    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            die()


class DiesAfterCommit(Database):
    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
        die()


def save_correction(database: Database, document: str) -> None:
    correct(Answers(database), document, "12.60", after=0)


def undo(database: Database, document: str) -> None:
    Answers(database).undo("anna", document, "total", author="anna", token="undo")


def save_race(database: Database, document: str) -> None:
    result = [things.extraction("1"), things.extraction("2")]
    Races(database).save("anna", document, things.SCHEMA, result, {}, result)


def cut_short(
    place: Place, what: Callable[[Database, str], None], database: type[Database], document: str
) -> None:
    what(database(place.url), document)
