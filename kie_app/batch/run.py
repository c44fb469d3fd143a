"""Many files into one folder of results: python -m kie_app batch IN... --schema S --out DIR

The folder is that of `ledger`; a run in a folder where one was begun goes on there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kie_app import extraction
from kie_app.batch.ledger import Ledger
from kie_app.batch.stacks import BatchFile, BatchOptions, Row, extract_stack
from kie_app.documents import SUFFIXES
from kie_app.engine.engine import Engine
from kie_app.errors import DataError
from kie_app.schemas.checks import check_schema

Executor = Callable[[Sequence[BatchFile], BatchOptions], Iterator[Row]]


@dataclass(frozen=True)
class Outcome:
    """How many documents this run did, found done already, and could not read."""

    done: int
    kept: int
    failed: int


def find_documents(inputs: Iterable[Path]) -> list[Path]:
    """Every file named, and every document in the folders named and below them, in order and once,
    as absolute paths. DataError for a path that is neither, or when there is nothing at all."""
    found: dict[Path, None] = {}
    for given in map(Path.resolve, inputs):
        if given.is_dir():
            inside = sorted(p for p in given.rglob("*") if p.suffix.lower() in SUFFIXES)
            found |= dict.fromkeys(path for path in inside if path.is_file())
        elif given.is_file():
            found[given] = None
        else:
            raise DataError(f"{given} is no file and no folder: give existing ones.")
    if not found:
        kinds = ", ".join(sorted(SUFFIXES))
        raise DataError(f"There is no document to read: give files, or folders with {kinds}.")
    return list(found)


def run(
    engine: Engine,
    inputs: Iterable[Path],
    out: Path,
    options: BatchOptions,
    executor: Executor,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Outcome:
    """Extract from all files that `out` does not hold yet; `on_progress` counts all of them.

    DataError when `out` is in use, or holds a batch with other keys, decoder or model.
    """
    check_schema(options.schema, engine.settings)
    paths = find_documents(inputs)
    with Ledger(out, _identity(engine, options)) as ledger:
        todo = [file for path in paths if (file := ledger.new(path))]
        kept = len(paths) - len(todo) - ledger.failed
        counted = len(paths) - len(todo)
        on_progress(counted, len(paths))
        for row in executor(todo, options):
            ledger.add(row)
            counted += 1
            on_progress(counted, len(paths))
        ledger.tabulate()
        return Outcome(len(paths) - kept - ledger.failed, kept, ledger.failed)


def _identity(engine: Engine, options: BatchOptions) -> Row:
    return {
        "keys": [asdict(key) for key in options.schema.keys],
        "decoder": extraction.decoder_named(options.decoder),
        "model": engine.backbone().signature,
        "day_first": options.day_first,
    }


def in_process(engine: Engine) -> Executor:
    """In one process: stack after stack on this machine."""

    def execute(files: Sequence[BatchFile], options: BatchOptions) -> Iterator[Row]:
        for start in range(0, len(files), options.stack):
            yield from extract_stack(engine, files[start : start + options.stack], options)

    return execute
