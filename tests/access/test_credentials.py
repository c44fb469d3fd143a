"""Passwords are looked at one at a time, within the rule, and known again for a while."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from kie_app.access.attempts import PER_NAME
from kie_app.access.credentials import Credentials, basic
from kie_app.access.users import User, Users
from kie_app.errors import TooManyAttempts
from tests.access.people import PASSWORDS, line, users_file

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Counted(Users):
    """Users that count how often a password was hashed, and how many at once."""

    hashed = now = most = 0

    def verify(self, name: str, password: str) -> User | None:
        self.hashed += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return super().verify(name, password)
        finally:
            self.now -= 1


@pytest.fixture
def users(tmp_path: Path) -> Counted:
    return Counted(users_file(tmp_path, line("ada"), line("bob")))


def connection(header: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [(b"authorization", header.encode())]})


def test_a_right_password_is_hashed_once_and_counts_while_the_file_says_so(
    users: Counted, tmp_path: Path
) -> None:
    async def story() -> None:
        credentials = Credentials(users)
        for _ in range(3):
            assert await credentials.check("ada", PASSWORDS["ada"], HERE) == User("ada")
        assert users.hashed == 1
        users_file(tmp_path, line("ada", "admin", "another password"))
        assert await credentials.check("ada", PASSWORDS["ada"], HERE) is None
        assert await credentials.check("ada", "another password", HERE) == User("ada", "admin")
        users_file(tmp_path, line("bob"))
        assert await credentials.check("ada", "another password", HERE) is None

    asyncio.run(story())


def test_a_known_password_can_be_guessed_no_faster_than_another(users: Counted) -> None:
    async def story() -> None:
        credentials = Credentials(users)
        assert await credentials.check("ada", PASSWORDS["ada"], HERE)
        for number in range(PER_NAME):
            assert await credentials.check("ada", f"guess {number}", THERE) is None
        for password in ("guess", PASSWORDS["ada"]):
            with pytest.raises(TooManyAttempts):
                await credentials.check("ada", password, THERE)
        assert await credentials.check("ada", PASSWORDS["ada"], HERE)

    asyncio.run(story())


def test_attempts_at_once_are_looked_at_one_by_one_and_counted(users: Counted) -> None:
    async def story() -> None:
        credentials = Credentials(users)
        tries = (credentials.check("ada", f"guess {number}", HERE) for number in range(20))
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(one) for one in answers].count(TooManyAttempts) == 20 - PER_NAME
        assert (users.hashed, users.most) == (PER_NAME, 1)
        rights = (credentials.check("bob", PASSWORDS["bob"], HERE) for _ in range(20))
        assert set(await asyncio.gather(*rights)) == {User("bob")}
        assert users.hashed == PER_NAME + 1

    asyncio.run(story())


def test_what_cannot_be_a_name_counts_as_one(users: Counted) -> None:
    async def story() -> None:
        credentials = Credentials(users)
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
