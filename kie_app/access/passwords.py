"""Passwords and their hashes: argon2id, with its parameters and salt in the hash."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kie_app.errors import AccessError

SHORTEST, LONGEST = 12, 1000  # characters; the upper bound is one on work

HASH = re.compile(r"\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{16,}")
HASHER = PasswordHasher()  # RFC 9106's choice for shared machines: 64 MiB, three passes


def hashed(password: str) -> str:
    """A new hash with a salt of its own. AccessError when the password is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccessError(
            f"A password has {SHORTEST} to {LONGEST} characters, this one has {len(password)}: "
            "choose another."
        )
    return HASHER.hash(_normal(password))


def matches(stored: str, password: str) -> bool:
    """Whether this password has this hash; tens of milliseconds, whichever it is."""
    if len(password) > LONGEST:
        return False
    try:
        return HASHER.verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys() -> str:
    """A hash that no password has: an unknown name's is compared with it, and takes as long."""
    return HASHER.hash(secrets.token_bytes())


def _normal(password: str) -> bytes:
    """One spelling of what keyboards of different systems send for the same characters.

    Half a character, which no keyboard sends, is replaced: it must not break anything.
    """
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
