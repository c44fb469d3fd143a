"""For an admin: what the store holds of all owners, and everybody's jobs."""

from __future__ import annotations

from collections.abc import Sequence

from kie_app.config import MEGABYTE
from kie_app.store import Counts, Job
from kie_app.ui.insights import tables
from kie_app.ui.insights.charts import when
from kie_app.ui.shared.formatting import safe

SHOWN = 30  # jobs


def server(held: Counts, jobs: Sequence[Job]) -> str:
    """For an admin: how much is kept of all owners together, and everybody's jobs."""
    figures = {
        "Owners": held.owners,
        "Documents": held.documents,
        "Files": held.files,
        "Predictions": held.predictions,
        "Corrections": held.corrections,
        "Races": held.races,
    }
    cells = [*(f"{one:,}" for one in figures.values()), f"{held.bytes / MEGABYTE:,.1f} MB"]
    store = tables.table(
        "held",
        "What the store holds",
        "of all owners together; equal files are kept once",
        [*figures, "Size of files"],
        [tables.row(*cells)],
    )
    return (
        tables.heading("The whole server", "Admins alone see this.")
        + store
        + (_jobs(jobs) if jobs else '<p class="hint">No job was started yet.</p>')
        + '<p class="downloads"><a class="take" href="metrics" target="_blank">Metrics since the '
        "server's start</a></p>"
    )


def _jobs(jobs: Sequence[Job]) -> str:
    heads = ["Job", "Owner", "State", "Done", "Started", "Last news", "Error"]
    rows = [
        tables.row(
            f"<b>{safe(job.kind)}</b>",
            safe(job.owner),
            job.state,
            f"{job.done} of {job.total}",
            when(job.made),
            when(job.changed),
            safe(job.error) or tables.DASH,
        )
        for job in jobs[:SHOWN]
    ]
    left = f"; the newest {SHOWN} of {len(jobs)}" if len(jobs) > SHOWN else ""
    return tables.table("jobs", "Jobs", f"everybody's, newest first{left}", heads, rows)
