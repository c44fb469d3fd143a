"""Kept documents: added once, filled, exported and deleted, each owner's own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.errors import DocumentError, SchemaError, StoreError
from kie_app.library.library import Library
from kie_app.store import Store
from kie_app.types import Key, Schema
from tests.conftest import save_backbone, save_checkpoint
from tests.library.conftest import SCHEMA, picture
from tests.ui.kept import correct


def test_a_document_is_kept_once_and_opened_without_reading_it_again(
    library: Library, settings: Settings
) -> None:
    kept = library.add("ann", "../bill.png", picture())
    assert library.add("ann", "again.png", picture()) == kept
    assert kept.name == "bill.png"
    read = library.open("ann", kept.id)
    later = Library(Engine(settings), Store.of(settings))
    opened = later.open("ann", kept.id)
    assert opened == read
    assert opened.lines
    assert opened.pages[0].image is not None
    assert Image.open(io.BytesIO(later.page_jpeg("ann", kept.id, 0))).size == (400, 200)
    with pytest.raises(DocumentError, match="no page 2"):
        later.page_jpeg("ann", kept.id, 1)


def test_a_file_that_was_lost_is_back_when_it_is_added_again(
    library: Library, tmp_path: Path
) -> None:
    kept = library.add("ann", "a.png", picture())
    (tmp_path / "files" / kept.digest).unlink()
    assert library.add("ann", "a.png", picture()) == kept
    assert library.store.documents.data("ann", kept.id) == picture()


def test_a_bad_file_is_told_and_not_kept(library: Library) -> None:
    with pytest.raises(DocumentError, match=r"bad\.png"):
        library.add("ann", "bad.png", b"no picture")
    assert library.all("ann") == []


def test_owners_see_nothing_of_each_other(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    library.fill("ann", kept.id, SCHEMA)
    assert library.all("bob") == []
    for act in (
        lambda: library.open("bob", kept.id),
        lambda: library.fill("bob", kept.id, SCHEMA),
        lambda: library.one("bob", kept.id),
        lambda: library.page_jpeg("bob", kept.id, 0),
        lambda: library.delete("bob", kept.id),
        lambda: correct(library, "bob", kept.id, "total", "absent"),
    ):
        with pytest.raises(StoreError, match=kept.id):
            act()


def test_a_changed_key_is_asked_alone(library: Library, engine: Engine) -> None:
    kept = library.add("ann", "a.png", picture())
    first = library.fill("ann", kept.id, SCHEMA)
    wider = Schema("s", (*SCHEMA.keys, Key("cashier")))
    second = library.fill("ann", kept.id, wider)
    assert [field.key.name for field in second.fields] == ["total", "date", "cashier"]
    assert second.fields[:2] == first.fields
    assert second.prediction is not None
    asked = engine.extract(library.open("ann", kept.id), Schema("s", (Key("cashier"),)))
    assert second.fields[2].value == asked.fields[0].value
    (again,) = second.prediction.extraction.stats.passes[-1:]
    assert again.tokens == asked.stats.passes[-1].tokens, "only the new key's slots"
    narrower = library.fill("ann", kept.id, Schema("s", SCHEMA.keys[:1]))
    assert narrower.fields == first.fields[:1]
    assert library.fill("ann", kept.id, Schema("s", SCHEMA.keys[:1])) == narrower, "nothing new"
    whole = engine.extract(library.open("ann", kept.id), wider)
    assert [f.value for f in whole.fields] == [field.value for field in second.fields]


def test_other_weights_of_the_same_name_are_asked_anew(tmp_path: Path) -> None:
    """Two checkpoints called alike, one after the other on the same data."""
    backbone = save_backbone(tmp_path / "tiny")
    signatures = []
    for place, seed in (("here", 1), ("there", 2), ("here", 1)):
        folder = tmp_path / place / "mine"
        checkpoint = folder if folder.exists() else save_checkpoint(folder, seed)
        engine = Engine(
            Settings(
                backbone=str(backbone),
                checkpoint=str(checkpoint),
                models_dir=tmp_path,
                dtype="float32",
                data_dir=tmp_path / "data",
            )
        )
        library = Library(engine, Store.of(engine.settings))
        kept = library.add("ann", "a.png", picture())
        asked = Schema("s", SCHEMA.keys[: 1 + len(set(signatures))])
        record = library.fill("ann", kept.id, asked)
        assert record.prediction is not None
        found = record.prediction.extraction
        signatures.append(found.model)
        alone = engine.extract(library.open("ann", kept.id), asked)
        assert [one.value for one in found.fields] == [one.value for one in alone.fields]
        fill = found.stats.passes[-1]
        assert fill.tokens == alone.stats.passes[-1].tokens, "every key was asked of these weights"
        library.store.close()
    assert signatures[0] == signatures[2] != signatures[1]
    assert all("mine@" in one for one in signatures)


def test_bad_questions_are_refused(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    with pytest.raises(SchemaError, match="No keys"):
        library.fill("ann", kept.id, Schema("s", ()))
    with pytest.raises(SchemaError, match="nonsense"):
        library.fill("ann", kept.id, SCHEMA, "nonsense")
    assert library.one("ann", kept.id).prediction is None


def test_what_was_written_stays_with_its_key(library: Library, engine: Engine) -> None:
    kept = library.add("ann", "a.png", picture())
    cashier = Key("cashier")
    library.fill("ann", kept.id, Schema("s", (cashier, *SCHEMA.keys)))
    record = library.fill("ann", kept.id, Schema("s", (*SCHEMA.keys, Key("shop"), cashier)))
    assert record.prediction is not None
    found = record.prediction.extraction
    alone = engine.extract(library.open("ann", kept.id), Schema("s", (Key("shop"),)))
    assert [(e.key, e.text) for e in found.events] == [(2, e.text) for e in alone.events]
