"""How the app is entered, chosen once by the settings: with a login, or by everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection

from kie_app.access.accounts import Accounts, UserTable
from kie_app.access.gate import Gate
from kie_app.access.login import Login
from kie_app.access.oidc import Oidc
from kie_app.access.secret import secret
from kie_app.access.users import LOCAL, User
from kie_app.config import Settings
from kie_app.errors import AccessError


class Access(Protocol):
    """A way to enter the app."""

    def guard(self, server: FastAPI, colours: str) -> None:
        """Close every address of the server but the login's. `colours` is CSS for its page."""


class Everybody:
    """No login: whoever reaches the app is `LOCAL`. Other sites still cannot act for them.

    `names` are those by which browsers may ask for the app, default any. On this machine alone it
    has few, and a page elsewhere whose name was led here (DNS rebinding) is none of them.
    """

    def __init__(self, names: Sequence[str] = ("*",)) -> None:
        self._names = names

    def guard(self, server: FastAPI, colours: str) -> None:
        server.add_middleware(Gate, identify=self.identify, doors=frozenset())
        server.add_middleware(TrustedHostMiddleware, allowed_hosts=self._names, www_redirect=False)

    async def identify(self, connection: HTTPConnection) -> User | None:
        return LOCAL


def open_access(settings: Settings, users: UserTable) -> Access:
    """The way in of the settings; `users` log in with a password where these say so.

    AccessError when it could let nobody in, or cannot be had.
    """
    if not settings.login and not settings.oidc_issuer:
        return Everybody() if settings.open_to_all else Everybody(local_names(settings.host))
    oidc = Oidc.of(settings) if settings.oidc_issuer else None
    if not oidc and not users.everybody():
        raise AccessError(
            "ONEPASS_LOGIN is set and there is no user, so that nobody could log in: enter one "
            "with `python -m kie_app users add NAME`."
        )
    return Login(Accounts(users) if settings.login else None, oidc, secret(settings))


def local_names(host: str) -> tuple[str, ...]:
    """What a browser on this machine calls an app that listens on the loopback address `host`."""
    return "localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host
