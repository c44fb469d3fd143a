"""Users who log in with a password: one row each. What a role or a hash means is others' matter.

Several processes may enter, remove and look up users at once; every look is at the database.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from kie_app.store.columns import now
from kie_app.store.database import Database, upsert
from kie_app.store.records import NewUser, StoredUser
from kie_app.store.tables import columns, users


class Users:
    """All users. Every method raises StoreError when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def everybody(self) -> list[StoredUser]:
        """All users by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(*columns(users, StoredUser))).all()
        # Each database sorts text in its own way.
        return sorted((StoredUser(**row._asdict()) for row in rows), key=lambda one: one.name)

    def find(self, name: str) -> StoredUser | None:
        """The user of this name, None when there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                select(*columns(users, StoredUser)).where(users.c.name == name)
            ).one_or_none()
        return None if row is None else StoredUser(**row._asdict())

    def add(self, new: Iterable[NewUser]) -> list[str]:
        """Enter all of these whose name nobody has, in one transaction.

        Returns, sorted, the names that were there already; their users stay as they were.
        """
        there = []
        with self._database.write() as connection:
            # By name, so that two who enter the same names never wait for each other in a circle.
            for one in sorted(new, key=lambda one: one.name):
                row = upsert(connection, users).values(**vars(one), changed=now())
                entered = connection.execute(row.on_conflict_do_nothing().returning(users.c.name))
                if entered.one_or_none() is None:
                    there.append(one.name)
        return there

    def remove(self, name: str) -> bool:
        """Delete the user of this name; False when there is none."""
        with self._database.write() as connection:
            gone = connection.execute(
                delete(users).where(users.c.name == name).returning(users.c.name)
            )
            return gone.one_or_none() is not None
