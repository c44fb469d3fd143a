"""A name with its password, from the login's form or as HTTP Basic credentials.

Passwords are looked at one at a time: each takes 64 MiB and a core for tens of milliseconds, which
strangers must not multiply, and no two attempts at once get past a count of one. Programs send
their credentials with every request, so a right password is known again for five minutes, while it
is still the user's; what is remembered is a digest under a key that dies with the process.
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

from kie_app.access.accounts import Account, Accounts
from kie_app.access.attempts import Attempts
from kie_app.access.users import NAME
from kie_app.errors import TooManyAttempts

REMEMBERED = 300.0  # seconds
MOST = 1000  # right passwords remembered


class Credentials:
    """Checks passwords within the rule of `attempts`."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._attempts = Attempts()
        self._turn = asyncio.Lock()
        self._key = secrets.token_bytes()
        self._proven: OrderedDict[bytes, float] = OrderedDict()

    async def check(self, name: str, password: str, address: str) -> Account | None:
        """The account whose password this is, else None. TooManyAttempts when it is not looked at,
        AccessError when nobody's can be."""
        if not NAME.fullmatch(name):
            name = "?"  # all that cannot be names count as one
        account = await self._known(name, password, address)
        if account is None:
            async with self._turn:
                # Those before may have used up the attempts, or proved this very password.
                account = await self._known(name, password, address)
                account = account or await self._prove(name, password, address)
        return account

    async def _known(self, name: str, password: str, address: str) -> Account | None:
        """The limit comes first, or what is remembered could be guessed at any speed."""
        seconds = self._attempts.wait(name, address)
        if seconds > 0:
            raise TooManyAttempts(seconds)
        account = await run_in_threadpool(self._accounts.find, name)
        if account is None:
            return None
        until = self._proven.get(self._digest(account, password), 0.0)
        return account if until > time.monotonic() else None

    async def _prove(self, name: str, password: str, address: str) -> Account | None:
        account = await run_in_threadpool(self._accounts.verify, name, password)
        if account is None:
            self._attempts.wrong(name, address)
            return None
        self._attempts.right(name, address)
        self._proven[self._digest(account, password)] = time.monotonic() + REMEMBERED
        if len(self._proven) > MOST:
            self._proven.popitem(last=False)
        return account

    def _digest(self, account: Account, password: str) -> bytes:
        """Of the password under today's mark: another hash of it makes another digest."""
        facts = "\0".join((account.mark, account.user.name, password))
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
