"""What a person says of the fields of a document, and what they take back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from kie_app.documents import locate
from kie_app.engine.engine import Engine
from kie_app.errors import StoreError
from kie_app.library.library import Library
from kie_app.library.standing import Record, StandingField
from kie_app.store import Said
from kie_app.types import Source
from kie_app.web.api.answers import DocumentAnswer, standing
from kie_app.web.api.asked import DocumentId, flat
from kie_app.web.calls import Owner
from kie_app.web.errors import NOT_THERE, SHOWN, TAKEN_OVER

LONGEST = 10_000  # characters of a value
TOKEN_CHARS = 100


class Undoing(BaseModel):
    """What was last said of a field is taken back."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(description="the name of a field of the document")
    token: str = Field(
        min_length=1,
        max_length=TOKEN_CHARS,
        description="any text that names this call alone, such as a UUID: sent again, it changes "
        "nothing more",
    )
    after: Annotated[StrictInt, Field(ge=0)] | None = Field(
        None,
        description="the field's `correction` as you saw it; an error when more was said since. "
        "Without it whatever was said before is taken over",
    )


class Saying(Undoing):
    """What a person found in a field."""

    state: Said = Field(description="absent: not printed")
    value: str | None = Field(
        None,
        max_length=LONGEST,
        description="the field's `predicted` again for confirmed, another for corrected, else none",
    )


def corrections(engine: Engine, library: Library) -> APIRouter:
    """The routes over the library."""
    router = APIRouter(tags=["corrections"], responses=NOT_THERE | TAKEN_OVER)

    @router.post("/documents/{document}/corrections", response_model=DocumentAnswer)
    def correct(owner: Owner, document: DocumentId, said: Saying) -> dict[str, Any]:
        """Say what a person found in a field. It stands until something else is said of the field,
        or it is undone. A value that does not go with the state is an error, so that nobody
        confirms what they did not see."""
        record, field = field_of(library, owner, document, said.key)
        held = held_value(field, said.state, flat(said.value or ""))
        record = library.say(
            owner,
            document,
            said.key,
            said.state,
            value=held,
            sources=places(engine, record, field, held),
            author=owner,
            token=said.token,
            after=said.after,
        )
        return standing(record)

    @router.post("/documents/{document}/undo", response_model=DocumentAnswer)
    def undo(owner: Owner, document: DocumentId, undone: Undoing) -> dict[str, Any]:
        """Take back what was last said of a field: what was said before stands again, else what the
        model read. Nothing changes where nothing was said."""
        field_of(library, owner, document, undone.key)
        record = library.undo(
            owner, document, undone.key, author=owner, token=undone.token, after=undone.after
        )
        return standing(record)

    return router


def field_of(library: Library, owner: str, document: str, key: str) -> tuple[Record, StandingField]:
    """The owner's document and its field of this name; StoreError when there is none."""
    record = library.one(owner, document)
    known = {entry.key.name: entry for entry in record.entries}
    if key not in known:
        raise StoreError(f"The document has no field {key[:SHOWN]!r}: fill it first.")
    return record, known[key]


def held_value(field: StandingField, state: Said, value: str) -> str | None:
    """The value that a field holds of which this is said; StoreError when the two do not go
    together."""
    predicted = flat(field.predicted or "")
    if state == "confirmed" and value == predicted:
        return field.predicted
    if state == "corrected" and value and value != predicted:
        return value
    if state in ("absent", "illegible") and not value:
        return None
    raise StoreError(
        f"The value {value[:SHOWN]!r} does not go with {state}: confirmed takes the predicted one, "
        f"{predicted[:SHOWN]!r}, corrected another, absent and illegible none."
    )


def places(
    engine: Engine, record: Record, field: StandingField, value: str | None
) -> tuple[Source, ...]:
    """Where a value stands: where the model saw it, else where the document has its text."""
    if value is None:
        return ()
    seen = {reading.value: reading.sources for reading in field.readings}
    if value in seen:
        return seen[value]
    kept = record.document
    read = engine.store.documents.content(kept.owner, kept.id)
    return locate(value, read) if read else ()
