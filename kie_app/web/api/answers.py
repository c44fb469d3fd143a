"""What the API answers with: each object with its fields, and how it is made of values."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kie_app.export import extraction_json
from kie_app.library.standing import Record
from kie_app.types import Document, Extraction, Schema, State
from kie_app.web.sendable import sendable


class Answer(BaseModel):
    """What is not described here is not answered."""

    model_config = ConfigDict(extra="forbid")


class KeyAnswer(Answer):
    name: str
    description: str
    kind: str = Field(description="text, date, amount, number, id or address")


class SchemaAnswer(Answer):
    name: str = Field(description="by which the schema is asked")
    own: bool = Field(description="saved by the user; else a template of the app")
    keys: list[KeyAnswer]


class FieldAnswer(Answer):
    key: str
    value: str | None = Field(description="as printed; null when absent")
    normalised: str | None = Field(description="an ISO date or a plain number")
    currency: str | None = Field(description="of an amount, where it is printed")
    doubt: str = Field(description="what print leaves open of the normalised value")
    kind: str = Field(description="of the key")
    confidence: float = Field(description="0 to 1, calibrated")
    origin: str = Field(description="what wrote the value: pointer, slots, tokens or person")
    pages: list[int] = Field(description="where the value stands, from 1")
    boxes: list[tuple[float, float, float, float]] = Field(
        description="one a page: x0, y0, x1, y1 as fractions of the page"
    )
    state: State


class StandingAnswer(FieldAnswer):
    correction: int = Field(description="the number of what a person said last; 0: nothing")
    predicted: str | None = Field(description="the model's value")
    disputed: bool = Field(description="whether decoders answer differently")
    readings: list[str] = Field(description="values to choose from, the likeliest first")


class SecondsAnswer(Answer):
    ocr: float
    prefill: float
    decode: float


class ExtractAnswer(Answer):
    file: str = Field(description="its name")
    document: str = Field(description="the SHA-256 of its bytes")
    decoder: str
    model: str = Field(description="what answered")
    # `schema` is a method of every pydantic model.
    schema_: str = Field(alias="schema")
    fields: list[FieldAnswer] = Field(description="in the order of the keys")
    seconds: SecondsAnswer


class DocumentAnswer(Answer):
    id: str = Field(description="by which other routes take the document")
    added: str = Field(description="an ISO time")
    file: str = Field(description="its name")
    document: str = Field(description="the SHA-256 of its bytes")
    schema_: str | None = Field(alias="schema", description="null when it was never filled")
    decoder: str | None
    model: str | None
    fields: list[StandingAnswer] = Field(description="as they stand; empty until it is filled")
    verified: int = Field(description="how many fields a person spoke of")
    done: bool = Field(description="whether a person spoke of every field")
    broken: list[str] = Field(description="the rules that the values break, in words")


class ArmSeconds(SecondsAnswer):
    total: float


class SpeedUp(Answer):
    """Above 1: faster than the autoregressive arm. Null where that did not run."""

    decode: float | None
    total: float | None


class ArmAnswer(Answer):
    decoder: str
    title: str
    passes: int
    tokens: int
    written_tokens: int
    copied_tokens: int
    seconds: ArmSeconds
    speed_up: SpeedUp
    same_as_autoregressive: int | None = Field(description="how many values are")
    values: dict[str, str | None] = Field(description="by key")


class RacedDocument(Answer):
    id: str
    pages: int
    name: str


class RaceAnswer(Answer):
    race: str = Field(description="its id")
    made: str = Field(description="an ISO time")
    measured_on: dict[str, str] = Field(description="the machine and the model")
    document: RacedDocument
    keys: list[str]
    arms: list[ArmAnswer]
    reproduce: str = Field(description="a command that measures it again")
    note: str = Field(description="how it was measured")


class DecoderAnswer(Answer):
    name: str
    idea: str


Order = Literal["least certain", "decoders disagree", "failed rule", "newest"]


def described(schema: Schema, own: bool) -> dict[str, Any]:
    """A schema as `SchemaAnswer` has it."""
    keys = [
        {"name": key.name, "description": key.description, "kind": key.kind} for key in schema.keys
    ]
    return {"name": schema.name, "own": own, "keys": keys}


def extracted(document: Document, name: str, extraction: Extraction) -> dict[str, Any]:
    """An extraction as `ExtractAnswer` has it; `name` is the file's, which whoever read the same
    bytes before may have called otherwise."""
    stats = extraction.stats
    seconds = {"ocr": document.ocr_seconds, "prefill": stats.prefill, "decode": stats.decode}
    return {
        **filled(extraction, name),
        "seconds": {phase: round(value, 6) for phase, value in seconds.items()},
    }


def standing(record: Record) -> dict[str, Any]:
    """A document as `DocumentAnswer` has it."""
    kept, extraction = record.document, record.extraction()
    empty: dict[str, Any] = {
        "schema": None,
        "decoder": None,
        "model": None,
        "fields": [],
        "file": kept.name,
    }
    answer = filled(extraction, kept.name) if extraction else empty
    return sendable(
        {
            **answer,
            "id": kept.id,
            "added": kept.added.isoformat(timespec="seconds"),
            "document": kept.digest,
            "verified": record.verified,
            "done": record.done,
            "broken": list(record.broken),
            "fields": [
                {
                    **field,
                    "correction": stands.correction,
                    "predicted": stands.predicted,
                    "disputed": stands.disputed,
                    "readings": [reading.value for reading in stands.readings],
                }
                for field, stands in zip(answer["fields"], record.fields, strict=True)
            ],
        }
    )


def filled(extraction: Extraction, name: str) -> dict[str, Any]:
    """An extraction with its fields as the export writes them; `name` is the file's."""
    answer: dict[str, Any] = sendable(extraction_json(extraction, name))
    return answer
