"""Jobs: work in the background that a person started and may watch or cancel.

A worker claims a job for some seconds and asks for more as it goes. The end of its lease is also
its ticket: once another worker has the job, or a person cancelled it, the old one opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from kie_app.store.columns import now
from kie_app.store.database import Database, missing
from kie_app.store.records import Job
from kie_app.store.tables import columns, jobs


class Jobs:
    """The jobs of all owners; StoreError for another owner's job as for one that is not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, owner: str, kind: str, detail: Mapping[str, Any] | None = None, total: int = 0
    ) -> Job:
        """A job that waits for a worker."""
        at = now()
        job = Job(
            uuid4().hex, owner, kind, "waiting", 0, total, dict(detail or {}), "", at, at, None
        )
        with self._database.write() as connection:
            connection.execute(insert(jobs).values(**vars(job)))
        return job

    def one(self, owner: str, job: str) -> Job:
        found = self._found(jobs.c.owner == owner, jobs.c.id == job)
        if not found:
            raise missing("job", job)
        return found[0]

    def of(self, owner: str) -> list[Job]:
        """The owner's jobs, newest first."""
        return self._found(jobs.c.owner == owner)

    def of_every_owner(self) -> list[Job]:
        """For the admin role: all jobs, newest first."""
        return self._found()

    def cancel(self, owner: str, job: str) -> Job:
        """Cancel a job that waits or runs; its worker learns it when it next reports. One that has
        ended stays as it is."""
        live = and_(
            jobs.c.owner == owner, jobs.c.id == job, jobs.c.state.in_(["waiting", "running"])
        )
        self._changed(live, state="cancelled", lease=None)
        return self.one(owner, job)

    def claim(self, kinds: Collection[str], seconds: float) -> Job | None:
        """For a worker: hold the oldest job of these kinds that waits, or whose worker let its
        lease pass, for so many seconds; None when there is none."""
        at = now()
        free = or_(jobs.c.state == "waiting", and_(jobs.c.state == "running", jobs.c.lease < at))
        with self._database.write() as connection:
            job = connection.scalar(
                select(jobs.c.id)
                .where(jobs.c.kind.in_(kinds), free)
                .order_by(jobs.c.made, jobs.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if job is None:
                return None
            row = connection.execute(
                update(jobs)
                .where(jobs.c.id == job)
                .values(state="running", lease=at + timedelta(seconds=seconds), changed=at)
                .returning(*columns(jobs, Job))
            ).one()
        return Job(**row._asdict())

    def report(self, job: Job, done: int, total: int, seconds: float) -> Job | None:
        """For the worker that holds the job: how far it is, and hold it for so many more seconds;
        None when it holds it no more and must stop."""
        lease = now() + timedelta(seconds=seconds)
        return self._changed(_held(job), done=done, total=total, lease=lease)

    def finish(
        self, job: Job, error: str = "", detail: Mapping[str, Any] | None = None
    ) -> Job | None:
        """For the worker that holds the job: it is done, or failed with an error of one line;
        `detail` replaces what was there. None when it holds it no more."""
        changes = {} if detail is None else {"detail": dict(detail)}
        state = "failed" if error else "done"
        return self._changed(_held(job), state=state, error=error, lease=None, **changes)

    def _changed(self, which: ColumnElement[bool], **values: Any) -> Job | None:
        with self._database.write() as connection:
            row = connection.execute(
                update(jobs)
                .where(which)
                .values(changed=now(), **values)
                .returning(*columns(jobs, Job))
            ).one_or_none()
        return None if row is None else Job(**row._asdict())

    def _found(self, *which: ColumnElement[bool]) -> list[Job]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(*columns(jobs, Job)).where(*which).order_by(jobs.c.made.desc(), jobs.c.id)
            )
            return [Job(**row._asdict()) for row in rows]


def _held(job: Job) -> ColumnElement[bool]:
    """The job as its worker knows it: running, and under the same lease."""
    return and_(jobs.c.id == job.id, jobs.c.state == "running", jobs.c.lease == job.lease)
