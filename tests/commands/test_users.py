"""The commands of users: what they write and print, how they refuse, and what they never show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kie_app.access import passwords
from kie_app.access.accounts import Accounts
from kie_app.access.users import User
from kie_app.commands.main import app
from kie_app.config import Settings
from kie_app.store import Store
from tests.access.people import CHEAP, PASSWORDS, person
from tests.commands.calling import refusal


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["users", *arguments], input=stdin)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """What the commands work on."""
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    monkeypatch.setenv("ONEPASS_DATA_DIR", str(tmp_path))
    store = Store.of(Settings.from_env())
    yield store
    store.close()


def names(store: Store) -> list[str]:
    return [one.name for one in store.users.everybody()]


def written(tmp_path: Path, *lines: str) -> str:
    """A users file of these lines."""
    file = tmp_path / "users"
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(file)


def line(name: str, role: str = "user") -> str:
    return ":".join((name, role, person(name).hash))


def test_users_are_added_listed_and_removed(store: Store) -> None:
    for name, options in (("bob", []), ("ada", ["--admin"])):
        result = run("add", name, *options, stdin=f"{PASSWORDS[name]}\r\nmore\n")
        assert (result.exit_code, result.output) == (0, "")
    account = Accounts(store.users).verify("ada", PASSWORDS["ada"])
    assert account is not None
    assert account.user == User("ada", "admin")
    rows = [row.split() for row in run("list").stdout.splitlines()]
    since = [f"{one.changed:%Y-%m-%d %H:%M}".split() for one in store.users.everybody()]
    assert rows == [["ada", "admin", *since[0]], ["bob", "user", *since[1]]]
    assert run("remove", "ada").exit_code == 0
    assert names(store) == ["bob"]


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["add", "Ada"], ""),
        (["add", "local"], "long enough here\n"),
        (["add", "ada"], "short\n"),
        (["add", "ada"], ""),
        (["remove", "ada"], ""),
        (["import", "none"], ""),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], stdin: str, store: Store) -> None:
    assert "short" not in refusal(run(*arguments, stdin=stdin))
    assert names(store) == []


def test_a_name_that_is_taken_is_told_before_the_password_is_read(store: Store) -> None:
    run("add", "ada", stdin=PASSWORDS["ada"])
    before = store.users.everybody()
    assert "already" in refusal(run("add", "ada", stdin="short"))
    assert store.users.everybody() == before


def test_a_password_is_no_argument() -> None:
    result = run("add", "ada", PASSWORDS["ada"])
    assert result.exit_code == 2


def test_a_file_is_imported_and_who_is_there_is_left_and_named(
    store: Store, tmp_path: Path
) -> None:
    store.users.add([person("ada", "admin")])
    before = store.users.find("ada")
    result = run("import", written(tmp_path, "# ours", line("bob"), line("ada"), line("eve")))
    assert result.exit_code == 0, result.output
    assert "2 entered." in result.stdout
    assert "left as they are: ada." in result.stdout
    assert "$" not in result.stdout
    assert names(store) == ["ada", "bob", "eve"]
    assert store.users.find("ada") == before
    assert Accounts(store.users).verify("bob", PASSWORDS["bob"]) is not None
    again = run("import", written(tmp_path, line("bob")))
    assert (again.exit_code, again.stdout.splitlines()[0]) == (0, "0 entered.")


@pytest.mark.parametrize("wrong", ["bob", "bob:user:secret", "bob:root:HASH", "ada:user:HASH"])
def test_a_file_with_a_wrong_line_enters_nobody_and_quotes_no_hash(
    store: Store, tmp_path: Path, wrong: str
) -> None:
    wrong = wrong.replace("HASH", person("bob").hash)
    told = refusal(run("import", written(tmp_path, line("ada"), wrong)))
    assert "line 2" in told
    assert "$" not in told
    assert "secret" not in told
    assert names(store) == []
