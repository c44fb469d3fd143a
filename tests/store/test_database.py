"""SQLite as it is set up, and what is said of a database that cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from kie_app.config import Settings
from kie_app.errors import StoreError
from kie_app.store import Store
from kie_app.store.columns import now
from kie_app.store.database import BUSY_SECONDS, Database
from kie_app.store.tables import corrections
from tests.store import things
from tests.store.things import Place


def test_sqlite_logs_ahead_waits_and_checks_references(store: Store, place: Place) -> None:
    database = Database(place.url)
    with database.read() as connection:
        values = [
            connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        ]
    assert values == ["wal", 1000 * BUSY_SECONDS, 1]
    correction = {"document": "nobody's", "key": "total", "state": "absent", "sources": ()}
    correction |= {"author": "anna", "token": "1", "made": now()}
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(corrections).values(correction))
    database.close()


def test_the_log_is_turned_on_when_the_file_is_free(tmp_path: Path) -> None:
    file = tmp_path / "onepass.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE mine (one)")
    Timer(0.3, other.commit).start()
    database = Database(f"sqlite:///{file}")
    with database.read() as connection:  # SQLite itself refuses at once
        assert connection.scalar(text("SELECT count(*) FROM mine")) == 0
    database.close()
    other.close()


def test_a_reader_does_not_wait_for_a_writer(store: Store, place: Place) -> None:
    document = things.document(store)
    database = Database(place.url)
    with database.write() as connection:
        connection.execute(text("DELETE FROM documents"))
        assert store.documents.one("anna", document).id == document
        connection.rollback()
    database.close()


def test_what_fails_in_a_transaction_leaves_nothing(store: Store, place: Place) -> None:
    document = things.document(store)
    database = Database(place.url)

    def fail() -> None:
        with database.write() as connection:
            connection.execute(text("DELETE FROM documents"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.documents.one("anna", document).id == document
    database.close()


def test_the_settings_say_where_the_store_is(tmp_path: Path) -> None:
    folder = tmp_path / "100% mine?#"
    store = Store.of(Settings(data_dir=folder))
    added = store.documents.add("anna", "receipt.png", b"a receipt")
    assert {path.name for path in folder.iterdir()} >= {"onepass.db", "files"}
    assert (folder / "files" / added.digest).read_bytes() == b"a receipt"
    store.close()

    database, files = f"sqlite:///{tmp_path}/other/other.db", str(tmp_path / "elsewhere")
    store = Store.of(Settings(data_dir=folder, database=database, files=files))
    assert store.documents.of("anna") == []
    assert (tmp_path / "other" / "other.db").exists()
    assert (tmp_path / "elsewhere").is_dir()
    store.close()


def test_the_admin_counts_all_owners(store: Store) -> None:
    for owner, data in (("anna", b"1"), ("anna", b"22"), ("bela", b"1")):
        document = things.document(store, owner, data)
        store.answers.save_prediction(owner, document, things.extraction())
    counts = store.counts()
    assert (counts.owners, counts.documents, counts.files, counts.bytes) == (2, 3, 2, 3)
    assert (counts.predictions, counts.corrections, counts.races) == (3, 0, 0)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("onepass.db", "is not the URL of a database"),
        ("mysql://localhost/onepass", "'mysql', and only SQLite and PostgreSQL"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:////dev/null/onepass.db", "folder /dev/null of the database cannot be made"),
        ("sqlite:////dev", "unable to open database file"),
        ("postgresql://anna:secret@127.0.0.1:1/onepass?sslpassword=secret", "127.0.0.1:1/onepass"),
        ("postgres://anna:secret@host:port/onepass", "is not the URL of a database"),
    ],
)
def test_a_database_that_cannot_be_had_is_named(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(StoreError) as raised:
        Store.open(url, str(tmp_path / "files"))
    assert said in str(raised.value)
    assert "ONEPASS_DATABASE" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_new_database_is_its_owners_alone_with_what_stands_beside_it(
    store: Store, tmp_path: Path
) -> None:
    things.document(store)
    made = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("onepass.db*")}
    assert made == {f"onepass.db{end}": 0o600 for end in ("", "-shm", "-wal")}


def test_a_damaged_database_is_refused(place: Place, tmp_path: Path) -> None:
    (tmp_path / "onepass.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match=r"onepass\.db cannot be used \(file is not a database\)"):
        Store.open(place.url, place.files)


def test_damage_that_comes_later_is_said(store: Store, place: Place, tmp_path: Path) -> None:
    for number in range(50):
        things.document(store, data=bytes([number]))
    store.close()
    file = tmp_path / "onepass.db"
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(StoreError, match="database disk image is malformed"):
        store.documents.of("anna")
