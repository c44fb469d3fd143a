"""A job has one worker at a time, and its owner can watch and cancel it."""

from __future__ import annotations

import time

import pytest

from kie_app.errors import StoreError
from kie_app.store import Job, Store

LONG, SHORT = 600.0, 0.01  # seconds of a lease that lasts through a test, and of one that does not


def claimed(store: Store, seconds: float = LONG) -> Job:
    job = store.jobs.claim(["batch"], seconds)
    assert job is not None
    return job


def test_a_job_goes_from_waiting_to_done(store: Store) -> None:
    added = store.jobs.add("anna", "batch", {"documents": ["a", "\0\ud800"]}, total=2)
    assert (added.state, added.done, added.total, added.lease) == ("waiting", 0, 2, None)
    assert store.jobs.one("anna", added.id) == added
    running = store.jobs.report(claimed(store), 1, 2, LONG)
    assert running is not None
    assert (running.id, running.state, running.done) == (added.id, "running", 1)
    done = store.jobs.finish(running, detail={"rows": 2})
    assert done is not None
    assert (done.state, done.detail, done.lease, done.error) == ("done", {"rows": 2}, None, "")
    assert store.jobs.one("anna", added.id) == done
    assert done.made == added.made < done.changed


def test_the_oldest_job_of_the_asked_kinds_comes_first(store: Store) -> None:
    store.jobs.add("anna", "training")
    ids = [store.jobs.add(owner, "batch").id for owner in ("anna", "bela")]
    assert [claimed(store).id, claimed(store).id] == ids
    assert store.jobs.claim(["batch"], LONG) is None
    assert store.jobs.claim([], LONG) is None


def test_a_failed_job_says_why(store: Store) -> None:
    store.jobs.add("anna", "batch", {"rows": 1})
    failed = store.jobs.finish(claimed(store), error="The disk is full.")
    assert failed is not None
    assert (failed.state, failed.error, failed.detail) == (
        "failed",
        "The disk is full.",
        {"rows": 1},
    )


def test_a_job_whose_worker_is_silent_goes_to_another(store: Store) -> None:
    store.jobs.add("anna", "batch")
    first = claimed(store, SHORT)
    time.sleep(2 * SHORT)
    second = claimed(store)
    assert second.id == first.id
    assert store.jobs.report(first, 1, 2, LONG) is None
    assert store.jobs.finish(first) is None
    assert store.jobs.finish(second) is not None


def test_a_cancelled_job_is_taken_from_its_worker(store: Store) -> None:
    waiting, running = store.jobs.add("anna", "batch"), store.jobs.add("anna", "batch")
    assert store.jobs.cancel("anna", waiting.id).state == "cancelled"
    job = claimed(store)
    assert job.id == running.id
    assert store.jobs.cancel("anna", job.id).lease is None
    assert store.jobs.report(job, 1, 2, LONG) is None
    assert store.jobs.finish(job) is None
    assert store.jobs.one("anna", job.id).state == "cancelled"
    assert store.jobs.claim(["batch"], LONG) is None


def test_a_job_that_ended_cannot_be_cancelled(store: Store) -> None:
    store.jobs.add("anna", "batch")
    done = store.jobs.finish(claimed(store))
    assert done is not None
    assert store.jobs.cancel("anna", done.id) == done


def test_another_owner_s_job_is_as_one_that_is_not_there(store: Store) -> None:
    job = store.jobs.add("anna", "batch")
    for call in (store.jobs.one, store.jobs.cancel):
        with pytest.raises(StoreError, match=f"no job '{job.id}'"):
            call("bela", job.id)
        with pytest.raises(StoreError, match="no job 'nothing'"):
            call("bela", "nothing")
    assert store.jobs.one("anna", job.id) == job
    assert store.jobs.of("bela") == []


def test_the_admin_sees_all_jobs(store: Store) -> None:
    ids = [store.jobs.add(owner, "batch").id for owner in ("anna", "bela")]
    assert [job.id for job in store.jobs.of_every_owner()] == ids[::-1]
    assert [job.id for job in store.jobs.of("bela")] == ids[1:]
