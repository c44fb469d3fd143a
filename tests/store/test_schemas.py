"""A schema's name is its owner's own."""

from __future__ import annotations

import pytest
from hypothesis import given

from kie_app.errors import StoreError
from kie_app.store import Store
from kie_app.store.schemas import NAME_CHARS
from kie_app.types import Key, Schema
from tests.store import anything, things
from tests.store.anything import same_store


@same_store
@given(anything.ANY_SCHEMA)
def test_any_schema_comes_back(store: Store, schema: Schema) -> None:
    saved = store.schemas.save("anna", schema)
    assert saved.schema == schema
    assert store.schemas.one("anna", schema.name) == saved


def test_saving_under_a_name_again_replaces_the_keys(store: Store) -> None:
    first = store.schemas.save("anna", things.SCHEMA)
    second = store.schemas.save("anna", Schema("receipt", (Key("date", kind="date"),)))
    assert store.schemas.of("anna") == [second]
    assert second.id == first.id
    assert second.changed > first.changed


def test_schemas_are_listed_by_name(store: Store) -> None:
    for name in ("b", "C", "a", "é"):
        store.schemas.save("anna", Schema(name, things.SCHEMA.keys))
    assert [one.schema.name for one in store.schemas.of("anna")] == ["C", "a", "b", "é"]


def test_owners_do_not_see_each_other_s_schemas(store: Store) -> None:
    store.schemas.save("anna", things.SCHEMA)
    bela = store.schemas.save("bela", Schema("receipt", ()))
    store.schemas.delete("bela", "receipt")
    assert store.schemas.of("bela") == []
    assert [one.schema for one in store.schemas.of("anna")] == [things.SCHEMA]
    with pytest.raises(StoreError, match="no schema 'receipt'"):
        store.schemas.one("bela", bela.schema.name)


def test_a_long_name_is_refused_and_the_longest_is_kept(store: Store) -> None:
    store.schemas.save("anna", Schema("\ud800" * NAME_CHARS, ()))
    with pytest.raises(StoreError, match="has 201 characters, the limit is 200"):
        store.schemas.save("anna", Schema("x" * 201, ()))
