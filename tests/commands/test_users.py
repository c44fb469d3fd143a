"""The commands of users: what they write and print, how they refuse, and what they never show."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kie_app.access import passwords
from kie_app.access.users import User, Users
from kie_app.commands.main import app
from tests.access.people import CHEAP, PASSWORDS
from tests.commands.calling import refusal


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["users", *arguments], input=stdin)


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    monkeypatch.setenv("ONEPASS_AUTH", str(tmp_path / "users"))
    return tmp_path / "users"


def test_users_are_added_listed_and_removed(file: Path) -> None:
    for name, options in (("ada", ["--admin"]), ("bob", [])):
        result = run("add", name, *options, stdin=f"{PASSWORDS[name]}\r\nmore\n")
        assert (result.exit_code, result.output) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert Users.read(file).verify("ada", PASSWORDS["ada"]) == User("ada", "admin")
    listed = run("list").stdout
    assert [row.split() for row in listed.splitlines()] == [["ada", "admin"], ["bob", "user"]]
    assert run("remove", "ada").exit_code == 0
    assert Users.read(file).everybody() == [User("bob")]


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["add", "Ada"], ""),
        (["add", "ada"], "short\n"),
        (["add", "ada"], ""),
        (["remove", "ada"], ""),
        (["list"], ""),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], stdin: str, file: Path) -> None:
    assert "short" not in refusal(run(*arguments, stdin=stdin))
    assert not file.exists()


def test_a_name_that_is_taken_is_told_before_the_password_is_read(file: Path) -> None:
    run("add", "ada", stdin=PASSWORDS["ada"])
    before = file.read_text()
    assert "already" in refusal(run("add", "ada", stdin=PASSWORDS["bob"]))
    assert file.read_text() == before


def test_a_password_is_no_argument() -> None:
    result = run("add", "ada", PASSWORDS["ada"])
    assert result.exit_code == 2


def test_without_a_users_file_the_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONEPASS_AUTH")
    assert "ONEPASS_AUTH" in refusal(run("list"))
