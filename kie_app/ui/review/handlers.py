"""What the Review tab asks of the server, each time for the visitor of the request.

The board calls these functions itself, not through Gradio's queue: a save must answer to the one
who made it, so that the person's text is kept until it is known to be saved. Nothing is remembered
between two calls: what stands is read from the library, whoever changed it, in this process or
another, and the store compares once more before it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import gradio as gr

from kie_app.access import name_of
from kie_app.documents import locate
from kie_app.errors import KieError, Overtaken, StoreError
from kie_app.library.library import Library
from kie_app.library.queue import ORDERS
from kie_app.library.standing import Record, StandingField
from kie_app.store import Correction, Said
from kie_app.types import Document, Source
from kie_app.ui.review import board as review_board
from kie_app.ui.review import fields as review_fields
from kie_app.ui.review.board import Board
from kie_app.ui.shared.errors import toasted
from kie_app.ui.shared.formatting import safe
from kie_app.ui.shared.visitor import visitor

Answer = dict[str, Any]
How = Literal["confirm", "absent", "illegible", "undo"]
HOW: tuple[How, ...] = ("confirm", "absent", "illegible", "undo")

LONGEST = 10_000  # characters of a value
TOKEN_CHARS = 100
GARBLED = "The page sent something that cannot be saved: load it again."


@dataclass(frozen=True)
class Saying:
    """What a person says of a field: `text` as it stands in the box, `lines` (indices) that it was
    taken from, `seen` the mark of the state that they saw (see `review_fields.seen`), `prediction`
    the id of the prediction beside it."""

    document: str
    key: str
    how: How
    text: str
    lines: tuple[int, ...]
    seen: str
    prediction: int | None
    token: str

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> Saying:
        """From what a browser sent. StoreError for what cannot be said."""
        words = [str(sent.get(name) or "") for name in ("document", "key", "seen", "token")]
        document, key, mark, token = words
        text = " ".join(str(sent.get("text") or "").split())
        how = next((one for one in HOW if one == sent.get("how")), None)
        lines, prediction = sent.get("lines") or [], sent.get("prediction")
        if how is None or not 0 < len(token) <= TOKEN_CHARS or not isinstance(lines, list):
            raise StoreError(GARBLED)
        if prediction is not None and not 0 <= _index(prediction) < 2**63:
            raise StoreError(GARBLED)
        if len(text) > LONGEST:
            raise StoreError(
                f"The text has {len(text)} characters, the limit is {LONGEST}: shorten it."
            )
        numbers = tuple(map(_index, lines))
        return cls(document, key, how, text, numbers, mark, prediction, token)


class ReviewHandlers:
    """Handlers over the library; `owner` is who asks and whose documents these are."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def open(self, owner: str, sent: Mapping[str, Any]) -> Answer:
        """The whole board with a document open: the one named, else the first of the queue."""
        order, records = _order(sent), tuple(self._library.all(owner))
        wanted = str(sent.get("document") or "")
        if not wanted:
            waiting = review_board.line_up(records, order)
            wanted = waiting[0].document.id if waiting else ""
        board = Board(order, records)
        if wanted:
            read = self._library.open(owner, wanted)
            known = {one.document.id: one for one in records}
            record = known.get(wanted) or self._library.one(owner, wanted)
            board = replace(board, record=record, read=read)
        return {"parts": review_board.render(board)}

    def queue(self, owner: str, sent: Mapping[str, Any]) -> Answer:
        """How far the work is now and what waits, around the open document."""
        records = tuple(self._library.all(owner))
        opened = next((one for one in records if one.document.id == sent.get("document")), None)
        board = Board(_order(sent), records, opened)
        return {"parts": review_board.queue_parts(board)}

    def say(self, owner: str, sent: Mapping[str, Any]) -> Answer:
        """Save what is said of a field; the fields as they stand then. What was said meanwhile
        elsewhere, and so not seen, is not overwritten: `changed` tells so."""
        saying = Saying.of(sent)
        while True:
            try:
                return self._say(owner, saying)
            except Overtaken:  # something else was said between the look and the save: look again
                continue

    def _say(self, owner: str, saying: Saying) -> Answer:
        record = self._library.one(owner, saying.document)
        saved = self._library.saved(owner, saying.document, saying.token)
        if saved is not None:
            return self._resent(owner, saying, saved)
        entry = _entry(record, saying.key)
        unseen = review_fields.seen(entry) != saying.seen
        if saying.how == "undo":
            return self._fields(record, True) if unseen else self._undo(owner, saying, entry)
        state, value = _said(entry, saying)
        sources = self._sources(owner, saying, state, value, record)
        same = entry.verified and (entry.state, entry.value) == (state, value)
        if same and (not saying.lines or entry.sources == sources):
            return self._fields(record)
        if unseen:
            return self._fields(record, True)
        record = self._library.say(
            owner,
            saying.document,
            saying.key,
            state,
            value=value,
            sources=sources,
            author=owner,
            token=saying.token,
            prediction=saying.prediction,
            after=entry.correction,
        )
        return self._fields(record)

    def _undo(self, owner: str, saying: Saying, entry: StandingField) -> Answer:
        record = self._library.undo(
            owner,
            saying.document,
            saying.key,
            author=owner,
            token=saying.token,
            after=entry.correction,
        )
        return self._fields(record)

    def _resent(self, owner: str, saying: Saying, saved: Correction) -> Answer:
        """What stands after a saying whose first answer was lost. Its author has not seen what was
        said since."""
        record = self._library.one(owner, saying.document)
        newest = {entry.key.name: entry.correction for entry in record.entries}
        return self._fields(record, newest.get(saying.key, saved.id) != saved.id)

    def _fields(self, record: Record, changed: bool = False) -> Answer:
        parts = {"parts": review_fields.render(record)}
        return {**parts, "changed": True} if changed else parts

    def _sources(
        self, owner: str, saying: Saying, state: Said, value: str | None, record: Record
    ) -> tuple[Source, ...]:
        """Where the value stands: on the lines it was taken from, where the model saw it, or where
        the document has its text."""
        if not value:
            return ()
        known = _known(record, saying.key)
        if not saying.lines and (state == "confirmed" or value in known):
            return known.get(value, ())
        return _found(value, self._library.open(owner, saying.document), saying.lines)

    def open_document(self, document: str, request: gr.Request) -> tuple[Any, Any]:
        """A document on the board, and the tab in front: values for the tabs and the board."""
        answer = self.open(visitor(request).name, {"document": document})
        return gr.Tabs(selected="review"), answer["parts"]


