"""Who may use the app: the users file, with a role and a password's hash for everybody.

One user a line, `name:role:hash`; empty lines and lines that begin with `#` are passed over. The
role is `user` or `admin`, the hash argon2id's. `python -m kie_app users add` and `remove` write
the file, whole or not at all, readable by its owner alone. Where there is no login, everybody is
`LOCAL`.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from kie_app.access import passwords
from kie_app.errors import AccessError

Role = Literal["user", "admin"]

# No "@" and no ":", so that a name can be neither the e-mail address of a provider's account nor
# two fields of a line; no capitals, so that no two names differ by them alone.
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")


@dataclass(frozen=True)
class User:
    """Somebody who asks; `name` is unique, whichever way they came in."""

    name: str
    role: Role = "user"


# Everybody, where there is no login. A users file cannot hold this name: whoever had it would own
# what was made before there was a login.
LOCAL = User("local", "admin")


@dataclass(frozen=True)
class Entry:
    """A line of the users file."""

    user: User
    hash: str = field(repr=False)


class Users:
    """The users of a file, which is read again whenever it has changed on disk.

    While the file cannot be read every method raises AccessError: a broken file lets nobody in.
    Safe to use from several threads.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[tuple[int, ...], dict[str, Entry]] = ((), {})

    @classmethod
    def read(cls, path: Path) -> Users:
        """The users of a file. AccessError names the file, the line and the remedy."""
        users = cls(path)
        users.everybody()
        passwords.nobodys()  # now, so that the first unknown name takes no longer than the next
        return users

    def everybody(self) -> list[User]:
        """In the order of the file."""
        return [entry.user for entry in self._entries().values()]

    def find(self, name: str) -> User | None:
        entry = self._entries().get(name)
        return entry.user if entry else None

    def verify(self, name: str, password: str) -> User | None:
        """The user whose password this is, else None; a name that does not exist takes as long."""
        entry = self._entries().get(name)
        right = passwords.matches(entry.hash if entry else passwords.nobodys(), password)
        return entry.user if entry and right else None

    def mark(self, name: str) -> str:
        """What changes with the user's password; empty when there is no such user.

        It may be seen: the digest of a hash with its salt tells nothing of the password.
        """
        entry = self._entries().get(name)
        return hashlib.sha256(entry.hash.encode()).hexdigest()[:32] if entry else ""

    def _entries(self) -> dict[str, Entry]:
        try:
            facts = self._path.stat()
        except OSError as error:
            raise _unreadable(self._path, error) from error
        stamp = (facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino)
        known = self._known
        if stamp != known[0]:
            self._known = known = (stamp, parse(_lines(self._path), self._path))
        return known[1]


def parse(lines: Sequence[str], path: Path) -> dict[str, Entry]:
    """Entries by name. AccessError names the line, and repeats nothing of it: it holds a hash."""
    entries: dict[str, Entry] = {}
    for number, text in enumerate(lines, 1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        entry = _entry(line)
        if isinstance(entry, Entry) and entry.user.name in entries:
            entry = "repeats a name of a line above"
        if isinstance(entry, str):
            raise AccessError(
                f"{path}, line {number} {entry}: delete the line, then enter the user with "
                "`python -m kie_app users add NAME`."
            )
        entries[entry.user.name] = entry
    return entries


def add(path: Path, name: str, password: str, role: Role = "user") -> None:
    """Enter a user, into a new file if there is none. AccessError when that cannot be."""
    check_new(path, name)
    line = f"{name}:{role}:{passwords.hashed(password)}"
    _write(path, [*_lines(path, missing=True), line])


def check_new(path: Path, name: str) -> None:
    """AccessError when this cannot be the name of a new user."""
    if not NAME.fullmatch(name):
        raise AccessError(
            f"{name[:40]!r} cannot be a name: take 1 to 32 of a-z, 0-9, dot, hyphen and "
            "underscore, a letter or digit first and last."
        )
    if name == LOCAL.name:
        raise AccessError(f"{name!r} is everybody's name without a login: choose another.")
    if name in parse(_lines(path, missing=True), path):
        raise AccessError(
            f"{path} has a user {name!r} already: remove it first, or choose another."
        )


def remove(path: Path, name: str) -> None:
    """Delete a user, whose next request is then refused. AccessError when there is none."""
    lines = _lines(path)
    if name not in parse(lines, path):
        raise AccessError(
            f"{path} has no user {name[:40]!r}: `python -m kie_app users list` shows who is there."
        )
    _write(path, [line for line in lines if line.strip().partition(":")[0] != name])


def _entry(line: str) -> Entry | str:
    """A line as an entry, or what is wrong with it."""
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
    return Entry(User(name, "admin" if role == "admin" else "user"), digest)


def _lines(path: Path, missing: bool = False) -> list[str]:
    """The file's lines without their ends; with `missing`, none when there is no file."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        if missing and isinstance(error, FileNotFoundError):
            return []
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise AccessError(f"{path}, line {line} is not UTF-8 text: save it as UTF-8.") from error
    return text.removesuffix("\n").split("\n") if text else []


def _unreadable(path: Path, error: OSError) -> AccessError:
    return AccessError(
        f"The users file {path} cannot be read ({error.strerror}): set ONEPASS_AUTH to the right "
        "path, or make the file with `python -m kie_app users add NAME`."
    )


def _write(path: Path, lines: Sequence[str]) -> None:
    """Replace the file in one step, so that nobody reads half of it; mode 0600 from the start."""
    path = path.resolve()  # a link stays a link
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.writelines(f"{line}\n" for line in lines)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise AccessError(
            f"The users file {path} cannot be written ({error.strerror}): set ONEPASS_AUTH to a "
            "path in a folder that may be written."
        ) from error
