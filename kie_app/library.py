"""The documents that somebody keeps: add, fill, look through, review, delete.

Everything belongs to an owner and is written when it happens, so that another tab, a reload or a
killed server finds all of it. A prediction is never overwritten and a correction never changed:
what stands is the newest of both (`standing`). Many processes may write at once: whoever says what
they answer to (`after`) overwrites nothing that they did not see.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from kie_app import documents
from kie_app.decoding import DECODERS
from kie_app.errors import DocumentError, StoreError
from kie_app.extraction import decoder_named
from kie_app.rules import broken
from kie_app.services import Services
from kie_app.store import (
    Correction,
    Prediction,
    Said,
    Store,
    StoredDocument,
    StoredRace,
)
from kie_app.types import Document, Extraction, Field, Key, Reading, Schema, Source, State

SHOWN_QUALITY = 90  # of the JPEG that a page viewer gets

VERIFIED: tuple[State, ...] = ("confirmed", "corrected", "absent", "illegible")


@dataclass(frozen=True)
class Entry:
    """A field as it stands: what a model predicted and what a person made of it. `readings` are
    other values to choose from, `disputed` says that decoders answered differently. `prediction`
    and `correction` are the ids of those that it stands on, 0 where there is none."""

    key: Key
    value: str | None
    state: State
    confidence: float
    sources: tuple[Source, ...]
    readings: tuple[Reading, ...]
    disputed: bool
    predicted: str | None
    prediction: int = field(default=0, compare=False)
    correction: int = field(default=0, compare=False)

    @property
    def verified(self) -> bool:
        return self.state in VERIFIED


@dataclass(frozen=True)
class Record:
    """A document of the library and its fields; no prediction, no fields."""

    document: StoredDocument
    prediction: Prediction | None
    entries: tuple[Entry, ...]

    @property
    def verified(self) -> int:
        return sum(entry.verified for entry in self.entries)

    @property
    def done(self) -> bool:
        return bool(self.entries) and self.verified == len(self.entries)

    @property
    def disputed(self) -> int:
        """Open fields that decoders answered differently."""
        return sum(entry.disputed and not entry.verified for entry in self.entries)

    @property
    def least(self) -> float:
        """The confidence of the least certain open field; 1.0 when none is open."""
        return min((e.confidence for e in self.entries if not e.verified), default=1.0)

    @cached_property
    def broken(self) -> tuple[str, ...]:
        """The rules that the values break."""
        return broken({entry.key: entry.value for entry in self.entries})

    def extraction(self) -> Extraction | None:
        """The fields as they stand, as an extraction for the exports; what a person said is of the
        origin "person"."""
        if self.prediction is None:
            return None
        said = self.prediction.extraction
        earlier = (
            Field(one.key, one.predicted, one.confidence, one.sources, (), "person")
            for one in self.entries[len(said.fields) :]
        )
        fields = tuple(
            _said(field, entry) if entry.verified else field
            for field, entry in zip((*said.fields, *earlier), self.entries, strict=True)
        )
        schema = replace(said.schema, keys=tuple(field.key for field in fields))
        return replace(said, schema=schema, fields=fields)


class Library:
    """Use cases on kept documents. StoreError for a document that the owner does not have."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def _store(self) -> Store:
        return self._services.store

    def add(self, owner: str, name: str, data: bytes) -> StoredDocument:
        """Keep a file that can be read; a file that the owner has already is that document.
        DocumentError, with nothing kept, when it cannot be read."""
        digest = hashlib.sha256(data).hexdigest()
        known = bool(self._store.documents.of(owner, digest))
        read = None if known else self._services.read(data, name)
        kept = self._store.documents.add(owner, documents.base_name(name), data)
        if read is not None:
            self._store.documents.save_content(owner, kept.id, read)
        return kept

    def open(self, owner: str, document: str) -> Document:
        """A kept document with its page images; its text is not read again."""
        data = self._store.documents.data(owner, document)
        content = self._store.documents.content(owner, document)
        if content is None:  # its reading was cut short
            read = self._services.read(data, self._store.documents.one(owner, document).name)
            self._store.documents.save_content(owner, document, read)
            return read
        return self._services.recall(data, content)

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
        checked = self._services.schema(schema.name, schema.keys)
        alone = DECODERS[decoder_named(decoder)].independent
        said = self._known(owner, document, decoder) if alone else None
        known = {field.key: field for field in said.fields} if said else {}
        asked = tuple(key for key in checked.keys if key not in known)
        if asked or said is None:
            said = self._services.extract(read, Schema(schema.name, asked), decoder)
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
        facts = self._services.facts()
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
        if made is None or made.extraction.model != self._services.backbone().version:
            return None
        return made.extraction


