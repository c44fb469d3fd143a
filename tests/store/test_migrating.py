"""Migrations make the tables that the code expects, and refuse what they do not know."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from kie_app.errors import StoreError
from kie_app.store import Store
from kie_app.store.database import Database
from kie_app.store.migrating import MIGRATIONS, config, upgrade
from kie_app.store.tables import metadata
from tests.store import things
from tests.store.things import Place

HEAD = ScriptDirectory.from_config(config()).get_current_head()


def executed(place: Place, statement: str) -> None:
    database = Database(place.url)
    with database.write() as connection:
        connection.execute(text(statement))
    database.close()


def test_migrations_make_the_tables_of_the_code(store: Store, place: Place) -> None:
    database = Database(place.url)
    with database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        made = metadata.tables.keys() | {"alembic_version"}
        assert set(inspect(connection).get_table_names()) == made
    database.close()


def test_opening_again_keeps_what_is_there(store: Store, place: Place) -> None:
    document = things.document(store)
    again = Store.open(place.url, place.files)
    assert again.documents.data("anna", document) == b"a receipt"
    again.close()


def test_a_database_of_a_newer_onepass_is_refused_and_left_alone(
    store: Store, place: Place
) -> None:
    executed(place, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer Onepass .*'9999'.* ONEPASS_DATABASE") as raised:
        Store.open(place.url, place.files)
    assert "\n" not in str(raised.value)
    executed(place, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    Store.open(place.url, place.files).close()


def test_tables_of_something_else_are_refused_and_left_alone(place: Place) -> None:
    executed(place, "CREATE TABLE documents (id INTEGER)")
    with pytest.raises(StoreError, match=r"cannot be used .*already exists"):
        Store.open(place.url, place.files)
    executed(place, "DROP TABLE documents")
    Store.open(place.url, place.files).close()


def test_a_new_migration_begins_from_the_template(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    copied = config()
    copied.set_main_option("script_location", str(folder))
    command.revision(copied, 'Say "more"', rev_id="next")
    (new,) = (folder / "versions").glob("next_*.py")
    compile(new.read_text(), new.name, "exec")
    assert f'down_revision = "{HEAD}"' in new.read_text()


def test_a_database_from_before_users_keeps_what_it_holds(place: Place) -> None:
    database = Database(place.url)
    with database.write() as connection:
        command.upgrade(config(connection), "0001")
        row = "'1', 'anna', 'receipt', '[]', '2026-01-01'"
        connection.execute(text(f"INSERT INTO schemas VALUES ({row})"))
        assert "users" not in inspect(connection).get_table_names()
    database.close()
    store = Store.open(place.url, place.files)
    assert [one.schema.name for one in store.schemas.of("anna")] == ["receipt"]
    assert store.users.everybody() == []
    store.close()


def test_upgrading_twice_changes_nothing(place: Place) -> None:
    database = Database(place.url)
    upgrade(database)
    upgrade(database)
    database.close()
