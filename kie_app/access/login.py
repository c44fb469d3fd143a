"""Logging in and out: the routes /login, /logout and, with a provider, /login-oidc.

Where a browser is sent is written here; nothing in a request chooses it. It is relative, for an app
behind a proxy that puts it into a folder.
"""

from __future__ import annotations

import logging
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from kie_app.access import page
from kie_app.access.accounts import Accounts
from kie_app.access.addresses import address_of
from kie_app.access.credentials import Credentials, basic
from kie_app.access.gate import Gate, told
from kie_app.access.oidc import Oidc
from kie_app.access.sessions import SessionCookie, Sessions, WayIn
from kie_app.access.users import User
from kie_app.errors import AccessError, TooManyAttempts

log = logging.getLogger(__name__)

LARGEST_FORM = 8192  # bytes

LOGIN, STYLE, LOGOUT = "/login", "/login.css", "/logout"
PROVIDER, CALLBACK = "/login-oidc", "/login-oidc-callback"


class Login:
    """A login by password, by a provider, or by either."""

    def __init__(self, accounts: Accounts | None, oidc: Oidc | None, secret: str) -> None:
        ways: dict[str, WayIn | None] = {"password": accounts, "oidc": oidc}
        self._sessions = Sessions({name: way for name, way in ways.items() if way})
        self._credentials = Credentials(accounts) if accounts else None
        self._oidc = oidc
        self._secret = secret

    def guard(self, server: FastAPI, colours: str) -> None:
        """Put the gate before the server, and the login beside its doors. `colours` is CSS."""
        doors = {("GET", LOGIN), ("GET", STYLE), ("POST", LOGOUT)}
        self._add_pages(server, colours + page.STYLESHEET.read_text("utf-8"))
        if self._credentials:
            self._add_form(server, self._credentials)
            doors.add(("POST", LOGIN))
        if self._oidc:
            self._add_provider(server, self._oidc)
            doors |= {("GET", PROVIDER), ("GET", CALLBACK)}
        server.add_exception_handler(AccessError, lambda _, error: told(error))
        server.add_middleware(Gate, identify=self.identify, doors=frozenset(doors))
        server.add_middleware(SessionCookie, secret=self._secret)  # the outer one: added last

    async def identify(self, connection: HTTPConnection) -> User | None:
        """Who asks, by the session's cookie or by HTTP Basic credentials."""
        user = await self._sessions.read(connection)
        given = basic(connection)
        if user or not given or not self._credentials:
            return user
        account = await self._credentials.check(*given, address_of(connection))
        return account.user if account else None

    def _add_pages(self, server: FastAPI, style: str) -> None:
        @server.get(LOGIN)
        async def show(request: Request) -> Response:
            if await self._sessions.read(request):
                return RedirectResponse("./", 303)
            return self._page(page.TROUBLES.get(request.query_params.get("trouble", ""), ""))

        @server.get(STYLE)
        async def stylesheet() -> Response:
            return PlainTextResponse(style, media_type="text/css")

        @server.post(LOGOUT)
        async def leave(request: Request) -> Response:
            self._sessions.end(request)
            return RedirectResponse("login", 303)

    def _add_form(self, server: FastAPI, credentials: Credentials) -> None:
        @server.post(LOGIN)
        async def enter(request: Request) -> Response:
            form = await _form(request)
            if form is None:
                return PlainTextResponse("This is no login form.", 413)
            name, password = form
            try:
                account = await credentials.check(name, password, address_of(request))
            except TooManyAttempts as error:
                answer = self._page(str(error), name, 429)
                answer.headers["Retry-After"] = str(int(error.seconds) + 1)
                return answer
            if account is None:
                return self._page(page.WRONG, name, 401)
            self._sessions.begin(request, "password", account)
            return RedirectResponse("./", 303)

    def _add_provider(self, server: FastAPI, oidc: Oidc) -> None:
        @server.get(PROVIDER)
        async def ask(request: Request) -> Response:
            if await self._sessions.read(request):
                return RedirectResponse("./", 303)
            try:
                return await oidc.start(request, str(request.url_for("come_back")))
            except AccessError as error:
                return _trouble("provider", error)

        @server.get(CALLBACK)
        async def come_back(request: Request) -> Response:
            try:
                name = await oidc.finish(request)
            except AccessError as error:
                return _trouble("provider", error)
            if not name:
                return _trouble("unverified")
            account = oidc.find(name)
            if account is None:
                return _trouble("stranger")
            self._sessions.begin(request, "oidc", account)
            return RedirectResponse("./", 303)

    def _page(self, trouble: str, name: str = "", status: int = 200) -> Response:
        label = self._oidc.label if self._oidc else ""
        return page.answer(bool(self._credentials), label, trouble, name, status)


def _trouble(kind: str, error: AccessError | None = None) -> Response:
    """Back to the login page, which says what is wrong; the log has the rest."""
    if error:
        log.warning("%s", error)
    return RedirectResponse(f"login?trouble={kind}", 303)


async def _form(request: Request) -> tuple[str, str] | None:
    """Name and password as the form sends them; None when it is too large to be that."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return form.get("username", [""])[0], form.get("password", [""])[0]
