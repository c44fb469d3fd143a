"""Review for `gradio_client`: which document to look at, and what a person says of its fields.

As in `library_api`, whose documents these are.
"""

from __future__ import annotations

from typing import Any, get_args

import gradio as gr

from kie_app.documents import locate
from kie_app.engine.engine import Engine
from kie_app.errors import DataError, StoreError
from kie_app.library.library import Library
from kie_app.library.queue import ORDERS, queue
from kie_app.library.standing import Record, StandingField
from kie_app.store import Said
from kie_app.types import Source
from kie_app.ui.review.handlers import LONGEST, TOKEN_CHARS
from kie_app.ui.shared.visitor import visitor
from kie_app.web.extract_api import SHOWN, answering, text
from kie_app.web.library_api import flat, standing

SAYINGS: tuple[Said, ...] = get_args(Said)


def build_review_api(engine: Engine, library: Library) -> None:
    """Add the endpoints to the page in whose context this runs, before others take their names."""
    api = ReviewApi(engine, library)
    for endpoint in (api.review_queue, api.say, api.undo):
        gr.api(endpoint, api_name=endpoint.__name__)


class ReviewApi:
    """The endpoints over library and engine."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self._engine, self._library = engine, library

    @answering
    def review_queue(
        self, request: gr.Request, order: str = "least certain"
    ) -> list[dict[str, Any]]:
        """List the documents of the user with fields that nobody verified, the one to look at first
        in front. "decoders disagree" and "failed rule" list only documents that they concern.

        Args:
            order: least certain, decoders disagree, failed rule or newest

        Returns:
            the documents as list_documents shows them
        """
        if order not in ORDERS:
            raise DataError(
                f"There is no order {str(order)[:SHOWN]!r}: use one of {', '.join(ORDERS)}."
            )
        return [standing(one) for one in queue(self._library.all(visitor(request).name), order)]

    @answering
    def say(
        self,
        document: str,
        key: str,
        state: str,
        token: str,
        request: gr.Request,
        value: str | None = None,
        after: int | None = None,
    ) -> dict[str, Any]:
        """Say what a person found in a field. It stands until something else is said of the field,
        or it is undone. A value that does not go with the state is an error, so that nobody
        confirms what they did not see. The token is any text of at most 100 characters, such as a
        UUID, that names this saying alone: a call sent again with it says nothing new.

        Args:
            document: the id of a document of the user; any other is an error
            key: the name of one of its fields; any other is an error
            state: confirmed, corrected, absent (not printed) or illegible
            token: the name of this saying
            value: the field's predicted again for confirmed, another for corrected, else none
            after: the field's correction as you saw it; an error when more was said since. Without
                it whatever was said before is taken over

        Returns:
            the document as list_documents shows it
        """
        owner = visitor(request).name
        record, entry = self._field(owner, document, key)
        meant = next((one for one in SAYINGS if one == state), None)
        if meant is None:
            raise StoreError(
                f"There is no state {str(state)[:SHOWN]!r} to say: use one of {', '.join(SAYINGS)}."
            )
        held = _held(entry, meant, flat("" if value is None else text(value, "value")))
        said = self._library.say(
            owner,
            record.document.id,
            entry.key.name,
            meant,
            value=held,
            sources=self._places(record, entry, held),
            author=owner,
            token=_token(token),
            after=_seen(after),
        )
        return standing(said)

    @answering
    def undo(
        self,
        document: str,
        key: str,
        token: str,
        request: gr.Request,
        after: int | None = None,
    ) -> dict[str, Any]:
        """Take back what was last said of a field: what was said before stands again, else what the
        model read. Nothing changes where nothing was said.

        Args:
            document: the id of a document of the user; any other is an error
            key: the name of one of its fields; any other is an error
            token: as for say, and another one; sent again, it takes nothing more back
            after: as for say

        Returns:
            the document as list_documents shows it
        """
        owner = visitor(request).name
        record, entry = self._field(owner, document, key)
        left = self._library.undo(
            owner,
            record.document.id,
            entry.key.name,
            author=owner,
            token=_token(token),
            after=_seen(after),
        )
        return standing(left)

    def _field(self, owner: str, document: str, key: str) -> tuple[Record, StandingField]:
        """The owner's document and its field of this name; StoreError when there is none."""
        record, name = self._library.one(owner, text(document, "document")), text(key, "key")
        known = {entry.key.name: entry for entry in record.entries}
        if name not in known:
            raise StoreError(f"The document has no field {name[:SHOWN]!r}: fill it first.")
        return record, known[name]

    def _places(
        self, record: Record, entry: StandingField, value: str | None
    ) -> tuple[Source, ...]:
        """Where a value stands: where the model saw it, else where the document has its text."""
        if value is None:
            return ()
        seen = {reading.value: reading.sources for reading in entry.readings}
        if value in seen:
            return seen[value]
        kept = record.document
        read = self._engine.store.documents.content(kept.owner, kept.id)
        return locate(value, read) if read else ()


def _held(entry: StandingField, state: Said, value: str) -> str | None:
    """The value that a field holds of which this is said; StoreError when the two do not go
    together."""
    if len(value) > LONGEST:
        raise StoreError(
            f"The value has {len(value)} characters, the limit is {LONGEST}: shorten it."
        )
    predicted = flat(entry.predicted or "")
    if state == "confirmed" and value == predicted:
        return entry.predicted
    if state == "corrected" and value and value != predicted:
        return value
    if state in ("absent", "illegible") and not value:
        return None
    raise StoreError(
        f"The value {value[:SHOWN]!r} does not go with {state}: confirmed takes the predicted one, "
        f"{predicted[:SHOWN]!r}, corrected another, absent and illegible none."
    )


def _seen(after: Any) -> int | None:
    """The correction that a caller saw; it comes from JSON, where numbers may be anything."""
    if after is not None and (type(after) is not int or after < 0):
        raise StoreError(
            f"after is {str(after)[:SHOWN]!r}: give the field's correction as list_documents shows "
            "it."
        )
    return after


def _token(token: str) -> str:
    if not 0 < len(text(token, "token")) <= TOKEN_CHARS:
        raise StoreError(
            f"The token has {len(token)} characters, the limits are 1 and {TOKEN_CHARS}: give each "
            "saying one of its own, such as a UUID."
        )
    return token
