"""A race is kept with what its figures were measured on."""

from __future__ import annotations

import pytest

from kie_app.errors import StoreError
from kie_app.store import Store
from tests.store import things

FACTS = {"machine": "2 cores", "dtype": "bfloat16"}


def test_a_race_comes_back_whole(store: Store) -> None:
    document = things.document(store)
    result = [things.extraction("1"), things.extraction("2")]
    saved = store.races.save("anna", document, things.SCHEMA, result, FACTS)
    assert store.races.one("anna", saved.id) == saved
    assert (saved.result, saved.facts, saved.document) == (tuple(result), FACTS, document)


def test_a_race_is_kept_with_predictions_of_its_document(store: Store) -> None:
    document = things.document(store)
    result = [things.extraction("1"), things.extraction("2")]
    store.races.save("anna", document, things.SCHEMA, result, FACTS, result[::-1])
    made = store.answers.predictions_of("anna", document)
    assert [one.extraction for one in made] == result[::-1]


def test_races_are_listed_by_document_or_all_newest_first(store: Store) -> None:
    documents = [things.another(store), things.another(store)]
    ids = [
        store.races.save("anna", documents[which], things.SCHEMA, [], FACTS).id
        for which in (0, 1, 0)
    ]
    assert [one.id for one in store.races.of("anna")] == ids[::-1]
    assert [one.id for one in store.races.of("anna", documents[0])] == [ids[2], ids[0]]


def test_another_owner_s_race_is_as_one_that_is_not_there(store: Store) -> None:
    document = things.document(store)
    saved = store.races.save("anna", document, things.SCHEMA, [], FACTS)
    assert store.races.of("bela") == store.races.of("bela", document) == []
    with pytest.raises(StoreError, match=f"no race '{saved.id}'"):
        store.races.one("bela", saved.id)
    with pytest.raises(StoreError, match="no race 'nothing'"):
        store.races.one("bela", "nothing")
