"""The batch on a Ray cluster: the same stacks, spread over workers by Ray Data.

Every worker loads the model once. All machines must see the files under the same paths. Install it
with `pip install -r requirements-ray.txt`; `RAY_ADDRESS` names a cluster, without it this machine
is one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from kie_app.batch.run import Executor
from kie_app.batch.stacks import BatchFile, BatchOptions, Row, extract_stack
from kie_app.config import Settings
from kie_app.errors import DataError

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no telemetry


class Worker:
    """One model on one worker; Ray Data calls it with a stack of files."""

    def __init__(self, settings: Settings, options: BatchOptions) -> None:
        from kie_app.engine.engine import Engine

        self._engine, self._options = Engine(settings), options

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        files = list(map(BatchFile, batch["path"], batch["sha256"]))
        # As text: rows with an error and rows with fields have no common columns.
        return {
            "row": [json.dumps(row) for row in extract_stack(self._engine, files, self._options)]
        }


def on_ray(settings: Settings, workers: int) -> Executor:
    """On a cluster with `workers` models at work; DataError without Ray."""
    try:
        import ray
    except ImportError as error:
        raise DataError(
            "--engine ray needs Ray: `pip install -r requirements-ray.txt`, or leave it out."
        ) from error

    def execute(files: Sequence[BatchFile], options: BatchOptions) -> Iterator[Row]:
        if not files:
            return
        ray.init(ignore_reinit_error=True, log_to_driver=False, include_dashboard=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        rows = [{"path": file.path, "sha256": file.sha256} for file in files]
        done = ray.data.from_items(rows).map_batches(
            Worker,
            fn_constructor_args=(settings, options),
            batch_size=options.stack,
            compute=ray.data.ActorPoolStrategy(size=workers),
        )
        for row in done.iter_rows():
            yield dict(json.loads(row["row"]))

    return execute
