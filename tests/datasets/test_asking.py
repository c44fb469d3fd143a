"""Which keys are asked of a document, and which are known to be absent from it."""

from __future__ import annotations

from kie_app.datasets.asking import FOREIGN, asked, foreign, keys_of, usual
from kie_app.datasets.labelled import Labelled
from kie_app.types import Box, Line

BOX = Box(0, 0, 1, 0.1)


def item(number: int, *lines: str, **entities: str | list[str]) -> Labelled:
    return Labelled(str(number), None, entities, tuple(Line(one, BOX) for one in lines), 1, 1)


RECEIPTS = [item(0, total="1", date="2"), item(1, total="3"), item(2, total="4", date=["5", "6"])]
FORMS = [item(at, f"key {at}: 5", **{f"key {at}": "5", f"Other {at}": "6"}) for at in range(30)]


def test_a_folder_of_many_keys_is_asked_each_documents_own() -> None:
    assert usual(RECEIPTS) == "all"
    assert usual(FORMS) == "own"
    assert usual(FORMS[:5]) == "all"
    assert usual([]) == "all"


def test_all_keys_are_asked_but_those_with_several_values() -> None:
    keys = keys_of(RECEIPTS)
    assert keys == ("total", "date")
    assert [asked(one, keys, "all") for one in RECEIPTS] == [keys, keys, ("total",)]
    assert [asked(one, keys, "labelled") for one in RECEIPTS] == [keys, ("total",), ("total",)]


def test_own_keys_come_with_others_that_the_document_neither_labels_nor_prints() -> None:
    keys = keys_of(FORMS)
    for one in FORMS:
        own, others = asked(one, keys, "own")[:2], asked(one, keys, "own")[2:]
        assert set(own) == set(one.entities)
        assert len(set(others)) == FOREIGN
        assert set(others) <= {*keys} - {*own}
        assert asked(one, keys, "own") == (*own, *others), "always the same ones"


def test_a_key_that_is_printed_otherwise_is_not_taken_for_absent() -> None:
    one = item(0, "TAX-ID 7", Date="1")
    assert foreign(one, ["tax id", "DATE", "Tax ID ", "ship to", "Ship To:"], 5) in (
        ("ship to",),
        ("Ship To:",),
    )
