"""One database: its address, its transactions, and in one line what goes wrong with it.

SQLite runs in WAL mode: readers never wait, writers wait for each other. PostgreSQL is spoken to
through psycopg, whatever driver the URL names.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
    TimeoutError,
)

from kie_app.errors import Missing, StoreError, Unavailable

DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",  # as some hosts of databases write it
}
BUSY_SECONDS = 30  # how long a writer waits for the others
AGAIN_SECONDS = 0.02  # between two tries where SQLite itself does not wait
CONNECT_SECONDS = 10  # how long a server may take to answer
HINT = "sqlite:////folder/onepass.db or postgresql://user:password@host/database"

# Errors of the database that only a mistake of this package brings about.
MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)


class Database:
    """Transactions on the database of a URL.

    Every method raises StoreError, which names the URL without its password, when the database
    cannot be reached, is damaged, is full, or stays busy.
    """

    def __init__(self, url: str) -> None:
        self._url = _parsed(url)
        self.name = self._url.set(query={}).render_as_string(hide_password=True)
        self._engine = _engine(self._url)
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; on SQLite the only one of its time, from its begin on."""
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    def trouble(self, reason: object) -> Unavailable:
        """What to say when the database cannot be used for this reason."""
        line = " ".join(str(reason).split("\n")[0].split())
        return Unavailable(
            f"The database {self.name} cannot be used ({line}): see that it is reachable and "
            "intact, or set ONEPASS_DATABASE to another."
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except MISTAKES:
            raise
        except (DatabaseError, InterfaceError) as error:
            raise self.trouble(error.orig) from error
        except TimeoutError as error:  # no connection became free
            raise self.trouble(error) from error


def _parsed(url: str) -> URL:
    """The URL with this project's driver. Nothing of a URL that cannot be read is quoted: who knows
    where its password ends."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"ONEPASS_DATABASE is not the URL of a database: write {HINT}.") from error
    backend = parsed.get_backend_name()
    if backend not in DRIVERS:
        raise StoreError(
            f"ONEPASS_DATABASE names a database of the kind {backend!r}, and only SQLite and "
            f"PostgreSQL are known: write {HINT}."
        )
    if backend == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise StoreError(
            "ONEPASS_DATABASE names a SQLite database in memory, which threads cannot share: name "
            f"a file, as in {HINT}."
        )
    return parsed.set(drivername=DRIVERS[backend])


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        _make_file(Path(str(url.database)))
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    seconds = url.query.get("connect_timeout", CONNECT_SECONDS)
    return create_engine(
        url,
        isolation_level="READ COMMITTED",  # who waited for a lock sees what its last holder did
        pool_pre_ping=True,
        connect_args={"connect_timeout": seconds},
    )


def _make_file(path: Path) -> None:
    """An empty file is an empty database. It is its owner's alone from the start, as are the ones
    that SQLite puts beside it: what it holds is private, hashes of passwords too."""
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The folder {folder} of the database cannot be made ({error.strerror}): give "
            "ONEPASS_DATA_DIR or ONEPASS_DATABASE a place that may be written."
        ) from error
    with suppress(OSError):  # SQLite meets the same and says what it is
        os.close(os.open(path, os.O_CREAT, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions begin in `_begin_sqlite`, not in the driver
    _turn_wal_on(connection)
    connection.execute("PRAGMA foreign_keys = ON")


def _turn_wal_on(connection: sqlite3.Connection) -> None:
    """Two that turn it on at once are refused at once, whatever they may wait for locks: each holds
    the file that the other needs alone."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the rest is the cause
            if not busy or time.monotonic() > end:
                raise
            time.sleep(AGAIN_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: had it read before, it could not wait for others to end."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insertion that may say what happens when the row is there already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return insert(table)


def missing(what: str, name: str) -> Missing:
    """The same for what never was, what was deleted, and what belongs to someone else."""
    return Missing(f"There is no {what} {name[:40]!r}: it was deleted, or its address is wrong.")
