"""Processes and threads that write at once lose nothing and never meet a locked database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from kie_app.store import Counts, Store
from tests.store import children, things
from tests.store.things import Place

TIMES = 100  # rounds of each of two writers
ROUNDS = 40  # additions with their deletions of each, several transactions a round


def test_processes_that_start_at_once_make_one_database(place: Place) -> None:
    start = children.barrier(4)
    assert children.run(children.open_and_close, [(place, start)] * 4) == [0] * 4
    store = Store.open(place.url, place.files)
    assert store.documents.data("anna", things.document(store)) == b"a receipt"
    store.close()


def test_two_processes_that_write_lose_nothing(store: Store, place: Place) -> None:
    document = things.document(store)
    start = children.barrier(2)
    writers = [(place, start, document, name, TIMES) for name in ("one", "two")]
    assert children.run(children.write_much, writers) == [0, 0]
    corrections = store.answers.corrections_of("anna", document)
    for name in ("one", "two"):
        values = [one.value for one in corrections if one.author == name]
        assert values == [f"{name} {number}" for number in range(TIMES)]
    assert len(store.jobs.of("anna")) == 2 * TIMES


def test_two_processes_that_look_before_they_write_overwrite_nothing(
    store: Store, place: Place
) -> None:
    document = things.document(store)
    start = children.barrier(2)
    counting = [(place, start, document, TIMES)] * 2
    assert children.run(children.count_up, counting) == [0, 0]
    values = [one.value for one in store.answers.corrections_of("anna", document)]
    assert values == [str(number) for number in range(1, 2 * TIMES + 1)]


def test_two_processes_that_take_back_what_they_saw_take_back_once(
    store: Store, place: Place
) -> None:
    document = things.document(store)
    for number in range(TIMES):
        children.correct(store.answers, document, str(number))
    start = children.barrier(2)
    taking = [(place, start, document, name, TIMES // 2) for name in ("one", "two")]
    assert children.run(children.take_all_back, taking) == [0, 0]
    corrections = store.answers.corrections_of("anna", document)[TIMES:]
    taken = [one.undoes for one in corrections]
    assert len(taken) == len(set(taken)) == TIMES
    assert [one.state for one in corrections] == ["corrected"] * (TIMES - 1) + ["predicted"]


def test_processes_that_add_one_content_for_one_owner_keep_it_once(
    store: Store, place: Place
) -> None:
    start = children.barrier(2)
    assert children.run(children.add_at_once, [(place, start, ROUNDS)] * 2) == [0, 0]
    digests = [one.digest for one in store.documents.of("anna")]
    assert len(digests) == len(set(digests)) == ROUNDS


def test_processes_that_add_and_delete_one_content_do_not_harm_each_other(
    store: Store, place: Place
) -> None:
    start = children.barrier(2)
    rounds = [(place, start, owner, b"a receipt", ROUNDS) for owner in ("anna", "bela")]
    assert children.run(children.add_and_delete, rounds) == [0, 0]
    assert store.counts() == Counts(0, 0, 0, 0, 0, 0, 0)
    assert place.kept() == []


def test_threads_that_add_and_delete_one_content_do_not_harm_each_other(
    store: Store, place: Place
) -> None:
    start = Barrier(2)
    owners = [f"anna {number}" for number in range(ROUNDS)]

    def add() -> list[str]:
        start.wait()
        ids = [things.document(store, owner) for owner in owners]
        for owner, one in zip(owners, ids, strict=True):
            assert store.documents.data(owner, one) == b"a receipt"
        return ids

    def delete() -> None:
        start.wait()
        for _ in range(ROUNDS):
            store.documents.delete("bela", things.document(store, "bela"))

    with ThreadPoolExecutor(2) as pool:
        added, deleted = pool.submit(add), pool.submit(delete)
        deleted.result()
        ids = added.result()
    for owner, one in zip(owners, ids, strict=True):
        assert store.documents.data(owner, one) == b"a receipt"
        store.documents.delete(owner, one)
    assert place.kept() == []


def test_every_job_is_done_once(store: Store, place: Place) -> None:
    for _ in range(ROUNDS):
        store.jobs.add("anna", "batch", {"times": 0})
    start = children.barrier(2)
    assert children.run(children.claim_all, [(place, start)] * 2) == [0, 0]
    jobs = store.jobs.of("anna")
    assert {(job.state, job.detail["times"]) for job in jobs} == {("done", 1)}
    assert len(jobs) == ROUNDS
