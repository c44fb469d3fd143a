"""The folder of a batch: what it was asked, what is done, and what could not be read.

`results.jsonl` has one line a document, written as soon as its stack is done, and `results.csv` at
the end one row a field. `errors.jsonl` says what could not be read: those are tried again by the
next run. A run that was killed goes on after its last whole line, so nothing is lost and nothing
stands there twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from filelock import FileLock, Timeout

from kie_app.batch.stacks import BatchFile, Row
from kie_app.errors import DataError
from kie_app.export import COLUMNS, Grid, grid_to_csv, long_row
from kie_app.export.field import Cell

RESULTS, TABLE, ERRORS = "results.jsonl", "results.csv", "errors.jsonl"
IDENTITY, LOCK = "batch.json", ".lock"
NAMED = {"keys": "key", "decoder": "decoder", "model": "model", "day_first": "order of dates"}


class Ledger:
    """The folder of a batch while one process writes it."""

    def __init__(self, out: Path, identity: Row) -> None:
        self._out, self._identity = out, identity
        self.failed = 0

    def __enter__(self) -> Ledger:
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._out / LOCK)
            self._lock.acquire(blocking=False)
        except Timeout as error:
            raise DataError(
                f"{self._out} is being written by another batch: wait, or give another --out."
            ) from error
        except OSError as error:
            raise DataError(
                f"{self._out} cannot be written ({error.strerror}): give another --out."
            ) from error
        try:
            self._check_identity()
            self._done = {(row["file"], row["sha256"]) for row in self._whole_rows()}
            self._results = _lines(self._out / RESULTS, "a")
            self._errors = _lines(self._out / ERRORS, "w")
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._results.close()
        self._errors.close()
        self._lock.release()

    def new(self, path: Path) -> BatchFile | None:
        """The file as work to do; None where it is done, or cannot be read (noted)."""
        try:
            with path.open("rb") as file:
                item = BatchFile(str(path), hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            reason = f"cannot be read ({error.strerror}): give a readable file."
            self.add({"file": str(path), "sha256": "", "error": reason})
            return None
        return None if (item.path, item.sha256) in self._done else item

    def add(self, row: Row) -> None:
        """Write one line so that it survives whatever happens to this process next."""
        if "error" in row:
            self.failed += 1
        file = self._errors if "error" in row else self._results
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())

    def tabulate(self) -> None:
        """All results as one table, one row a field."""
        rows = [
            long_row(_cells(field), _cells(row))
            for row in self._whole_rows()
            for field in row["fields"]
        ]
        _replace(self._out / TABLE, grid_to_csv(Grid(COLUMNS, tuple(rows))))

    def _check_identity(self) -> None:
        path = self._out / IDENTITY
        if not path.exists():
            _replace(path, json.dumps(self._identity, ensure_ascii=False, indent=2))
            return
        try:
            found = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise DataError(f"{path} is damaged ({error}): give another --out.") from error
        for name, value in self._identity.items():
            if found.get(name) != value:
                models = f" ({found.get(name)}, now {value})" if name == "model" else ""
                raise DataError(
                    f"{self._out} holds a batch with another {NAMED[name]}{models}: give another "
                    "--out, or run it as it was begun."
                )

    def _whole_rows(self) -> Iterator[Row]:
        """The lines that were written whole; what a killed run left of one more is cut off."""
        path = self._out / RESULTS
        if not path.exists():
            return
        with path.open("r+b") as file:
            end = 0
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise DataError(
                        f"{path}:{number} is damaged ({error}): remove the line, or give another "
                        "--out."
                    ) from error
            file.truncate(end)


def _lines(path: Path, mode: str) -> IO[str]:
    """A file of JSON lines. Half a surrogate pair cannot be UTF-8; replaced by its backslash form
    it is what JSON escapes it as."""
    return path.open(mode, encoding="utf-8", errors="backslashreplace")


def _cells(row: dict[str, Any]) -> dict[str, Cell]:
    """Cells of the grid as they were before they became JSON."""
    return {name: tuple(cell) if isinstance(cell, list) else cell for name, cell in row.items()}


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)
