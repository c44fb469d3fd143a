"""A password names its user as the store has them now; an unknown name tells nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kie_app.access import passwords
from kie_app.access.accounts import Account, Accounts
from kie_app.access.users import User
from kie_app.config import Settings
from kie_app.errors import AccessError
from kie_app.store import NewUser, Store
from tests.access.people import PASSWORDS, person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.of(Settings(data_dir=tmp_path))
    store.users.add([person("ada", "admin"), person("bob")])
    yield store
    store.close()


def user(account: Account | None) -> User | None:
    return account.user if account else None


def test_a_right_password_names_its_user_and_a_wrong_one_nobody(store: Store) -> None:
    accounts = Accounts(store.users)
    assert user(accounts.verify("ada", PASSWORDS["ada"])) == User("ada", "admin")
    assert user(accounts.verify("bob", PASSWORDS["bob"])) == User("bob")
    for name, password in (("ada", PASSWORDS["bob"]), ("eve", PASSWORDS["eve"]), ("", "")):
        assert accounts.verify(name, password) is None
    for password in ("x" * 2000, "\ud800", "\0", ""):
        assert accounts.verify("ada", password) is None


def test_an_unknown_name_costs_a_hash_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts, looked = Accounts(store.users), []
    monkeypatch.setattr(passwords, "matches", lambda *both: bool(looked.append(both)))
    for name in ("ada", "eve"):
        assert accounts.verify(name, "some password") is None
    assert [password for _, password in looked] == ["some password"] * 2
    assert looked[0][0] != looked[1][0]


def test_a_change_counts_at_once_and_changes_the_mark(store: Store) -> None:
    accounts = Accounts(store.users)
    ada = accounts.find("ada")
    assert ada is not None
    assert ada == accounts.find("ada") == accounts.verify("ada", PASSWORDS["ada"])
    store.users.remove("ada")
    assert accounts.find("ada") is None
    assert accounts.verify("ada", PASSWORDS["ada"]) is None
    store.users.add([person("ada")])
    again = accounts.find("ada")
    assert again is not None
    assert again.user == User("ada")
    assert again.mark != ada.mark


def test_a_role_that_is_none_makes_no_admin(store: Store) -> None:
    store.users.add([NewUser("eve", "Admin", person("eve").hash)])
    assert user(Accounts(store.users).find("eve")) == User("eve", "user")


def test_a_hash_that_is_none_lets_nobody_in(store: Store) -> None:
    store.users.add([NewUser("eve", "user", PASSWORDS["eve"])])
    assert Accounts(store.users).verify("eve", PASSWORDS["eve"]) is None


def test_a_store_that_cannot_be_read_lets_nobody_in(store: Store, tmp_path: Path) -> None:
    accounts = Accounts(store.users)
    store.close()
    for file in tmp_path.glob("onepass.db*"):
        file.write_bytes(b"no database" * 1000)
    with pytest.raises(AccessError, match="cannot be used"):
        accounts.find("ada")
    with pytest.raises(AccessError, match="cannot be used"):
        accounts.verify("ada", PASSWORDS["ada"])


def test_equal_characters_are_equal_passwords(store: Store) -> None:
    store.users.add([NewUser("eve", "user", passwords.hashed("caf\u00e9 au lait \uff11"))])
    assert Accounts(store.users).verify("eve", "cafe\u0301 au lait 1") is not None


@pytest.mark.parametrize(("password", "part"), [("short", "has 5"), ("x" * 5000, "has 5000")])
def test_a_password_that_is_too_short_or_long_is_told_without_it(password: str, part: str) -> None:
    with pytest.raises(AccessError, match=part) as told:
        passwords.hashed(password)
    assert len(str(told.value)) < 250
    assert password not in str(told.value)
