"""Races that were run. A race quotes its document, so that it is deleted with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from sqlalchemy import ColumnElement, insert, select

from kie_app.store.answers import add_prediction
from kie_app.store.columns import now
from kie_app.store.database import Database, missing
from kie_app.store.documents import owned
from kie_app.store.records import StoredRace
from kie_app.store.tables import columns, documents, races
from kie_app.types import Extraction, Schema


class Races:
    """The races of all owners; StoreError for another owner's race or document as for one that is
    not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        owner: str,
        document: str,
        schema: Schema,
        result: Sequence[Extraction],
        facts: Mapping[str, str],
        predictions: Sequence[Extraction] = (),
    ) -> StoredRace:
        """Keep what each decoder returned, with what the figures were measured on, and with it
        `predictions` of the document, in their order: all of it or, when cut short, nothing."""
        race = StoredRace(uuid4().hex, owner, document, schema, tuple(result), dict(facts), now())
        with self._database.write() as connection:
            owned(connection, owner, document, hold=True)
            connection.execute(insert(races).values(**vars(race)))
            for one in predictions:
                add_prediction(connection, document, one)
        return race

    def one(self, owner: str, race: str) -> StoredRace:
        found = self._found(owner, races.c.id == race)
        if not found:
            raise missing("race", race)
        return found[0]

    def of(self, owner: str, document: str | None = None) -> list[StoredRace]:
        """The owner's races, of one document or of all, newest first."""
        return self._found(owner, *([] if document is None else [races.c.document == document]))

    def _found(self, owner: str, *which: ColumnElement[bool]) -> list[StoredRace]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(*columns(races, StoredRace))
                .join(documents)
                .where(races.c.owner == owner, documents.c.doomed.is_(None), *which)
                .order_by(races.c.made.desc(), races.c.id)
            )
            return [StoredRace(**row._asdict()) for row in rows]
