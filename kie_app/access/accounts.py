"""Users who log in with a password, as a table of them says at this moment.

A table that cannot be read lets nobody in: every method raises AccessError then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from kie_app.access import passwords
from kie_app.access.users import User
from kie_app.errors import AccessError, StoreError
from kie_app.store import StoredUser


class UserTable(Protocol):
    """Where users are looked up; the store's `Users` is one."""

    def everybody(self) -> list[StoredUser]: ...

    def find(self, name: str) -> StoredUser | None: ...


@dataclass(frozen=True)
class Account:
    """A user, and a `mark` that changes when log-ins of until now are good no more. The mark may be
    seen."""

    user: User
    mark: str


class Accounts:
    """Looks up users and their passwords; for many threads."""

    def __init__(self, table: UserTable) -> None:
        self._table = table
        passwords.nobodys()  # now, so that the first unknown name takes no longer than the next

    def find(self, name: str) -> Account | None:
        """The account of this name, None when there is none."""
        stored = self._stored(name)
        return _account(stored) if stored else None

    def verify(self, name: str, password: str) -> Account | None:
        """The account whose password this is, else None; an unknown name takes as long."""
        stored = self._stored(name)
        right = passwords.matches(stored.hash if stored else passwords.nobodys(), password)
        return _account(stored) if stored and right else None

    def _stored(self, name: str) -> StoredUser | None:
        try:
            return self._table.find(name)
        except StoreError as error:
            raise AccessError(str(error)) from error


def _account(stored: StoredUser) -> Account:
    """The digest of a hash with its salt tells nothing of the password."""
    mark = hashlib.sha256(stored.hash.encode()).hexdigest()[:32]
    return Account(User(stored.name, "admin" if stored.role == "admin" else "user"), mark)
