"""How much one user may ask: so many requests a minute, and no body larger than a file may be.

Behind the gate, so that a user counts as one wherever they ask from. Who has no login counts by
address. What a page loads by itself, static files and streams that stay open, is free: only what
makes the app work is counted.
"""

from __future__ import annotations

import math

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kie_app.access.addresses import address_of, network
from kie_app.access.gate import user_of
from kie_app.access.users import LOCAL
from kie_app.access.window import MovingWindow, Who
from kie_app.config import MEGABYTE, Settings

MINUTE = 60  # seconds
KEPT = 1000  # users and addresses in memory; past it the one unseen for longest is forgotten
SLACK = MEGABYTE  # what a form puts around the largest file

FREE = (
    "/assets/",
    "/static/",
    "/theme.css",
    "/favicon.ico",
    "/manifest.json",
    "/pwa_icon",
    "/login.css",
    "/documents/",
    "/gradio_api/heartbeat/",
    "/gradio_api/queue/data",
    "/gradio_api/startup-events",
    "/gradio_api/upload_progress",
)


def limit(server: FastAPI, settings: Settings) -> None:
    """Put the limits of the settings before the server; the gate has to come before them."""
    server.add_middleware(BodyLimit, largest=settings.max_file_mb * MEGABYTE + SLACK)
    if settings.requests_per_minute > 0:
        server.add_middleware(RateLimit, most=settings.requests_per_minute)


class RateLimit:
    """ASGI middleware: no minute sees more than `most` requests of anybody's let through; 429 for
    the others, with the seconds to wait."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._requests = MovingWindow(most, MINUTE, KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_free(scope):
            await self._app(scope, receive, send)
            return
        who = who_asks(HTTPConnection(scope))
        if self._requests.count(who):
            await self._app(scope, receive, send)
            return
        seconds = max(1, math.ceil(self._requests.wait(who)))
        detail = (
            f"More than {self._most} requests in a minute: try again in {seconds} s, or raise "
            "ONEPASS_REQUESTS_PER_MINUTE."
        )
        headers = {"Retry-After": str(seconds)}
        await JSONResponse({"detail": detail}, 429, headers)(scope, receive, send)


class BodyLimit:
    """ASGI middleware: 413 for a body over `largest` bytes, as soon as that is known.

    A length that is given is believed; without one the body is counted while it is read.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif given_length(scope) > self._largest:
            await JSONResponse({"detail": self._detail()}, 413)(scope, receive, send)
        else:
            await self._app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest:
                # Whoever reads the body passes this on, and the app answers with its status.
                raise HTTPException(413, self._detail())
            return message

        return counted

    def _detail(self) -> str:
        megabytes = (self._largest - SLACK) // MEGABYTE
        return (
            f"The request is larger than a file of {megabytes} MB may be: send a smaller file, or "
            "raise ONEPASS_MAX_FILE_MB."
        )


def is_free(scope: Scope) -> bool:
    """Whether the request is one of those that a page makes by itself."""
    return scope["method"] in {"GET", "HEAD"} and scope["path"].startswith(FREE)


def who_asks(connection: HTTPConnection) -> Who:
    """ "user" or "address", and which."""
    user = user_of(connection)
    if user and user != LOCAL:
        return "user", user.name
    return "address", network(address_of(connection))


def given_length(scope: Scope) -> int:
    """The Content-Length, 0 without one; the server has refused what is no number."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
