"""What Gradio remembers of those who have gone is bounded.

It keeps a session for each open page, and one for each call through the API, named after the call's
event: a copy of every component's settings, a quarter of a MB with this page, the last 10,000 of
them. Here a call's session ends with its answer, and fewer sessions of pages are kept.
"""

from __future__ import annotations

import re

import gradio as gr
from starlette.types import ASGIApp, Receive, Scope, Send

SESSIONS = 500  # of pages; the ones used last. Who has been forgotten opens their document again
CALL = re.compile(r"/gradio_api/call/.+/(\w+)/?")


class Forgetting:
    """ASGI middleware: the session of an API call is dropped when its answer was sent."""

    def __init__(self, app: ASGIApp, page: gr.Blocks) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            answered = scope.get("method") == "GET" and CALL.fullmatch(scope["path"])
            if answered:
                sessions = self._page.state_holder
                sessions.session_data.pop(answered[1], None)
                sessions.time_last_used.pop(answered[1], None)
