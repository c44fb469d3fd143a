"""A document's fields as they stand: what models predicted and what a person made of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import get_args

from kie_app.errors import StoreError
from kie_app.library.rules import broken
from kie_app.store import Correction, CorrectionState, Prediction, StoredDocument
from kie_app.types import Extraction, Field, Key, Reading, Source, State

VERIFIED: tuple[State, ...] = get_args(CorrectionState)


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
    prediction: int = dataclasses.field(default=0, compare=False)
    correction: int = dataclasses.field(default=0, compare=False)

    @property
    def verified(self) -> bool:
        return self.state in VERIFIED


@dataclass(frozen=True)
class Record:
    """A document of the library and its fields; no prediction, no fields."""

    document: StoredDocument
    prediction: Prediction | None
    fields: tuple[StandingField, ...]

    @property
    def verified(self) -> int:
        return sum(field.verified for field in self.fields)

    @property
    def done(self) -> bool:
        return bool(self.fields) and self.verified == len(self.fields)

    @property
    def disputed(self) -> int:
        """Open fields that decoders answered differently."""
        return sum(field.disputed and not field.verified for field in self.fields)

    @property
    def least(self) -> float:
        """The confidence of the least certain open field; 1.0 when none is open."""
        return min((field.confidence for field in self.fields if not field.verified), default=1.0)

    @cached_property
    def broken(self) -> tuple[str, ...]:
        """The rules that the values break."""
        return broken({field.key: field.value for field in self.fields})

    def field(self, key: str) -> StandingField:
        """The field of this key; StoreError when the document has none."""
        for field in self.fields:
            if field.key.name == key:
                return field
        raise StoreError(f"The document has no field {key[:40]!r}: fill it, or open it again.")

    def extraction(self) -> Extraction | None:
        """The fields as they stand, as an extraction for the exports; what a person said is of the
        origin "person"."""
        if self.prediction is None:
            return None
        predicted = self.prediction.extraction
        earlier = (
            Field(one.key, one.predicted, one.confidence, one.sources, (), "person")
            for one in self.fields[len(predicted.fields) :]
        )
        fields = tuple(
            _as_left(field, stands) if stands.verified else field
            for field, stands in zip((*predicted.fields, *earlier), self.fields, strict=True)
        )
        schema = replace(predicted.schema, keys=tuple(field.key for field in fields))
        return replace(predicted, schema=schema, fields=fields)


def standing(
    document: StoredDocument,
    predictions: Sequence[Prediction],
    corrections: Mapping[str, Correction],
) -> Record:
    """The fields of the newest of `predictions` (oldest first) as they stand. What a person
    verified of a key that it was not asked follows them, beside what an earlier one says of it."""
    if not predictions:
        return Record(document, None, ())
    newest, decoders = predictions[-1], newest_by_decoder(predictions)
    found = [(newest, field) for field in newest.extraction.fields]
    asked = {field.key.name for _, field in found}
    checked = {name for name, said in corrections.items() if said.state in VERIFIED}
    earlier = {
        field.key.name: (one, field)
        for one in predictions
        for field in one.extraction.fields
        if field.key.name in checked - asked
    }
    fields = []
    for made, predicted in (*found, *earlier.values()):
        others = [
            field
            for decoder, other in decoders.items()
            if decoder != made.extraction.decoder
            for field in other.extraction.fields
            if field.key.name == predicted.key.name
        ]
        fields.append(_standing(made.id, predicted, others, corrections.get(predicted.key.name)))
    return Record(document, newest, tuple(fields))


def newest_by_decoder(predictions: Sequence[Prediction]) -> dict[str, Prediction]:
    """The newest of each decoder, of those given oldest first."""
    return {one.extraction.decoder: one for one in predictions}


def _standing(
    made: int, predicted: Field, others: Sequence[Field], said: Correction | None
) -> StandingField:
    readings = {reading.value: reading for reading in reversed(predicted.readings)}
    for one in (predicted, *others):
        # The field's own value is as likely as the field is sure, whatever else was weighed of it:
        # the slots' own text may be that of a run, and another decoder may be surer of it.
        if one.value and (one is predicted or one.value not in readings):
            readings[one.value] = Reading(one.value, one.confidence, one.sources)
    best = sorted(readings.values(), key=lambda reading: -reading.probability)
    disputed = any(_same(one.value) != _same(predicted.value) for one in others)
    field = StandingField(
        predicted.key,
        predicted.value,
        "predicted",
        predicted.confidence,
        predicted.sources,
        tuple(best),
        disputed,
        predicted.value,
        made,
        said.id if said else 0,
    )
    if said is None or said.state == "predicted":
        return field
    return replace(field, value=said.value, state=said.state, sources=said.sources)


def _as_left(field: Field, stands: StandingField) -> Field:
    """The field as a person left it."""
    return replace(
        field,
        value=stands.value,
        sources=stands.sources,
        origin="person",
        confidence=1.0,
        state=stands.state,
    )


def _same(value: str | None) -> str:
    """Values that differ in case and blanks alone agree."""
    return "".join((value or "").casefold().split())
