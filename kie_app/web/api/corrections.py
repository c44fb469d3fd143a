"""What a person says of the fields of a document, and what they take back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from kie_app.library.corrections import LONGEST, TOKEN_CHARS, Edit, SentCorrection
from kie_app.library.library import Library
from kie_app.store import CorrectionState
from kie_app.web.api.answers import DocumentAnswer, standing
from kie_app.web.api.asked import DocumentId
from kie_app.web.calls import Owner
from kie_app.web.errors import NOT_THERE, TAKEN_OVER


class UndoRequest(BaseModel):
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


class CorrectionRequest(UndoRequest):
    """What a person found in a field."""

    state: CorrectionState = Field(description="absent: not printed")
    value: str | None = Field(
        None,
        max_length=LONGEST,
        description="the field's `predicted` again for confirmed, another for corrected, else none",
    )


def corrections(library: Library) -> APIRouter:
    """The routes over the library."""
    router = APIRouter(tags=["corrections"], responses=NOT_THERE | TAKEN_OVER)

    @router.post("/documents/{document}/corrections", response_model=DocumentAnswer)
    def correct(owner: Owner, document: DocumentId, sent: CorrectionRequest) -> dict[str, Any]:
        """Say what a person found in a field. It stands until something else is said of the field,
        or it is undone. A value that does not go with the state is an error, so that nobody
        confirms what they did not see."""
        correction = SentCorrection(
            sent.key, sent.token, owner, sent.after, value=sent.value, state=sent.state
        )
        return standing(library.correct(owner, document, correction))

    @router.post("/documents/{document}/undo", response_model=DocumentAnswer)
    def undo(owner: Owner, document: DocumentId, sent: UndoRequest) -> dict[str, Any]:
        """Take back what was last said of a field: what was said before stands again, else what the
        model read. Nothing changes where nothing was said."""
        edit = Edit(sent.key, sent.token, owner, sent.after)
        return standing(library.undo(owner, document, edit))

    return router
