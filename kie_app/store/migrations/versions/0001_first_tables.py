"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _required(*names: str) -> list[sa.Column[str]]:
    """Columns of text that is always there."""
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def upgrade() -> None:
    _files_and_documents()
    _schemas()
    _answers()
    _races()
    _jobs()


def _files_and_documents() -> None:
    op.create_table(
        "files",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_files"),
    )
    op.create_table(
        "documents",
        *_required("id", "owner", "name", "digest"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("added", _TIME, nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("doomed", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.ForeignKeyConstraint(["digest"], ["files.digest"], name="fk_documents_digest"),
    )
    op.create_index("ix_documents_owner", "documents", ["owner"])
    op.create_index("ix_documents_digest", "documents", ["digest"])


def _schemas() -> None:
    op.create_table(
        "schemas",
        *_required("id", "owner", "name", "keys"),
        sa.Column("changed", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schemas"),
        sa.UniqueConstraint("owner", "name", name="uq_schemas_owner_name"),
    )


def _answers() -> None:
    op.create_table(
        "predictions",
        sa.Column("id", _SEQUENCE, nullable=False),
        *_required("document", "schema", "decoder", "model", "extraction"),
        sa.Column("made", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_predictions_document"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_predictions_document", "predictions", ["document"])
    op.create_table(
        "corrections",
        sa.Column("id", _SEQUENCE, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("prediction", _SEQUENCE),
        *_required("key", "state"),
        sa.Column("value", sa.Text),
        *_required("sources", "author"),
        sa.Column("made", _TIME, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("undoes", _SEQUENCE),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_corrections_document"),
        sa.ForeignKeyConstraint(
            ["prediction"], ["predictions.id"], name="fk_corrections_prediction"
        ),
        sa.ForeignKeyConstraint(["undoes"], ["corrections.id"], name="fk_corrections_undoes"),
        sa.UniqueConstraint("document", "token", name="uq_corrections_document_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_corrections_prediction", "corrections", ["prediction"])
    op.create_index("ix_corrections_undoes", "corrections", ["undoes"])


def _races() -> None:
    op.create_table(
        "races",
        *_required("id", "owner", "document", "schema", "result", "facts"),
        sa.Column("made", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_races"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_races_document"),
    )
    op.create_index("ix_races_owner", "races", ["owner"])
    op.create_index("ix_races_document", "races", ["document"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        *_required("id", "owner", "kind", "state"),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        *_required("detail", "error"),
        sa.Column("made", _TIME, nullable=False),
        sa.Column("changed", _TIME, nullable=False),
        sa.Column("lease", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_owner", "jobs", ["owner"])
    op.create_index("ix_jobs_state", "jobs", ["state"])
