"""The page on the server: Gradio's app mounted at `/`, cut down to what the page asks for.

Gradio's app answers at some ninety addresses: files, uploads, an API beside the queue, monitoring,
recordings, an editor. The page needs those of NEEDED; any other is not there, for anybody.
"""

from __future__ import annotations

import re

import gradio as gr
from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from kie_app.access import name_of
from kie_app.ui.shared import stalled_events, theme

SESSIONS = 500  # open pages that are remembered, a quarter of a MB each; the ones used last

# Method, and the whole path as a regular expression.
NEEDED = (
    ("GET", "/"),
    ("GET", "/config"),
    ("GET", "/favicon.ico"),
    ("GET", "/manifest.json"),
    ("GET", "/theme.css"),
    ("GET", "/static/.+"),
    ("GET", "/assets/.+"),
    ("GET", "/gradio_api/app_id"),  # when the connection was lost, to see whether it is back
    ("GET", "/gradio_api/heartbeat/[^/]+"),
    ("GET", "/gradio_api/queue/data"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/cancel"),
    ("POST", "/gradio_api/reset"),
    ("POST", "/gradio_api/component_server/"),
)


def mount(server: FastAPI, page: gr.Blocks) -> None:
    """Add the page to the server, behind all that answers there already."""
    # What Gradio has a parameter for in `launch` alone, which a mounted app does not call. Without
    # the first an event could name any file of the server, for a copy in Gradio's cache.
    page.has_launched = True
    page.state_session_capacity = SESSIONS
    gr.mount_gradio_app(
        server,
        page,
        path="/",
        app_kwargs={"openapi_url": None},
        auth_dependency=name_of,
        footer_links=[],
        run_history=False,
        show_error=False,
        mcp_server=False,
        ssr_mode=False,
        theme=theme.THEME,
        css_paths=theme.STYLESHEETS,
        head=stalled_events.HEAD,
    )
    mounted = next(route.app for route in server.routes if isinstance(route, Mount))
    assert isinstance(mounted, FastAPI)  # Gradio's App is one
    mounted.add_middleware(Needed)


class Needed:
    """ASGI middleware: 404 for what is not NEEDED."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not needed(scope["method"], scope["path"]):
            await JSONResponse({"detail": "Not Found"}, 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def needed(method: str, path: str) -> bool:
    """Whether the page asks for this."""
    return any(method == one and re.fullmatch(pattern, path) for one, pattern in NEEDED)
