"""A batch gives what each file alone gives, goes on after a kill, and survives bad files."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from kie_app.batch import ledger
from kie_app.batch.run import Outcome, in_process, run
from kie_app.batch.stacks import BatchOptions, answer_row
from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.errors import BackboneError, DataError, KieError, SchemaError
from kie_app.types import Document, Extraction, Field, Key, Schema, Stats
from tests.conftest import RECEIPT_KEYS, save_backbone, save_checkpoint
from tests.documents.pdfs import PdfPage, pdf

# Ray's own names: wait for it on a busy machine, and do not let other tests run before its workers.
os.environ["RAY_raylet_start_wait_time_s"] = "180"  # noqa: SIM112
os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112
SCHEMA = Schema("receipt", RECEIPT_KEYS)
OPTIONS = BatchOptions(SCHEMA, stack=2)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("tiny")
    save_backbone(folder)
    return Settings(backbone=str(folder), models_dir=folder, dtype="float32", max_file_mb=1)


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Engine:
    return Engine(settings)


def documents(folder: Path, count: int) -> Path:
    """So many PDFs, each with a text of its own."""
    folder.mkdir()
    for number in range(count):
        lines = ((40.0, 500.0, f"SHOP {number}"), (40.0, 450.0, f"TOTAL {number}.50"))
        (folder / f"{number:03}.pdf").write_bytes(pdf([PdfPage(lines)]))
    return folder


def rows(out: Path, file: str = ledger.RESULTS) -> list[dict]:
    return [json.loads(line) for line in (out / file).read_text("utf-8").splitlines()]


def values(row: dict) -> list[str | None]:
    return [field["value"] for field in row["fields"]]


def test_a_batch_gives_what_each_file_alone_gives(engine: Engine, tmp_path: Path) -> None:
    folder = documents(tmp_path / "in", 5)
    seen: list[tuple[int, int]] = []
    outcome = run(
        engine,
        [folder],
        tmp_path / "out",
        OPTIONS,
        in_process(engine),
        lambda done, of: seen.append((done, of)),
    )
    assert outcome == Outcome(done=5, kept=0, failed=0)
    assert seen == [(done, 5) for done in range(6)]
    found = rows(tmp_path / "out")
    assert [Path(row["file"]).name for row in found] == [f"{n:03}.pdf" for n in range(5)]
    with (tmp_path / "out" / ledger.TABLE).open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(row["file"], row["key"]) for row in table] == [
        (row["file"], key.name) for row in found for key in RECEIPT_KEYS
    ]
    for row in found:
        alone = engine.extract(engine.read_file(Path(row["file"])), SCHEMA)
        assert values(row) == [field.value for field in alone.fields]


def test_bad_files_stop_nothing_and_are_tried_again(engine: Engine, tmp_path: Path) -> None:
    folder = documents(tmp_path / "in", 4)
    (folder / "001.pdf").write_bytes(b"no PDF at all")
    (folder / "002.pdf").write_bytes(b"")
    out = tmp_path / "out"
    outcome = run(engine, [folder], out, OPTIONS, in_process(engine))
    assert outcome == Outcome(done=2, kept=0, failed=2)
    failed = rows(out, ledger.ERRORS)
    assert [Path(row["file"]).name for row in failed] == ["001.pdf", "002.pdf"]
    assert all(row["error"] and "\n" not in row["error"] for row in failed)
    (folder / "001.pdf").write_bytes((folder / "000.pdf").read_bytes())
    again = run(engine, [folder], out, OPTIONS, in_process(engine))
    assert again == Outcome(done=1, kept=2, failed=1)
    assert len(rows(out)) == 3
    assert len(rows(out, ledger.ERRORS)) == 1


def breaking(engine: Engine, error: Exception) -> Callable[..., list[Extraction]]:
    """`extract_stacked` that raises the error for a stack with "SHOP 1" in it."""
    extract = engine.extract_stacked

    def stacked(documents: Sequence[Document], *options: Any) -> list[Extraction]:
        if any(line.text == "SHOP 1" for one in documents for line in one.lines):
            raise error
        return extract(documents, *options)

    return stacked


def test_what_breaks_in_one_document_costs_no_other(
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder, out = documents(tmp_path / "in", 5), tmp_path / "out"
    read = engine.read_file

    def read_file(path: Path) -> Document:
        if path.name == "003.pdf":
            raise ZeroDivisionError("of the page's height\nby nothing")
        return read(path)

    monkeypatch.setattr(engine, "read_file", read_file)
    monkeypatch.setattr(engine, "extract_stacked", breaking(engine, RuntimeError("no memory")))
    outcome = run(engine, [folder], out, BatchOptions(SCHEMA, stack=3), in_process(engine))
    assert outcome == Outcome(done=3, kept=0, failed=2)
    told = {Path(row["file"]).name: row["error"] for row in rows(out, ledger.ERRORS)}
    assert list(told) == ["001.pdf", "003.pdf"]
    assert "RuntimeError" in told["001.pdf"]
    assert "ZeroDivisionError" in told["003.pdf"]
    assert all("\n" not in error for error in told.values())
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
    monkeypatch.undo()
    again = run(engine, [folder], out, OPTIONS, in_process(engine))
    assert again == Outcome(done=2, kept=3, failed=0)


@pytest.mark.parametrize("error", [BackboneError("no model"), SchemaError("no such decoder")])
def test_what_is_the_same_for_every_document_ends_the_batch(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: KieError
) -> None:
    monkeypatch.setattr(engine, "extract_stacked", breaking(engine, error))
    folder, out = documents(tmp_path / "in", 4), tmp_path / "out"
    with pytest.raises(type(error)):
        run(engine, [folder], out, OPTIONS, in_process(engine))
    assert rows(out, ledger.ERRORS) == []


def test_a_line_that_a_kill_cut_short_is_done_again(engine: Engine, tmp_path: Path) -> None:
    folder, out = documents(tmp_path / "in", 3), tmp_path / "out"
    run(engine, [folder], out, OPTIONS, in_process(engine))
    whole = rows(out)
    path = out / ledger.RESULTS
    path.write_bytes(path.read_bytes()[:-9])
    outcome = run(engine, [folder], out, OPTIONS, in_process(engine))
    assert outcome == Outcome(done=1, kept=2, failed=0)
    assert [values(row) for row in rows(out)] == [values(row) for row in whole]


@pytest.mark.parametrize("engine", ["here", "ray"])
def test_a_killed_batch_goes_on_without_loss_or_repetition(
    settings: Settings, tmp_path: Path, engine: str
) -> None:
    folder, out = documents(tmp_path / "in", 24), tmp_path / "out"
    environment = {
        **os.environ,
        "ONEPASS_BACKBONE": settings.backbone,
        "ONEPASS_MODELS_DIR": str(settings.models_dir),
        "ONEPASS_DTYPE": "float32",
    }
    command = [sys.executable, "-m", "kie_app", "batch", str(folder), "--schema", "receipt"]
    command += ["--out", str(out), "--stack", "2", "--engine", engine]
    first = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 240
    while not (out / ledger.RESULTS).exists() or len(rows_so_far(out)) < 3:
        assert first.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert 3 <= len(rows_so_far(out)) < 24, "it was killed in the middle"
    command[-1] = "here"  # whichever engine goes on, it finds the same folder
    second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert second.returncode == 0, second.stderr
    counted = Counter(row["file"] for row in rows(out))
    assert counted == {str(folder / f"{n:03}.pdf"): 1 for n in range(24)}


def rows_so_far(out: Path) -> list[bytes]:
    """The whole lines that stand there now."""
    return (out / ledger.RESULTS).read_bytes().split(b"\n")[:-1]


def test_two_workers_of_ray_give_what_one_process_gives(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    ray = pytest.importorskip("ray")
    from kie_app.batch.on_ray import on_ray

    # Without a checkpoint each process has pointers of its own; HPD asks the language model alone.
    options = BatchOptions(SCHEMA, "hyper_parallel", stack=2)
    folder = documents(tmp_path / "in", 7)
    (folder / "003.pdf").write_bytes(b"no PDF at all")
    try:
        outcome = run(engine, [folder], tmp_path / "ray", options, on_ray(settings, 2))
    finally:
        ray.shutdown()
    assert outcome == Outcome(done=6, kept=0, failed=1)
    run(engine, [folder], tmp_path / "here", options, in_process(engine))

    def told(out: Path) -> dict[str, list[str | None]]:
        return {row["file"]: values(row) for row in rows(out)}

    assert told(tmp_path / "ray") == told(tmp_path / "here")
    assert rows(tmp_path / "ray", ledger.ERRORS) == rows(tmp_path / "here", ledger.ERRORS)


def test_another_question_does_not_go_into_the_same_folder(engine: Engine, tmp_path: Path) -> None:
    folder, out = documents(tmp_path / "in", 1), tmp_path / "out"
    run(engine, [folder], out, OPTIONS, in_process(engine))
    other = BatchOptions(Schema("receipt", RECEIPT_KEYS[:2]))
    with pytest.raises(DataError, match=r"another key.*--out"):
        run(engine, [folder], out, other, in_process(engine))
    with pytest.raises(DataError, match=r"another decoder.*--out"):
        run(engine, [folder], out, BatchOptions(SCHEMA, "hyper_parallel"), in_process(engine))
    assert len(rows(out)) == 1


def test_a_batch_is_not_resumed_by_other_weights_of_the_same_name(
    settings: Settings, tmp_path: Path
) -> None:
    folder, out = documents(tmp_path / "in", 1), tmp_path / "out"
    engines = []
    for place, seed in (("here", 1), ("there", 2)):
        checkpoint = save_checkpoint(tmp_path / place / "mine", seed)
        chosen = settings.model_copy(update={"checkpoint": str(checkpoint)})
        engines.append(Engine(chosen))
    run(engines[0], [folder], out, OPTIONS, in_process(engines[0]))
    with pytest.raises(
        DataError, match=r"another model \(.*mine@.*, now .*mine@.*\): give"
    ) as raised:
        run(engines[1], [folder], out, OPTIONS, in_process(engines[1]))
    assert "\n" not in str(raised.value)
    assert run(engines[0], [folder], out, OPTIONS, in_process(engines[0])).kept == 1


def test_dates_that_do_not_tell_are_read_as_asked(engine: Engine) -> None:
    key = Key("date", kind="date")
    field = Field(key, "05/03/2018", 0.9, (), (), "pointer")
    found = Extraction("mask_parallel", "d", SCHEMA, (field,), Stats((), 0.0, 0.0), (), "model")
    read = [answer_row("d.pdf", found, day_first)["fields"][0] for day_first in (None, True, False)]
    assert [one["normalised"] for one in read] == ["2018-03-05", "2018-03-05", "2018-05-03"]
    assert [bool(one["doubt"]) for one in read] == [True, False, False]


def test_a_folder_in_use_is_refused(engine: Engine, tmp_path: Path) -> None:
    folder, out = documents(tmp_path / "in", 1), tmp_path / "out"
    out.mkdir()
    with FileLock(out / ledger.LOCK), pytest.raises(DataError, match="another batch"):
        run(engine, [folder], out, OPTIONS, in_process(engine))


def test_a_damaged_line_is_named(engine: Engine, tmp_path: Path) -> None:
    folder, out = documents(tmp_path / "in", 1), tmp_path / "out"
    run(engine, [folder], out, OPTIONS, in_process(engine))
    (out / ledger.RESULTS).write_text('{"file"\n')
    with pytest.raises(DataError, match=r"results\.jsonl:1 is damaged"):
        run(engine, [folder], out, OPTIONS, in_process(engine))
    run(engine, [folder], tmp_path / "other", OPTIONS, in_process(engine))  # nothing stays locked


def test_what_cannot_be_asked_is_refused_before_anything_is_written(
    engine: Engine, tmp_path: Path
) -> None:
    folder, out = documents(tmp_path / "in", 1), tmp_path / "out"
    with pytest.raises(SchemaError, match="No keys"):
        run(engine, [folder], out, BatchOptions(Schema("none", ())), in_process(engine))
    with pytest.raises(DataError, match="no file and no folder"):
        run(engine, [tmp_path / "nowhere"], out, OPTIONS, in_process(engine))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no document to read"):
        run(engine, [tmp_path / "empty"], out, OPTIONS, in_process(engine))
    assert not out.exists()
