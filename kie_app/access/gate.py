"""The gate before every address: nobody unknown gets past it, and no other site acts for a user.

It comes before routing, so an address that somebody adds later, Gradio's own included, is closed
until it is named here. Whether a request comes from another site is told as Go's
`http.CrossOriginProtection` does: by `Sec-Fetch-Site`, which browsers send and scripts cannot set,
else by `Origin` against `Host`. A request with neither is no browser's, so it carries no cookie
that a person did not put there. With cookies that are SameSite=Lax this needs no token in forms.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kie_app.access.credentials import basic
from kie_app.access.users import User
from kie_app.errors import KieError, TooManyAttempts

log = logging.getLogger(__name__)

Identify = Callable[[HTTPConnection], Awaitable[User | None]]

Doors = frozenset[tuple[str, str]]  # methods and paths

PROBES = {("GET", "/healthz"), ("GET", "/readyz")}
PAGE = "/"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
BROKEN = "The login is out of order; the server's log says why."


def user_of(connection: HTTPConnection) -> User | None:
    """Who asks, as the gate found out for this request; None where no gate was passed."""
    user = connection.scope.get("user")
    return user if isinstance(user, User) else None


def name_of(connection: HTTPConnection) -> str | None:
    """The name of who asks, as Gradio's `auth_dependency` wants it."""
    user = user_of(connection)
    return user.name if user else None


class Gate:
    """ASGI middleware. `identify` says who asks; `doors` are open to everybody.

    A browser that asks for the page is sent to the login; whatever else is refused answers in JSON:
    401 unknown, 403 from another site, 429 too many wrong passwords, 503 no way to tell.
    """

    def __init__(self, app: ASGIApp, identify: Identify, doors: Doors) -> None:
        self._app = app
        self._identify = identify
        self._doors = doors | PROBES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refused = await self._refusal(HTTPConnection(scope))
        if refused is None:
            await self._app(scope, receive, unkept(send) if scope["path"] == PAGE else send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refused(scope, receive, send)

    async def _refusal(self, connection: HTTPConnection) -> Response | None:
        """None for a request that may go on, with its user in the scope; else the answer."""
        scope = connection.scope
        scope["user"] = None  # nothing that runs before the gate says who asks
        if scope.get("method") not in SAFE_METHODS and from_another_site(connection):
            return JSONResponse({"detail": "This came from another site."}, 403)
        if (scope.get("method"), scope["path"]) in self._doors:
            return None
        try:
            scope["user"] = await self._identify(connection)
        except KieError as error:
            return told(error)
        if scope["user"] is not None:
            return None
        if scope["path"] == PAGE and basic(connection) is None:
            return RedirectResponse("login", 303)
        # No WWW-Authenticate: it would open the browser's own dialogue over the page.
        return JSONResponse({"detail": "Not logged in."}, 401)


def told(error: KieError) -> Response:
    """An error as an answer that a stranger may read."""
    if isinstance(error, TooManyAttempts):
        return JSONResponse(
            {"detail": str(error)}, 429, {"Retry-After": str(int(error.seconds) + 1)}
        )
    log.error("%s", error)
    return JSONResponse({"detail": BROKEN}, 503)


def from_another_site(connection: HTTPConnection) -> bool:
    """Whether a browser says that a page of another site makes this request."""
    site, origin = (connection.headers.get(name) for name in ("sec-fetch-site", "origin"))
    if site:
        return site not in {"same-origin", "none"}
    return origin is not None and urlsplit(origin).netloc != connection.headers.get("host")


def unkept(send: Send) -> Send:
    """`send` for what the next person at the same browser must not get back after a log-out."""

    async def wrapper(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Cache-Control"] = "no-store"
        await send(message)

    return wrapper
