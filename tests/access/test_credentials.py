"""Passwords are looked at one at a time, within the rule, and known again for a while."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from kie_app.access.accounts import Account, Accounts
from kie_app.access.attempts import PER_NAME
from kie_app.access.credentials import Credentials, basic
from kie_app.access.users import User
from kie_app.config import Settings
from kie_app.errors import TooManyAttempts
from kie_app.store import Store
from tests.access.people import PASSWORDS, person

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Counted(Accounts):
    """Accounts that count how often a password was hashed, and how many at once."""

    hashed = now = most = 0

    def verify(self, name: str, password: str) -> Account | None:
        self.hashed += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return super().verify(name, password)
        finally:
            self.now -= 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.of(Settings(data_dir=tmp_path))
    store.users.add([person("ada"), person("bob")])
    yield store
    store.close()


@pytest.fixture
def accounts(store: Store) -> Counted:
    return Counted(store.users)


async def checked(credentials: Credentials, name: str, password: str) -> User | None:
    """Whose the credentials are, as given from one address."""
    account = await credentials.check(name, password, HERE)
    return account.user if account else None


def connection(header: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [(b"authorization", header.encode())]})


def test_a_right_password_is_hashed_once_and_counts_while_it_is_the_users(
    accounts: Counted, store: Store
) -> None:
    async def story() -> None:
        credentials = Credentials(accounts)
        for _ in range(3):
            assert await checked(credentials, "ada", PASSWORDS["ada"]) == User("ada")
        assert accounts.hashed == 1
        store.users.remove("ada")
        store.users.add([person("ada", "admin", "another password")])
        assert await checked(credentials, "ada", PASSWORDS["ada"]) is None
        assert await checked(credentials, "ada", "another password") == User("ada", "admin")
        store.users.remove("ada")
        assert await checked(credentials, "ada", "another password") is None

    asyncio.run(story())


def test_a_known_password_can_be_guessed_no_faster_than_another(accounts: Counted) -> None:
    async def story() -> None:
        credentials = Credentials(accounts)
        assert await credentials.check("ada", PASSWORDS["ada"], HERE)
        for number in range(PER_NAME):
            assert await credentials.check("ada", f"guess {number}", THERE) is None
        for password in ("guess", PASSWORDS["ada"]):
            with pytest.raises(TooManyAttempts):
                await credentials.check("ada", password, THERE)
        assert await credentials.check("ada", PASSWORDS["ada"], HERE)

    asyncio.run(story())


def test_attempts_at_once_are_looked_at_one_by_one_and_counted(accounts: Counted) -> None:
    async def story() -> None:
        credentials = Credentials(accounts)
        tries = (credentials.check("ada", f"guess {number}", HERE) for number in range(20))
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(one) for one in answers].count(TooManyAttempts) == 20 - PER_NAME
        assert (accounts.hashed, accounts.most) == (PER_NAME, 1)
        rights = (credentials.check("bob", PASSWORDS["bob"], HERE) for _ in range(20))
        assert {one.user for one in await asyncio.gather(*rights) if one} == {User("bob")}
        assert accounts.hashed == PER_NAME + 1

    asyncio.run(story())


def test_what_cannot_be_a_name_counts_as_one(accounts: Counted) -> None:
    async def story() -> None:
        credentials = Credentials(accounts)
        for number in range(PER_NAME):
            assert await credentials.check(f"{'A' * 1000}{number}", "x", HERE) is None
        with pytest.raises(TooManyAttempts):
            await credentials.check("@", "x", HERE)

    asyncio.run(story())


@given(st.text(st.characters(exclude_characters=":", codec="utf-8")), st.text())
def test_basic_credentials_are_read_as_they_were_written(name: str, password: str) -> None:
    password = password.encode("utf-8", "replace").decode()
    header = b64encode(f"{name}:{password}".encode()).decode()
    assert basic(connection(f"bAsic {header}")) == (name, password)


@given(st.binary())
def test_no_header_breaks_it(noise: bytes) -> None:
    for value in (noise, b"Basic " + noise, b"Basic " + b64encode(noise)):
        found = basic(HTTPConnection({"type": "http", "headers": [(b"authorization", value)]}))
        assert found is None or (":" not in found[0] and b":" in noise)


@pytest.mark.parametrize("header", ["", "Basic", "Basic !", "Basic YWRh", "Basic /w==", "Bearer x"])
def test_what_is_no_basic_header_gives_no_credentials(header: str) -> None:
    assert basic(connection(header)) is None
