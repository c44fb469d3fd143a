"""What the Review tab asks of the server, each time for the visitor of the request.

The board calls these functions itself, not through Gradio's queue: a save must answer to the one
who made it, so that the person's text is kept until it is known to be saved. Nothing is remembered
between two calls: what stands is read from the library, whoever changed it, in this process or
another, and the store compares once more before it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from kie_app.access import name_of
from kie_app.errors import KieError, Overtaken, StoreError
from kie_app.library.corrections import Edit, SentCorrection
from kie_app.library.library import Library
from kie_app.library.queue import ORDERS
from kie_app.library.standing import Record
from kie_app.ui.review import board as review_board
from kie_app.ui.review import fields as review_fields
from kie_app.ui.review.board import Board
from kie_app.ui.shared.errors import shows_errors
from kie_app.ui.shared.visitor import visitor

Answer = dict[str, Any]

# What a button does to a field: the state that it asks for; with "confirm" the text in the box
# decides, with the others it does not count.
STATES = {"confirm": None, "absent": "absent", "illegible": "illegible"}
GARBLED = "The page sent something that cannot be saved: load it again."


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

    def correct(self, owner: str, sent: Mapping[str, Any]) -> Answer:
        """Save what is said of a field; the fields as they stand then. What was said meanwhile
        elsewhere, and so not seen, is not overwritten: `changed` tells so."""
        document = str(sent.get("document") or "")
        try:
            return {"parts": review_fields.render(self._save(owner, document, sent))}
        except Overtaken:
            record = self._library.one(owner, document)
            return {"parts": review_fields.render(record), "changed": True}

    def _save(self, owner: str, document: str, sent: Mapping[str, Any]) -> Record:
        how, lines = str(sent.get("how")), sent.get("lines") or []
        key, token, seen = (str(sent.get(name) or "") for name in ("key", "token", "seen"))
        if how == "undo":
            return self._library.undo(owner, document, Edit(key, token, owner, seen=seen))
        if how not in STATES or not isinstance(lines, list):
            raise StoreError(GARBLED)
        correction = SentCorrection(
            key,
            token,
            owner,
            seen=seen,
            value=str(sent.get("text") or "") if how == "confirm" else None,
            state=STATES[how],
            lines=tuple(lines),
            prediction=sent.get("prediction"),
        )
        return self._library.correct(owner, document, correction)

    @shows_errors
    def open_document(self, document: str, request: gr.Request) -> tuple[Any, Any]:
        """A document on the board, and the tab in front: values for the tabs and the board."""
        answer = self.open(visitor(request).name, {"document": document})
        return gr.Tabs(selected="review"), answer["parts"]


@shows_errors
def refused(event: gr.EventData) -> None:
    """Show as a toast what the board was told; its own line shows it too."""
    raise StoreError(str(event.message))


def server_functions(handlers: ReviewHandlers) -> list[Callable[..., Answer]]:
    """What `review.js` calls, by the names that it uses."""

    def review_open(sent: Any, request: gr.Request) -> Answer:
        return _answer(handlers.open, sent, request)

    def review_queue(sent: Any, request: gr.Request) -> Answer:
        return _answer(handlers.queue, sent, request)

    def review_correct(sent: Any, request: gr.Request) -> Answer:
        return _answer(handlers.correct, sent, request)

    return [review_open, review_queue, review_correct]


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
