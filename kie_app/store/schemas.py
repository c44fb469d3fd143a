"""Schemas that their owners named; a name is the owner's own."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Row, delete, select

from kie_app.errors import StoreError
from kie_app.store.columns import now
from kie_app.store.database import Database, missing, upsert
from kie_app.store.records import StoredSchema
from kie_app.store.tables import schemas
from kie_app.types import Schema

NAME_CHARS = 200  # a longer name would not fit PostgreSQL's index in every script


class Schemas:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, owner: str, schema: Schema) -> StoredSchema:
        """Keep the schema in the place of the owner's one of that name. StoreError when the name is
        too long."""
        if len(schema.name) > NAME_CHARS:
            raise StoreError(
                f"The schema's name {schema.name[:20]!r}... has {len(schema.name)} characters, the "
                f"limit is {NAME_CHARS}: shorten it."
            )
        changes = {"keys": schema.keys, "changed": now()}
        with self._database.write() as connection:
            row = upsert(connection, schemas).values(
                id=uuid4().hex, owner=owner, name=schema.name, **changes
            )
            kept = row.on_conflict_do_update(
                index_elements=[schemas.c.owner, schemas.c.name], set_=changes
            )
            return _record(connection.execute(kept.returning(schemas)).one())

    def one(self, owner: str, name: str) -> StoredSchema:
        """The owner's schema of this name; StoreError when there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                select(schemas).where(schemas.c.owner == owner, schemas.c.name == name)
            ).one_or_none()
        if row is None:
            raise missing("schema", name)
        return _record(row)

    def of(self, owner: str) -> list[StoredSchema]:
        """The owner's schemas by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(schemas).where(schemas.c.owner == owner)).all()
        # Each database sorts text in its own way.
        return sorted(map(_record, rows), key=lambda one: one.schema.name)

    def delete(self, owner: str, name: str) -> None:
        """Remove the owner's schema of this name, if there is one; predictions and races keep the
        schema they were made with."""
        with self._database.write() as connection:
            connection.execute(
                delete(schemas).where(schemas.c.owner == owner, schemas.c.name == name)
            )


def _record(row: Row[Any]) -> StoredSchema:
    schema = Schema(row._mapping["name"], row._mapping["keys"])
    return StoredSchema(row._mapping["id"], row._mapping["owner"], schema, row._mapping["changed"])