@toasted
def refused(event: gr.EventData) -> None:
    """Show as a toast what the board was told; its own line shows it too."""
    raise gr.Error(safe(str(event.message)), print_exception=False)


def server_functions(handlers: ReviewHandlers) -> list[Callable[..., Answer]]:
    """What `review.js` calls, by the names that it uses."""

    def review_open(sent: Any, request: gr.Request) -> Answer:
        return _answer(handlers.open, sent, request)

    def review_queue(sent: Any, request: gr.Request) -> Answer:
        return _answer(handlers.queue, sent, request)

    def review_say(sent: Any, request: gr.Request) -> Answer:
        return _answer(handlers.say, sent, request)

    return [review_open, review_queue, review_say]


def _answer(handler: Callable[[str, Mapping[str, Any]], Answer], sent: Any, request: Any) -> Answer:
    """A handler's answer, or one line that says why there is none. Gradio hands server functions
    the bare HTTP request, not its own."""
    try:
        if not isinstance(sent, Mapping):
            raise StoreError(GARBLED)
        owner = visitor(gr.Request(request, username=name_of(request))).name
        return handler(owner, sent)
    except KieError as error:
        return {"error": str(error)}


def _order(sent: Mapping[str, Any]) -> str:
    order = str(sent.get("order") or "")
    return order if order in review_board.CHOICES else ORDERS[0]


def _index(number: Any) -> int:
    if not isinstance(number, int):
        raise StoreError(GARBLED)
    return number


def _entry(record: Record, key: str) -> StandingField:
    for entry in record.entries:
        if entry.key.name == key:
            return entry
    raise StoreError(f"The document has no field {key!r} any more: open it again.")


def _said(entry: StandingField, saying: Saying) -> tuple[Said, str | None]:
    """State and value. A text that is the prediction confirms it; a box made empty says absent."""
    if saying.how == "absent" or saying.how == "illegible":
        return saying.how, None
    if saying.text == " ".join((entry.predicted or "").split()):
        return "confirmed", entry.predicted
    return ("corrected", saying.text) if saying.text else ("absent", None)


def _known(record: Record, key: str) -> dict[str, tuple[Source, ...]]:
    """Where the model saw values of a key: what it predicted, and the readings beside it."""
    entry = _entry(record, key)
    known = {reading.value: reading.sources for reading in entry.readings}
    if record.prediction is not None:
        for field in record.prediction.extraction.fields:
            if field.key.name == key and field.value:
                known[field.value] = field.sources
    return known


def _found(value: str, read: Document, lines: tuple[int, ...]) -> tuple[Source, ...]:
    """The value's place on the lines it was taken from; all of these where it is not like their
    text any more. Without lines, its place on the document, if it has one."""
    taken = tuple(read.lines[number] for number in lines if 0 <= number < len(read.lines))
    if not taken:
        return locate(value, read)
    within = locate(value, replace(read, lines=taken))
    return within or tuple(Source(line.page, line.box) for line in taken)
