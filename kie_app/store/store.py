"""The store: one database and one folder of files, and what they hold by owner."""

from __future__ import annotations

from sqlalchemy import URL, Connection, Table, func, select

from kie_app.config import Settings
from kie_app.store.answers import Answers
from kie_app.store.database import Database
from kie_app.store.documents import Documents
from kie_app.store.files import Files
from kie_app.store.jobs import Jobs
from kie_app.store.migrating import upgrade
from kie_app.store.races import Races
from kie_app.store.records import Counts
from kie_app.store.schemas import Schemas
from kie_app.store.tables import corrections, documents, files, predictions, races
from kie_app.store.users import Users


class Store:
    """What is kept of documents, answers, schemas, races, jobs and users, for many threads and,
    on the same database and files, many processes.

    Methods that take an owner see nothing of other owners'. All raise StoreError when the database
    or the files cannot be used.
    """

    def __init__(self, database: Database, kept: Files) -> None:
        """On a database whose tables are there; `open` makes them."""
        self._database = database
        self.documents = Documents(database, kept)
        self.answers = Answers(database)
        self.schemas = Schemas(database)
        self.races = Races(database)
        self.jobs = Jobs(database)
        self.users = Users(database)

    @classmethod
    def open(cls, url: str, files: str) -> Store:
        """The store of a database's URL (SQLite or PostgreSQL) and a folder or fsspec URL of files.

        Makes what is not there, upgrades the tables, and finishes deletions that were cut short.
        StoreError when either cannot be used, or when a newer Onepass wrote the database.
        """
        database = Database(url)
        try:
            upgrade(database)
            store = cls(database, Files(files))
            store.documents.finish_deletions()
        except BaseException:
            database.close()
            raise
        return store

    @classmethod
    def of(cls, settings: Settings) -> Store:
        """The store of the settings: in `data_dir`, unless they name other places."""
        sqlite = URL.create("sqlite", database=str(settings.data_dir / "onepass.db"))
        return cls.open(
            settings.database or sqlite.render_as_string(),
            settings.files or str(settings.data_dir / "files"),
        )

    def close(self) -> None:
        """Let go of the database's connections."""
        self._database.close()

    def counts(self) -> Counts:
        """For the admin role: how much there is of all owners."""
        with self._database.read() as connection:
            owners, live = connection.execute(
                select(func.count(func.distinct(documents.c.owner)), func.count()).where(
                    documents.c.doomed.is_(None)
                )
            ).one()
            kept, size = connection.execute(
                select(func.count(), func.coalesce(func.sum(files.c.size), 0))
            ).one()
            rows = [_count(connection, table) for table in (predictions, corrections, races)]
        return Counts(owners, live, kept, int(size), *rows)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
