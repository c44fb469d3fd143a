"""Documents: who owns which file, what was read of it, and how both go away together.

A row of `files` stands for one content and is its lock: who adds or removes the content holds it,
so that these exclude each other, and an owner who adds a file twice at once gets one document. A
process that is killed leaves rows to clean up by: the row of a content is committed before its file
is written, and a document is doomed, in a transaction of its own, before anything of it is removed.
`finish_deletions` does what is left.
"""

from __future__ import annotations

import hashlib
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update

from kie_app.errors import Unavailable
from kie_app.store.columns import now
from kie_app.store.database import Database, missing, upsert
from kie_app.store.files import Files
from kie_app.store.records import Content, StoredDocument
from kie_app.store.tables import columns, corrections, documents, files, predictions, races
from kie_app.types import Document


class Documents:
    """The documents of all owners. A document of another owner is as one that is not there: the
    methods raise the same StoreError for both."""

    def __init__(self, database: Database, kept: Files) -> None:
        self._database = database
        self._files = kept

    def add(self, owner: str, name: str, data: bytes) -> StoredDocument:
        """Keep a file as a new document. A content that the owner has already is that document
        under the name that it has; its file is written again where it was lost."""
        digest = hashlib.sha256(data).hexdigest()
        document = StoredDocument(uuid4().hex, owner, name, digest, len(data), now())
        while True:
            self._announce(digest, len(data))
            with self._database.write() as connection:
                if not _locked(connection, digest):
                    continue  # removed since it was announced
                self._files.keep(digest, data)
                if known := _of(connection, owner, digest):
                    return known[0]
                connection.execute(insert(documents).values(**vars(document)))
                return document

    def one(self, owner: str, document: str) -> StoredDocument:
        with self._database.read() as connection:
            return owned(connection, owner, document)

    def of(self, owner: str, digest: str | None = None) -> list[StoredDocument]:
        """The owner's documents, newest first; with `digest` those of this content."""
        with self._database.read() as connection:
            return _of(connection, owner, digest)

    def data(self, owner: str, document: str) -> bytes:
        """The file's bytes, checked: StoreError also when they are missing or were changed."""
        found = self.one(owner, document)
        data = self._files.read(found.digest)
        if data is None:
            raise Unavailable(
                f"The file of document {found.name!r} ({found.id}) is missing from "
                f"{self._files.name} or was changed there: add the same file again, or restore "
                f"{found.digest} from a backup."
            )
        return data

    def content(self, owner: str, document: str) -> Document | None:
        """What was read of the document, its pages without images; None when nothing was yet."""
        with self._database.read() as connection:
            found = owned(connection, owner, document)
            content: Content | None = connection.scalar(
                select(documents.c.content).where(documents.c.id == document)
            )
        return None if content is None else content.document(found.digest, found.name)

    def save_content(self, owner: str, document: str, read: Document) -> None:
        """Keep what was read of the document, in the place of what was kept before."""
        with self._database.write() as connection:
            owned(connection, owner, document, hold=True)
            connection.execute(
                update(documents).where(documents.c.id == document).values(content=Content.of(read))
            )

    def delete(self, owner: str, document: str) -> None:
        """Remove the document with all that quotes it, and its file unless another document has the
        same content. It is out of sight at once, also where the removal is cut short."""
        with self._database.write() as connection:
            owned(connection, owner, document, hold=True)
            connection.execute(
                update(documents).where(documents.c.id == document).values(doomed=now())
            )
        self._purge(document)

    def finish_deletions(self) -> None:
        """Remove what deletions and additions that were cut short have left behind."""
        with self._database.read() as connection:
            doomed = connection.scalars(
                select(documents.c.id).where(documents.c.doomed.is_not(None))
            ).all()
        for document in doomed:
            self._purge(document)
        with self._database.read() as connection:
            unused = connection.scalars(select(files.c.digest).where(~_used())).all()
        for digest in unused:
            with self._database.write() as connection:
                self._drop(connection, digest)

    def _announce(self, digest: str, size: int) -> None:
        with self._database.write() as connection:
            row = upsert(connection, files).values(digest=digest, size=size)
            connection.execute(row.on_conflict_do_nothing())

    def _purge(self, document: str) -> None:
        """Remove a doomed document; nothing happens when another process was quicker."""
        with self._database.write() as connection:
            digest = connection.scalar(
                select(documents.c.digest)
                .where(documents.c.id == document, documents.c.doomed.is_not(None))
                .with_for_update()
            )
            if digest is None:
                return
            for table in (corrections, predictions, races):
                connection.execute(delete(table).where(table.c.document == document))
            connection.execute(delete(documents).where(documents.c.id == document))
            self._drop(connection, digest)

    def _drop(self, connection: Connection, digest: str) -> None:
        """Remove a content unless a document has it. The file goes before the commit: a removal
        that is cut short leaves the row, and is done again."""
        if not _locked(connection, digest):
            return
        if connection.scalar(select(files.c.digest).where(files.c.digest == digest, ~_used())):
            self._files.remove(digest)
            connection.execute(delete(files).where(files.c.digest == digest))


def owned(connection: Connection, owner: str, document: str, hold: bool = False) -> StoredDocument:
    """The owner's document, StoreError when there is none. With `hold`, nobody deletes it or writes
    about it until the transaction ends."""
    wanted = select(*columns(documents, StoredDocument)).where(
        documents.c.id == document, documents.c.owner == owner, documents.c.doomed.is_(None)
    )
    row = connection.execute(wanted.with_for_update() if hold else wanted).one_or_none()
    if row is None:
        raise missing("document", document)
    return StoredDocument(**row._asdict())


def _of(connection: Connection, owner: str, digest: str | None) -> list[StoredDocument]:
    """The owner's documents, of one content or of any, newest first."""
    which = [] if digest is None else [documents.c.digest == digest]
    rows = connection.execute(
        select(*columns(documents, StoredDocument))
        .where(documents.c.owner == owner, documents.c.doomed.is_(None), *which)
        .order_by(documents.c.added.desc(), documents.c.id)
    )
    return [StoredDocument(**row._asdict()) for row in rows]


def _locked(connection: Connection, digest: str) -> bool:
    """Hold the row of a content until the transaction ends; False when there is none."""
    row = select(files.c.digest).where(files.c.digest == digest).with_for_update()
    return connection.scalar(row) is not None


def _used() -> ColumnElement[bool]:
    """Whether a document, doomed or not, has the content of a row of `files`."""
    return exists().where(documents.c.digest == files.c.digest)