def standing(
    document: StoredDocument,
    predictions: Sequence[Prediction],
    corrections: Mapping[str, Correction],
) -> Record:
    """The fields of the newest of `predictions` (oldest first) as they stand. What a person
    verified of a key that it was not asked follows them, beside what an earlier one says of it."""
    if not predictions:
        return Record(document, None, ())
    newest, decoders = predictions[-1], _newest(predictions)
    found = [(newest, field) for field in newest.extraction.fields]
    asked = {field.key.name for _, field in found}
    checked = {name for name, said in corrections.items() if said.state in VERIFIED}
    earlier = {
        field.key.name: (one, field)
        for one in predictions
        for field in one.extraction.fields
        if field.key.name in checked - asked
    }
    entries = []
    for made, known in (*found, *earlier.values()):
        others = [
            field
            for decoder, other in decoders.items()
            if decoder != made.extraction.decoder
            for field in other.extraction.fields
            if field.key.name == known.key.name
        ]
        entries.append(_entry(made.id, known, others, corrections.get(known.key.name)))
    return Record(document, newest, tuple(entries))


def _newest(predictions: Sequence[Prediction]) -> dict[str, Prediction]:
    """The newest of each decoder, of those given oldest first."""
    return {one.extraction.decoder: one for one in predictions}


def _entry(made: int, field: Field, others: Sequence[Field], said: Correction | None) -> Entry:
    readings = {reading.value: reading for reading in reversed(field.readings)}
    for one in (field, *others):
        # The field's own value is as likely as the field is sure, whatever else was weighed of it:
        # the slots' own text may be that of a run, and another decoder may be surer of it.
        if one.value and (one is field or one.value not in readings):
            readings[one.value] = Reading(one.value, one.confidence, one.sources)
    best = sorted(readings.values(), key=lambda reading: -reading.probability)
    disputed = any(_same(one.value) != _same(field.value) for one in others)
    entry = Entry(
        field.key,
        field.value,
        "predicted",
        field.confidence,
        field.sources,
        tuple(best),
        disputed,
        field.value,
        made,
        said.id if said else 0,
    )
    if said is None or said.state == "predicted":
        return entry
    return replace(entry, value=said.value, state=said.state, sources=said.sources)


def _said(field: Field, entry: Entry) -> Field:
    """The field as a person left it."""
    return replace(
        field,
        value=entry.value,
        sources=entry.sources,
        origin="person",
        confidence=1.0,
        state=entry.state,
    )


def _same(value: str | None) -> str:
    """Values that differ in case and blanks alone agree."""
    return "".join((value or "").casefold().split())


ORDERS = ("least certain", "decoders disagree", "failed rule", "newest")


def queue(records: Sequence[Record], order: str) -> list[Record]:
    """Documents with open fields, the one to look at first in front. Orders other than "newest" and
    "least certain" hold only documents that they concern."""
    waiting = [one for one in records if one.entries and not one.done]
    if order == "decoders disagree":
        return sorted((one for one in waiting if one.disputed), key=lambda one: -one.disputed)
    if order == "failed rule":
        return sorted((one for one in waiting if one.broken), key=lambda one: -len(one.broken))
    if order == "least certain":
        return sorted(waiting, key=lambda one: one.least)
    return waiting
