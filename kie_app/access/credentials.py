"""A name with its password, from the login's form or as HTTP Basic credentials.

Passwords are looked at one at a time: each takes 64 MiB and a core for tens of milliseconds, which
strangers must not multiply, and no two attempts at once get past a count of one. Programs send
their credentials with every request, so a right password is known again for five minutes, while the
users file still says so; what is remembered is a digest under a key that dies with the process.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from kie_app.access.attempts import Attempts
from kie_app.access.users import NAME, User, Users
from kie_app.errors import TooManyAttempts

REMEMBERED = 300.0  # seconds
MOST = 1000  # right passwords remembered


class Credentials:
    """Checks passwords against the users file, within the rule of `attempts`."""

    def __init__(self, users: Users, attempts: Attempts | None = None) -> None:
        self._users = users
        self._attempts = attempts or Attempts()
        self._turn = asyncio.Lock()
        self._key = secrets.token_bytes()
        self._proven: OrderedDict[bytes, float] = OrderedDict()

    async def check(self, name: str, password: str, address: str) -> User | None:
        """The user whose password this is, else None. TooManyAttempts when it is not looked at."""
        if not NAME.fullmatch(name):
            name = "?"  # all that cannot be names count as one
        user = self._known(name, password, address)
        if user is None:
            async with self._turn:
                # Those before may have used up the attempts, or proved this very password.
                user = self._known(name, password, address)
                user = user or await self._prove(name, password, address)
        return user

    def _known(self, name: str, password: str, address: str) -> User | None:
        """The limit comes first, or what is remembered could be guessed at any speed."""
        seconds = self._attempts.wait(name, address)
        if seconds > 0:
            raise TooManyAttempts(seconds)
        until = self._proven.get(self._digest(name, password), 0.0)
        return self._users.find(name) if until > time.monotonic() else None

    async def _prove(self, name: str, password: str, address: str) -> User | None:
        user = await run_in_threadpool(self._users.verify, name, password)
        if user is None:
            self._attempts.wrong(name, address)
            return None
        self._attempts.right(name, address)
        self._proven[self._digest(name, password)] = time.monotonic() + REMEMBERED
        if len(self._proven) > MOST:
            self._proven.popitem(last=False)
        return user

    def _digest(self, name: str, password: str) -> bytes:
        """Of the password as it is in the file now: another one there makes another digest."""
        facts = "\0".join((self._users.mark(name), name, password))
        return hmac.digest(self._key, facts.encode("utf-8", "replace"), hashlib.sha256)


def basic(connection: HTTPConnection) -> tuple[str, str] | None:
    """Name and password of HTTP Basic credentials (RFC 7617), or None."""
    scheme, _, text = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (name, password) if colon else None
