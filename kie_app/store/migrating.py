"""Bring a database's tables to this version, once, whoever comes first."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from kie_app.errors import StoreError
from kie_app.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x6F6E6570617373  # "onepass": PostgreSQL's advisory lock for the upgrade

_ALEMBIC = threading.Lock()  # Alembic keeps the context of a migration in a module global


def upgrade(database: Database) -> None:
    """Make or upgrade the tables in one transaction; processes that start at once wait in line.

    Raises StoreError when a newer Onepass wrote the database, or when it cannot be used.
    """
    try:
        with _ALEMBIC, database.write() as connection:
            _wait_in_line(connection)
            _refuse_newer(connection, database.name)
            command.upgrade(config(connection), "head")
    except DBAPIError as error:
        raise database.trouble(error.orig) from error


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, whose migrations run on `connection`."""
    found = Config(attributes={"connection": connection})
    found.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return found


def _wait_in_line(connection: Connection) -> None:
    """SQLite's transaction is a lock already."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _refuse_newer(connection: Connection, name: str) -> None:
    script = ScriptDirectory.from_config(config())
    known = {one.revision for one in script.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_heads()
    for revision in present:
        if revision not in known:
            raise StoreError(
                f"The database {name} was written by a newer Onepass (its revision {revision!r} is "
                "unknown to this one): install the newer one, or set ONEPASS_DATABASE to another."
            )
