"""The documents that somebody keeps: add, fill, look through, correct, delete.

Everything belongs to an owner and is written when it happens, so that another tab, a reload or a
killed server finds all of it. A prediction is never overwritten and a correction never changed:
what stands is the newest of both (`standing`). Many processes may write at once: whoever says what
they saw (`corrections.Edit`) overwrites nothing else.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

from kie_app import documents
from kie_app.decoding import DECODERS, PIP
from kie_app.engine.engine import Engine
from kie_app.errors import DocumentError, Overtaken
from kie_app.extraction import decoder_named
from kie_app.library import corrections
from kie_app.library.corrections import Edit, SentCorrection
from kie_app.library.races import KeptRaces
from kie_app.library.schemas import NamedSchemas
from kie_app.library.standing import Record, StandingField, newest_by_decoder, standing
from kie_app.store import Store, StoredDocument
from kie_app.types import Document, Extraction, Schema

SHOWN_QUALITY = 90  # of the JPEG that a page viewer gets


class Library:
    """Use cases on kept documents. StoreError for a document that the owner does not have. `store`
    is for what only reads; what is written goes through the methods here, `schemas` and `races`."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self.store = store
        self.schemas = NamedSchemas(engine.settings, store)
        self.races = KeptRaces(engine, store)

    def add(self, owner: str, name: str, data: bytes) -> StoredDocument:
        """Keep a file that can be read; a file that the owner has already is that document.
        DocumentError, with nothing kept, when it cannot be read."""
        digest = hashlib.sha256(data).hexdigest()
        known = bool(self.store.documents.of(owner, digest))
        read = None if known else self._engine.read(data, name)
        kept = self.store.documents.add(owner, documents.base_name(name), data)
        if read is not None:
            self.store.documents.save_content(owner, kept.id, read)
        return kept

    def open(self, owner: str, document: str) -> Document:
        """A kept document with its page images; its text is not read again."""
        data = self.store.documents.data(owner, document)
        content = self.store.documents.content(owner, document)
        if content is None:  # its reading was cut short
            read = self._engine.read(data, self.store.documents.one(owner, document).name)
            self.store.documents.save_content(owner, document, read)
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
        self.store.documents.delete(owner, document)

    def fill(self, owner: str, document: str, schema: Schema, decoder: str = PIP) -> Record:
        """Ask a kept document, and keep the answer. Keys that the same model answered before in the
        same words are not asked again, where the decoder's answers are independent."""
        read = self.open(owner, document)
        checked = self.schemas.checked(schema)
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
        self.store.answers.save_prediction(owner, document, whole)
        return self.one(owner, document)

    def all(self, owner: str) -> list[Record]:
        """Every document of the owner as it stands, newest first."""
        said, meant = self.store.answers.newest(owner), self.store.answers.standing(owner)
        return [
            standing(one, said.get(one.id, ()), meant.get(one.id, {}))
            for one in self.store.documents.of(owner)
        ]

    def one(self, owner: str, document: str) -> Record:
        """One document as it stands."""
        return standing(
            self.store.documents.one(owner, document),
            self.store.answers.newest(owner, document).get(document, ()),
            self.store.answers.fields_of(owner, document),
        )

    def correct(self, owner: str, document: str, sent: SentCorrection) -> Record:
        """Keep what a person says of a field, as `corrections` understands it; what stands already
        is not said again. Overtaken when the field is not as its author saw it."""
        record, field = self._look(owner, document, sent)
        if field is None:
            return record
        made = corrections.meaning(field, sent, lambda: self._read(owner, document))
        if corrections.stands_already(field, made, sent):
            return record
        corrections.check_seen(field, sent)
        try:
            self.store.answers.save_correction(
                owner,
                document,
                key=sent.key,
                **vars(made),
                prediction=field.prediction if sent.prediction is None else sent.prediction,
                after=field.correction if sent.looked else None,
                author=sent.author,
                token=sent.token,
            )
        except Overtaken:  # something was said between the look and the save: look again
            return self.correct(owner, document, sent)
        return self.one(owner, document)

    def undo(self, owner: str, document: str, sent: Edit) -> Record:
        """Take back what was last said of a field; nothing changes where nothing was. Overtaken as
        in `correct`."""
        record, field = self._look(owner, document, sent)
        if field is None:
            return record
        corrections.check_seen(field, sent)
        try:
            self.store.answers.undo(
                owner,
                document,
                sent.key,
                after=field.correction if sent.looked else None,
                author=sent.author,
                token=sent.token,
            )
        except Overtaken:
            return self.undo(owner, document, sent)
        return self.one(owner, document)

    def _look(self, owner: str, document: str, sent: Edit) -> tuple[Record, StandingField | None]:
        """The document and its field as they stand; no field when this was saved before and only
        its answer was lost. Overtaken when its author has not seen what was said since."""
        saved = self.store.answers.saved(owner, document, sent.token)
        record = self.one(owner, document)
        if saved is None:
            return record, record.field(sent.key)
        newest = {field.key.name: field.correction for field in record.fields}
        if sent.looked and newest.get(sent.key, saved.id) != saved.id:
            raise Overtaken(sent.key)
        return record, None

    def _read(self, owner: str, document: str) -> Document:
        """A kept document's text, its pages without images where nobody needs them."""
        return self.store.documents.content(owner, document) or self.open(owner, document)

    def _known(self, owner: str, document: str, decoder: str) -> Extraction | None:
        """What the decoder answered before, if the model that would answer now did."""
        predictions = self.store.answers.newest(owner, document).get(document, ())
        made = newest_by_decoder(predictions).get(decoder)
        if made is None or made.extraction.model != self._engine.backbone().signature:
            return None
        return made.extraction
