"""Review for `gradio_client`: which document to look at, and what a person says of its fields.

As in `library_api`, whose documents these are.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from kie_app.errors import DataError
from kie_app.library.corrections import Edit, SentCorrection
from kie_app.library.library import Library
from kie_app.library.queue import ORDERS, queue
from kie_app.ui.shared.visitor import visitor
from kie_app.web.extract_api import SHOWN, answering, text
from kie_app.web.library_api import standing


def build_review_api(library: Library) -> None:
    """Add the endpoints to the page in whose context this runs, before others take their names."""
    api = ReviewApi(library)
    for endpoint in (api.review_queue, api.say, api.undo):
        gr.api(endpoint, api_name=endpoint.__name__)


class ReviewApi:
    """The endpoints over the library."""

    def __init__(self, library: Library) -> None:
        self._library = library

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
        sent = SentCorrection(key, token, owner, after, value=value, state=state)
        return standing(self._library.correct(owner, text(document, "document"), sent))

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
        sent = Edit(key, token, owner, after)
        return standing(self._library.undo(owner, text(document, "document"), sent))
