"""The tables. A change here needs a migration that makes the same change; a test compares them.

documents -> files            many documents, of one owner or several, may have the same content
predictions, corrections, races -> documents      they quote a document and are deleted with it
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)

from kie_app.store.columns import Exact, Json, Utc
from kie_app.store.records import Content
from kie_app.types import Extraction, Key, Schema, Source

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Orders rows by when they were made. SQLite counts up in INTEGER columns alone.
Sequence = BigInteger().with_variant(Integer(), "sqlite")

files = Table(
    "files",
    metadata,
    Column("digest", Exact, primary_key=True),
    Column("size", BigInteger, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Exact, primary_key=True),
    Column("owner", Exact, nullable=False, index=True),
    Column("name", Exact, nullable=False),
    Column("digest", Exact, ForeignKey(files.c.digest), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("added", Utc, nullable=False),
    Column("content", Json(Content)),
    Column("doomed", Utc),
)

schemas = Table(
    "schemas",
    metadata,
    Column("id", Exact, primary_key=True),
    Column("owner", Exact, nullable=False),
    Column("name", Exact, nullable=False),
    Column("keys", Json(tuple[Key, ...]), nullable=False),
    Column("changed", Utc, nullable=False),
    UniqueConstraint("owner", "name"),
)

predictions = Table(
    "predictions",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("document", Exact, ForeignKey(documents.c.id), nullable=False, index=True),
    Column("schema", Json(Schema), nullable=False),
    Column("decoder", Exact, nullable=False),
    Column("model", Exact, nullable=False),
    Column("extraction", Json(Extraction), nullable=False),
    Column("made", Utc, nullable=False),
    sqlite_autoincrement=True,
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("document", Exact, ForeignKey(documents.c.id), nullable=False),
    Column("prediction", Sequence, ForeignKey(predictions.c.id), index=True),
    Column("key", Exact, nullable=False),
    Column("state", Exact, nullable=False),
    Column("value", Exact),
    Column("sources", Json(tuple[Source, ...]), nullable=False),
    Column("author", Exact, nullable=False),
    Column("made", Utc, nullable=False),
    Column("token", Exact, nullable=False),
    Column("undoes", Sequence, ForeignKey("corrections.id"), index=True),
    # Of one document: what others use as a token is nobody's business.
    UniqueConstraint("document", "token"),
    sqlite_autoincrement=True,
)

races = Table(
    "races",
    metadata,
    Column("id", Exact, primary_key=True),
    Column("owner", Exact, nullable=False, index=True),
    Column("document", Exact, ForeignKey(documents.c.id), nullable=False, index=True),
    Column("schema", Json(Schema), nullable=False),
    Column("result", Json(tuple[Extraction, ...]), nullable=False),
    Column("facts", Json(dict[str, str]), nullable=False),
    Column("made", Utc, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", Exact, primary_key=True),
    Column("role", Exact, nullable=False),
    Column("hash", Exact, nullable=False),
    Column("changed", Utc, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Exact, primary_key=True),
    Column("owner", Exact, nullable=False, index=True),
    Column("kind", Exact, nullable=False),
    Column("state", Exact, nullable=False, index=True),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("detail", Json(dict[str, Any]), nullable=False),
    Column("error", Exact, nullable=False),
    Column("made", Utc, nullable=False),
    Column("changed", Utc, nullable=False),
    Column("lease", Utc),
)


def columns(table: Table, record: type) -> list[Column[Any]]:
    """The columns of which a record of this type consists, in its order."""
    return [table.c[field.name] for field in fields(record)]
