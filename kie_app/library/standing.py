"""A document's fields as they stand: what models predicted and what a person made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from kie_app.library.rules import broken
from kie_app.store import Correction, Prediction, StoredDocument
from kie_app.types import Extraction, Field, Key, Reading, Source, State

VERIFIED: tuple[State, ...] = ("confirmed", "corrected", "absent", "illegible")


@dataclass(frozen=True)
class StandingField:
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
    entries: tuple[StandingField, ...]

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


def _entry(
    made: int, field: Field, others: Sequence[Field], said: Correction | None
) -> StandingField:
    readings = {reading.value: reading for reading in reversed(field.readings)}
    for one in (field, *others):
        # The field's own value is as likely as the field is sure, whatever else was weighed of it:
        # the slots' own text may be that of a run, and another decoder may be surer of it.
        if one.value and (one is field or one.value not in readings):
            readings[one.value] = Reading(one.value, one.confidence, one.sources)
    best = sorted(readings.values(), key=lambda reading: -reading.probability)
    disputed = any(_same(one.value) != _same(field.value) for one in others)
    entry = StandingField(
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


def _said(field: Field, entry: StandingField) -> Field:
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
