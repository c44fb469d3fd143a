"""On a real PostgreSQL the store does what it does on SQLite: the same tests, another `place`."""

from __future__ import annotations

from datetime import UTC

import pytest
from sqlalchemy import text

from kie_app.errors import StoreError
from kie_app.store import Store
from kie_app.store.database import Database
from tests.store import (
    test_answers,
    test_concurrency,
    test_documents,
    test_interruption,
    test_jobs,
    test_migrating,
    test_races,
    test_schemas,
    test_users,
    things,
)
from tests.store.things import Place

_TESTS = [
    (name, test)
    for module in (
        test_answers,
        test_concurrency,
        test_documents,
        test_interruption,
        test_jobs,
        test_migrating,
        test_races,
        test_schemas,
        test_users,
    )
    for name, test in vars(module).items()
    if name.startswith("test_")
]
globals().update(_TESTS)


def test_no_test_hides_another() -> None:
    names = [name for name, _ in _TESTS]
    assert len(names) == len(set(names)) > 50


def test_times_are_utc_whatever_the_zone_of_the_server(store: Store, place: Place) -> None:
    added = store.documents.add("anna", "receipt.png", b"a receipt")
    there = Store.open(f"{place.url}&options=-c%20timezone%3DAsia/Tokyo", place.files)
    seen = there.documents.one("anna", added.id)
    assert (seen, seen.added.tzinfo) == (added, UTC)
    added = there.documents.add("anna", "receipt.png", b"another receipt")
    assert store.documents.one("anna", added.id) == added
    there.close()


def test_a_database_that_is_not_there_is_named_without_password(place: Place) -> None:
    url = place.url.replace("postgres@/onepass_", "postgres:secret@/nothing_")
    with pytest.raises(StoreError, match=r"cannot be used .*does not exist") as raised:
        Store.open(url, place.files)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_lost_connection_is_found_and_made_again(store: Store, place: Place) -> None:
    document = things.document(store)
    database = Database(place.url)
    with database.write() as connection:
        others = "FROM pg_stat_activity WHERE pid != pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    database.close()
    assert store.documents.one("anna", document).id == document
