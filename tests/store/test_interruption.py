"""A process that is killed (kill -9) leaves nothing that the next start does not mend."""

from __future__ import annotations

import signal

import pytest

from kie_app.errors import StoreError
from kie_app.store import Counts, Store
from kie_app.store.database import Database
from kie_app.store.documents import Documents
from kie_app.store.files import Files
from tests.store import children, things
from tests.store.things import Place

KILLED = [-signal.SIGKILL]
NOTHING = Counts(0, 0, 0, 0, 0, 0, 0)


# A database that dies in a write, and how much of it is there then.
CUTS = [(children.DiesBeforeCommit, 0), (children.DiesAfterCommit, 1)]


def reopened(place: Place) -> Store:
    return Store.open(place.url, place.files)


@pytest.mark.parametrize(
    ("documents", "files"),
    [
        (children.DiesOnceDoomed, Files),
        (Documents, children.DiesBeforeRemoving),
        (Documents, children.DiesAfterRemoving),
    ],
)
def test_a_deletion_that_was_cut_short_is_finished(
    store: Store, place: Place, documents: type[Documents], files: type[Files]
) -> None:
    document = things.document(store)
    store.answers.save_prediction("anna", document, things.extraction())
    store.races.save("anna", document, things.SCHEMA, [things.extraction()], {})
    assert children.run(children.delete, [(place, document, documents, files)]) == KILLED

    assert store.documents.of("anna") == store.races.of("anna") == []
    with pytest.raises(StoreError, match="no document"):
        store.answers.predictions_of("anna", document)
    assert store.counts().predictions == 1

    reopened(place).close()
    assert store.counts() == NOTHING
    assert place.kept() == []


@pytest.mark.parametrize(
    "files", [children.DiesOnceDoomed, children.DiesBeforeRemoving, children.DiesAfterRemoving]
)
def test_the_same_content_can_be_added_in_between(
    store: Store, place: Place, files: type[Files] | type[Documents]
) -> None:
    document = things.document(store)
    kind, kept = (files, Files) if issubclass(files, Documents) else (Documents, files)
    assert children.run(children.delete, [(place, document, kind, kept)]) == KILLED
    again = things.document(store, "bela")
    assert store.documents.data("bela", again) == b"a receipt"
    reopened(place).close()
    assert store.documents.data("bela", again) == b"a receipt"
    assert store.counts() == Counts(1, 1, 1, 9, 0, 0, 0)


@pytest.mark.parametrize(
    "files", [children.DiesBeforeKeeping, children.DiesWhileKeeping, children.DiesAfterKeeping]
)
def test_an_addition_that_was_cut_short_leaves_nothing(
    store: Store, place: Place, files: type[Files]
) -> None:
    assert children.run(children.add, [(place, b"a receipt", files)]) == KILLED
    assert store.documents.of("anna") == []
    reopened(place).close()
    assert store.counts() == NOTHING
    assert place.kept() == []


def test_a_content_in_use_outlives_an_addition_that_was_cut_short(
    store: Store, place: Place
) -> None:
    document = things.document(store)
    cut = (place, b"a receipt", children.DiesAfterKeeping)
    assert children.run(children.add, [cut]) == KILLED
    reopened(place).close()
    assert store.documents.data("anna", document) == b"a receipt"


@pytest.mark.parametrize(("database", "kept"), CUTS)
def test_a_correction_that_was_cut_short_is_there_once_when_it_is_sent_again(
    store: Store, place: Place, database: type[Database], kept: int
) -> None:
    document = things.document(store)
    cut = (place, children.save_correction, database, document)
    assert children.run(children.cut_short, [cut]) == KILLED
    answers = reopened(place).answers
    assert len(answers.corrections_of("anna", document)) == kept
    saved = children.correct(answers, document, "12.60", after=0)
    assert answers.corrections_of("anna", document) == [saved]


@pytest.mark.parametrize(("database", "kept"), CUTS)
def test_an_undo_that_was_cut_short_takes_back_once_when_it_is_sent_again(
    store: Store, place: Place, database: type[Database], kept: int
) -> None:
    document = things.document(store)
    said = [children.correct(store.answers, document, value) for value in ("1", "2", "3")]
    cut = (place, children.undo, database, document)
    assert children.run(children.cut_short, [cut]) == KILLED
    answers = reopened(place).answers
    assert len(answers.corrections_of("anna", document)) == len(said) + kept
    undone = answers.undo("anna", document, "total", author="anna", token="undo")
    assert undone is not None
    assert (undone.value, undone.undoes) == ("2", said[-1].id)
    assert answers.corrections_of("anna", document) == [*said, undone]


@pytest.mark.parametrize(("database", "kept"), CUTS)
def test_a_race_that_was_cut_short_is_there_whole_or_not_at_all(
    store: Store, place: Place, database: type[Database], kept: int
) -> None:
    document = things.document(store)
    cut = (place, children.save_race, database, document)
    assert children.run(children.cut_short, [cut]) == KILLED
    again = reopened(place)
    assert len(again.races.of("anna", document)) == kept
    assert len(again.answers.predictions_of("anna", document)) == 2 * kept


def test_files_that_cannot_be_removed_are_removed_later(
    store: Store, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is away.")

    document = things.document(store)
    with monkeypatch.context() as patched:
        patched.setattr(Files, "remove", fail)
        with pytest.raises(StoreError, match="The disk is away"):
            store.documents.delete("anna", document)
    assert store.documents.of("anna") == []
    Documents(Database(place.url), Files(place.files)).finish_deletions()
    assert place.kept() == []
