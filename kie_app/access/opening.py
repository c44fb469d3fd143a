"""How the app is entered, chosen once by the settings: with a login, or by everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from kie_app.access.gate import Gate
from kie_app.access.login import Login
from kie_app.access.oidc import Oidc
from kie_app.access.secret import secret
from kie_app.config import Settings
from kie_app.errors import AccessError
from kie_app.users import LOCAL, User, Users


class Access(Protocol):
    """A way to enter the app."""

    def guard(self, server: FastAPI, colours: str) -> None:
        """Close every address of the server but the login's. `colours` is CSS for its page."""


class Everybody:
    """No login: whoever reaches the app is `LOCAL`. Other sites still cannot act for them."""

    def guard(self, server: FastAPI, colours: str) -> None:
        server.add_middleware(Gate, identify=self.identify, doors=frozenset())

    async def identify(self, connection: HTTPConnection) -> User | None:
        return LOCAL


def open_access(settings: Settings) -> Access:
    """The way in of the settings. AccessError when it could let nobody in, or cannot be had."""
    if not settings.auth and not settings.oidc_issuer:
        return Everybody()
    oidc = Oidc.of(settings) if settings.oidc_issuer else None
    users = Users.read(Path(settings.auth)) if settings.auth else None
    if users and not oidc and not users.everybody():
        raise AccessError(
            f"{settings.auth} holds no user, so that nobody could log in: enter one with "
            "`python -m kie_app users add NAME`."
        )
    return Login(users, oidc, secret(settings))
