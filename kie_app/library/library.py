"""The documents that somebody keeps: add, fill, look through, review, delete.

Everything belongs to an owner and is written when it happens, so that another tab, a reload or a
killed server finds all of it. A prediction is never overwritten and a correction never changed:
what stands is the newest of both (`standing`). Many processes may write at once: whoever says what
they answer to (`after`) overwrites nothing that they did not see.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace

from kie_app import documents
from kie_app.decoding import DECODERS
from kie_app.engine.engine import Engine
from kie_app.errors import DocumentError, StoreError
from kie_app.extraction import decoder_named
from kie_app.library.standing import (
    Record,
    _newest,
    standing,
)
from kie_app.store import Correction, Said, Store, StoredDocument, StoredRace
from kie_app.types import Document, Extraction, Schema, Source

SHOWN_QUALITY = 90  # of the JPEG that a page viewer gets


class Library:
    """Use cases on kept documents. StoreError for a document that the owner does not have."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def _store(self) -> Store:
        return self._engine.store

    def add(self, owner: str, name: str, data: bytes) -> StoredDocument:
        """Keep a file that can be read; a file that the owner has already is that document.
        DocumentError, with nothing kept, when it cannot be read."""
        digest = hashlib.sha256(data).hexdigest()
        known = bool(self._store.documents.of(owner, digest))
        read = None if known else self._engine.read(data, name)
        kept = self._store.documents.add(owner, documents.base_name(name), data)
        if read is not None:
            self._store.documents.save_content(owner, kept.id, read)
        return kept

    def open(self, owner: str, document: str) -> Document:
        """A kept document with its page images; its text is not read again."""
        data = self._store.documents.data(owner, document)
        content = self._store.documents.content(owner, document)
        if content is None:  # its reading was cut short
            read = self._engine.read(data, self._store.documents.one(owner, document).name)
            self._store.documents.save_content(owner, document, read)
            return read
        return self._engine.recall(data, content)

    def page_jpeg(self, owner: str, document: str, page: int) -> bytes:
        """A page's image for a screen; DocumentError when there is no such page. As PNG it would
        take a tenth of a second of a core, while the document is being read by the model."""
        pages = self.open(owner, document).pages
        image = pages[page].image if 0 <= page < len(pages) else None
        if image is None:
            raise DocumentError(f"Document {document} has no page {page + 1}: open another.")
        out = io.BytesIO()
        image.save(out, "JPEG", quality=SHOWN_QUALITY)
        return out.getvalue()

    def delete(self, owner: str, document: str) -> None:
        """Remove a document, its file, and everything that was said of it."""
        self._store.documents.delete(owner, document)

    def fill(
        self, owner: str, document: str, schema: Schema, decoder: str = "mask_parallel"
    ) -> Record:
        """Ask a kept document, and keep the answer. Keys that the same model answered before in the
        same words are not asked again, where the decoder's answers are independent."""
        read = self.open(owner, document)
        checked = self._engine.schema(schema.name, schema.keys)
        alone = DECODERS[decoder_named(decoder)].independent
        said = self._known(owner, document, decoder) if alone else None
        known = {field.key: field for field in said.fields} if said else {}
        asked = tuple(key for key in checked.keys if key not in known)
        if asked or said is None:
            said = self._engine.extract(read, Schema(schema.name, asked), decoder)
            known |= {field.key: field for field in said.fields}
        fields = tuple(known[key] for key in checked.keys)
        place = {key: at for at, key in enumerate(checked.keys)}
        events = tuple(
            replace(one, key=place[key])
            for one in said.events
            if (key := said.schema.keys[one.key]) in place
        )
        whole = replace(said, schema=checked, fields=fields, events=events)
        if not asked:
            stands = self.one(owner, document)
            if stands.prediction and stands.prediction.extraction == whole:
                return stands
        self._store.answers.save_prediction(owner, document, whole)
        return self.one(owner, document)

    def save_race(
        self, owner: str, document: str, schema: Schema, result: Sequence[Extraction]
    ) -> StoredRace:
        """Keep a race, and each decoder's answer as a prediction, those of `mask_parallel` last."""
        answers = sorted(result, key=lambda one: one.decoder == "mask_parallel")
        facts = self._engine.facts()
        return self._store.races.save(owner, document, schema, result, facts, answers)

    def races(self, owner: str) -> list[StoredRace]:
        """All races of the owner, newest first."""
        return self._store.races.of(owner)

    def all(self, owner: str) -> list[Record]:
        """Every document of the owner as it stands, newest first."""
        said, meant = self._store.answers.newest(owner), self._store.answers.standing(owner)
        return [
            standing(one, said.get(one.id, ()), meant.get(one.id, {}))
            for one in self._store.documents.of(owner)
        ]

    def one(self, owner: str, document: str) -> Record:
        """One document as it stands."""
        return standing(
            self._store.documents.one(owner, document),
            self._store.answers.newest(owner, document).get(document, ()),
            self._store.answers.fields_of(owner, document),
        )

    def say(
        self,
        owner: str,
        document: str,
        key: str,
        state: Said,
        *,
        value: str | None = None,
        sources: Sequence[Source] = (),
        author: str,
        token: str,
        prediction: int | None = None,
        after: int | None = None,
    ) -> Record:
        """Keep what a person says of a field. The same `token` again says nothing new.

        `prediction` and `after` are the field's `prediction` and `correction` that the person saw.
        Without the first it is what stands now; with the second, Overtaken when something else was
        said since.
        """
        seen = {entry.key.name: entry.prediction for entry in self.one(owner, document).entries}
        if key not in seen:
            raise StoreError(f"The document has no field {key!r}: fill it first.")
        self._store.answers.save_correction(
            owner,
            document,
            key=key,
            state=state,
            value=value,
            sources=sources,
            prediction=seen[key] if prediction is None else prediction,
            after=after,
            author=author,
            token=token,
        )
        return self.one(owner, document)

    def undo(
        self,
        owner: str,
        document: str,
        key: str,
        *,
        author: str,
        token: str,
        after: int | None = None,
    ) -> Record:
        """Take back what was last said of a field; nothing changes where nothing was. `after` is as
        in `say`."""
        self._store.answers.undo(owner, document, key, after=after, author=author, token=token)
        return self.one(owner, document)

    def saved(self, owner: str, document: str, token: str) -> Correction | None:
        """What was said with this token before."""
        return self._store.answers.saved(owner, document, token)

    def _known(self, owner: str, document: str, decoder: str) -> Extraction | None:
        """What the decoder answered before, if the model that would answer now did."""
        made = _newest(self._store.answers.newest(owner, document).get(document, ())).get(decoder)
        if made is None or made.extraction.model != self._engine.backbone().signature:
            return None
        return made.extraction
