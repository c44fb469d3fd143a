"""Documents belong to their owner, and come and go with their files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from PIL import Image

from kie_app.errors import StoreError
from kie_app.store import Store
from kie_app.store.columns import now
from kie_app.types import Box, Document, Line, Page
from tests.store import anything, things
from tests.store.anything import same_store
from tests.store.things import Place


def test_a_document_is_its_bytes_under_a_name(store: Store) -> None:
    added = store.documents.add("anna", "receipt.png", b"a receipt")
    assert store.documents.one("anna", added.id) == added
    assert store.documents.data("anna", added.id) == b"a receipt"
    assert added.digest == hashlib.sha256(b"a receipt").hexdigest()
    assert (added.owner, added.name, added.size) == ("anna", "receipt.png", 9)
    assert added.added.tzinfo is UTC
    assert now() - added.added < timedelta(minutes=1)


def test_ids_tell_nothing_of_the_content(store: Store) -> None:
    ids = {things.document(store, owner) for owner in ("anna", "bela", "cleo")}
    assert len(ids) == 3
    assert all(len(one) == 32 for one in ids)


def test_an_owner_has_a_content_once(store: Store, place: Place) -> None:
    added = store.documents.add("anna", "receipt.png", b"a receipt")
    assert store.documents.add("anna", "again.png", b"a receipt") == added
    assert store.documents.of("anna") == [added]
    Path(place.files, added.digest).unlink()
    things.document(store)
    assert store.documents.data("anna", added.id) == b"a receipt", "a lost file is back"
    store.documents.delete("anna", added.id)
    assert things.document(store) != added.id


def test_documents_are_listed_newest_first(store: Store) -> None:
    ids = [things.document(store, data=bytes([number])) for number in range(3)]
    assert [one.id for one in store.documents.of("anna")] == ids[::-1]


def test_what_was_read_comes_back_without_images(store: Store) -> None:
    page = Page(0, 20, 30, Image.new("RGB", (20, 30)))
    read = Document("x", "y", (page,), (Line("Σ 1", Box(0.1, 0.2, 0.3, 0.4)),), "ocr", 0.5)
    added = store.documents.add("anna", "receipt.png", b"a receipt")
    assert store.documents.content("anna", added.id) is None
    store.documents.save_content("anna", added.id, read)
    content = store.documents.content("anna", added.id)
    assert content == replace(read, id=added.digest, name="receipt.png")
    assert content is not None
    assert content.pages[0].image is None


@same_store
@given(anything.ANY_TEXT, anything.ANY_DOCUMENT)
def test_any_name_and_content_come_back(store: Store, name: str, read: Document) -> None:
    added = store.documents.add("anna", name, uuid4().bytes)
    store.documents.save_content("anna", added.id, read)
    content = store.documents.content("anna", added.id)
    assert content == replace(read, id=added.digest, name=name)
    assert store.documents.one("anna", added.id) == added


def test_a_name_is_never_a_path(store: Store, place: Place) -> None:
    added = store.documents.add("../../anna", "../../../etc/passwd\0", b"a receipt")
    assert place.kept() == [added.digest]


def test_the_same_content_is_kept_once_until_its_last_document_goes(
    store: Store, place: Place
) -> None:
    first, second = things.document(store, "anna"), things.document(store, "bela")
    assert len(place.kept()) == 1
    store.documents.delete("anna", first)
    assert store.documents.data("bela", second) == b"a receipt"
    store.documents.delete("bela", second)
    assert place.kept() == []


def test_another_owner_s_document_is_as_one_that_is_not_there(store: Store) -> None:
    document = things.document(store, "anna")
    read = Document("x", "y", (), (), "given")
    documents, answers, races = store.documents, store.answers, store.races
    extraction = things.extraction()
    calls = [
        lambda owner, one: documents.one(owner, one),
        lambda owner, one: documents.data(owner, one),
        lambda owner, one: documents.content(owner, one),
        lambda owner, one: documents.save_content(owner, one, read),
        lambda owner, one: documents.delete(owner, one),
        lambda owner, one: answers.save_prediction(owner, one, extraction),
        lambda owner, one: answers.predictions_of(owner, one),
        lambda owner, one: answers.save_correction(
            owner, one, key="total", state="confirmed", author=owner, token="1"
        ),
        lambda owner, one: answers.undo(owner, one, "total", author=owner, token="1"),
        lambda owner, one: answers.corrections_of(owner, one),
        lambda owner, one: answers.fields_of(owner, one),
        lambda owner, one: races.save(owner, one, things.SCHEMA, [extraction], {}),
    ]
    for call in calls:
        with pytest.raises(StoreError) as others:
            call("bela", document)
        with pytest.raises(StoreError) as nobodys:
            call("bela", "f" * 32)
        assert str(others.value) == str(nobodys.value).replace("f" * 32, document)
    assert documents.of("bela") == []
    assert store.answers.corrections_of("anna", document) == []
    assert documents.content("anna", document) is None


def test_a_deleted_document_leaves_nothing(store: Store, place: Place) -> None:
    document = things.document(store)
    prediction = store.answers.save_prediction("anna", document, things.extraction())
    for token in "12":
        store.answers.save_correction(
            "anna",
            document,
            key="total",
            state="confirmed",
            prediction=prediction.id,
            author="anna",
            token=token,
        )
    store.answers.undo("anna", document, "total", author="anna", token="3")
    store.races.save("anna", document, things.SCHEMA, [things.extraction()], {})
    store.documents.delete("anna", document)
    assert set(vars(store.counts()).values()) == {0}
    assert store.races.of("anna") == []
    assert place.kept() == []
    with pytest.raises(StoreError, match=document):
        store.documents.delete("anna", document)


def test_a_missing_file_is_said_and_mended_by_adding_it_again(store: Store, place: Place) -> None:
    added = store.documents.add("anna", "my receipt.png", b"a receipt")
    Path(place.files, added.digest).unlink()
    wanted = rf"'my receipt\.png' \({added.id}\) is missing .* add the same file again"
    with pytest.raises(StoreError, match=wanted):
        store.documents.data("anna", added.id)
    things.document(store, "bela")
    assert store.documents.data("anna", added.id) == b"a receipt"


def test_a_changed_file_is_not_read(store: Store, place: Place) -> None:
    added = store.documents.add("anna", "two\nlines", b"a receipt")
    Path(place.files, added.digest).write_bytes(b"another!!")
    with pytest.raises(StoreError, match="or was changed there") as raised:
        store.documents.data("anna", added.id)
    assert "\n" not in str(raised.value)


def test_a_document_whose_file_is_missing_can_be_deleted(store: Store, place: Place) -> None:
    added = store.documents.add("anna", "receipt.png", b"a receipt")
    Path(place.files, added.digest).unlink()
    store.documents.delete("anna", added.id)
    assert store.counts().files == 0
