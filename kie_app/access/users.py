"""Who asks; what may be a name; and users files, from which many users are entered at once.

A users file has one user a line, `name:role:hash`; empty lines and lines that begin with `#` are
passed over. The role is `user` or `admin`, the hash argon2id's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from kie_app.access import passwords
from kie_app.errors import AccessError
from kie_app.store import NewUser

Role = Literal["user", "admin"]

# No "@" and no ":", so that a name can be neither the e-mail address of a provider's account nor
# two fields of a line; no capitals, so that no two names differ by them alone.
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")


@dataclass(frozen=True)
class User:
    """Somebody who asks; `name` is unique, whichever way they came in."""

    name: str
    role: Role = "user"


# Everybody, where there is no login. Nobody can be entered under this name: whoever had it would
# own what was made before there was a login.
LOCAL = User("local", "admin")


def check_name(name: str) -> None:
    """AccessError when this cannot be the name of a user."""
    if not NAME.fullmatch(name):
        raise AccessError(
            f"{name[:40]!r} cannot be a name: take 1 to 32 of a-z, 0-9, dot, hyphen and "
            "underscore, a letter or digit first and last."
        )
    if name == LOCAL.name:
        raise AccessError(f"{name!r} is everybody's name without a login: choose another.")


def read(path: Path) -> list[NewUser]:
    """The users of a file, in its order. AccessError names the file, the line and the remedy."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise AccessError(
            f"The users file {path} cannot be read ({error.strerror}): give the path of a file "
            "with lines name:role:hash."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise AccessError(f"{path}, line {line} is not UTF-8 text: save it as UTF-8.") from error
    return parse(text.split("\n"), path)


def parse(lines: Sequence[str], path: Path) -> list[NewUser]:
    """Users by line. AccessError names the line, and repeats nothing of it: it holds a hash."""
    found: dict[str, NewUser] = {}
    for number, text in enumerate(lines, 1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        one = _new_user(line)
        if isinstance(one, NewUser) and one.name in found:
            one = "repeats a name of a line above"
        if isinstance(one, str):
            raise AccessError(
                f"{path}, line {number} {one}: delete the line, then enter the user with "
                "`python -m kie_app users add NAME`."
            )
        found[one.name] = one
    return list(found.values())


def _new_user(line: str) -> NewUser | str:
    """The user of a line, or what is wrong with it."""
    name, _, rest = line.partition(":")
    role, _, digest = rest.partition(":")
    if not digest:
        return "is not name:role:hash"
    if not NAME.fullmatch(name) or name == LOCAL.name:
        return "begins with what cannot be a name"
    if role not in get_args(Role):
        return "has a role other than user and admin"
    if not passwords.HASH.fullmatch(digest):
        return "does not end in a hash of argon2id"
    return NewUser(name, role, digest)
