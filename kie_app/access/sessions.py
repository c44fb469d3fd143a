"""Who is logged in: a signed cookie that no script reads and no other site sends.

The cookie holds the whole session, so nothing is lost in a restart, and what a browser had before a
log-in is thrown away with it: no session can be fixed by somebody else. It holds nothing secret.
A session ends 12 hours after its log-in, at the log-out, and when the user's password, name or way
in is no more. A log-out is remembered in memory: a copy of the cookie that somebody stole before
it is good again after a restart, until its 12 hours are over or the password changes.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from kie_app.access.accounts import Account
from kie_app.access.users import User

LIFETIME = 12 * 3600  # seconds
COOKIE = "onepass_session"


class WayIn(Protocol):
    """Where a user's name comes from: the table of users, or a provider."""

    def find(self, name: str) -> Account | None: ...


class Sessions:
    """Begins, reads and ends sessions; `ways` are the ways in by name."""

    def __init__(self, ways: Mapping[str, WayIn]) -> None:
        self._ways = ways
        self._ended: dict[str, float] = {}  # ids, and when they would have ended by themselves

    def begin(self, connection: HTTPConnection, way: str, account: Account) -> None:
        """Log this browser in, whoever it was before."""
        connection.session.clear()
        connection.session.update(
            id=secrets.token_urlsafe(16),
            way=way,
            name=account.user.name,
            mark=account.mark,
            until=time.time() + LIFETIME,
        )

    async def read(self, connection: HTTPConnection) -> User | None:
        """Who is logged in at this browser, if that still holds; AccessError when it is not to be
        known."""
        session: dict[str, Any] = connection.session
        way = self._ways.get(session.get("way", ""))
        if way is None or session["id"] in self._ended or session["until"] < time.time():
            return None
        account = await run_in_threadpool(way.find, session["name"])
        holds = account and hmac.compare_digest(account.mark, session["mark"])
        return account.user if account and holds else None

    def end(self, connection: HTTPConnection) -> None:
        """Log this browser out."""
        now, session = time.time(), connection.session
        self._ended = {one: until for one, until in self._ended.items() if until > now}
        if "id" in session:
            self._ended[session["id"]] = session["until"]
        session.clear()


class SessionCookie:
    """Starlette's session middleware with a cookie for http and another for https.

    The one for https is Secure, and its prefix keeps other hosts of the domain from setting it.
    """

    def __init__(self, app: ASGIApp, secret: str) -> None:
        options: dict[str, Any] = {"secret_key": secret, "max_age": LIFETIME, "same_site": "lax"}
        self._plain = SessionMiddleware(app, session_cookie=COOKIE, **options)
        self._secure = SessionMiddleware(
            app, session_cookie=f"__Host-{COOKIE}", https_only=True, **options
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secure = scope.get("scheme") in {"https", "wss"}
        await (self._secure if secure else self._plain)(scope, receive, send)
