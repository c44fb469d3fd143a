"""The users file: what is written is read, what is broken is told without a hash, changes count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.access import passwords, users
from kie_app.access.users import User, Users, parse
from kie_app.errors import AccessError
from tests.access.people import CHEAP, PASSWORDS, line

HASH = CHEAP.hash("correct horse battery")
NAMES = st.from_regex(users.NAME, fullmatch=True).filter(lambda name: name != "local")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", CHEAP)
    passwords.nobodys.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text("# ours\n\n" + line("ada", "admin") + line("bob"), "utf-8")
    return path


@given(st.lists(st.tuples(NAMES, st.sampled_from(["user", "admin"])), unique_by=lambda one: one[0]))
def test_every_well_formed_line_is_a_user(entries: list[tuple[str, users.Role]]) -> None:
    lines = [f" {name}:{role}:{HASH}\r" for name, role in entries]
    found = [entry.user for entry in parse(["# x", "", *lines], Path("users")).values()]
    assert found == [User(*entry) for entry in entries]


@given(st.text(st.characters(exclude_characters="\n")))
def test_any_other_line_is_told_with_its_number_and_nothing_of_it(text: str) -> None:
    try:
        entries = parse([f"ada:user:{HASH}", text], Path("users"))
    except AccessError as error:
        message = str(error)
        assert message.startswith("users, line 2 ")
        assert "python -m kie_app users add NAME" in message
        assert "\n" not in message
        assert len(text.strip()) < 12 or text.strip() not in message
    else:
        assert len(entries) == 1
        assert not text.strip() or text.strip().startswith("#")


@pytest.mark.parametrize(
    "wrong",
    [
        HASH,
        f"ada:{HASH}",
        f"Ada:user:{HASH}",
        f"a b:user:{HASH}",
        f"ada@example.org:user:{HASH}",
        f".ada:user:{HASH}",
        f"local:user:{HASH}",
        f"{'a' * 33}:user:{HASH}",
        f"ada:root:{HASH}",
        f"ada:user:{HASH}:",
        "ada:user:",
        "ada:user:secret password",
        f"ada:user:{HASH.replace('argon2id', 'argon2i')}",
        f"bob:user:{HASH}",
    ],
)
def test_a_malformed_line_is_told_without_its_hash(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "users"
    path.write_text(f"bob:user:{HASH}\n# more\n{wrong}\n", "utf-8")
    with pytest.raises(AccessError, match=r"users, line 3 .*users add") as told:
        Users.read(path)
    assert "$" not in str(told.value)
    assert "secret" not in str(told.value)


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "users").write_bytes(b"# x\n\xff\n")
    with pytest.raises(AccessError, match=r"line 2 is not UTF-8"):
        Users.read(tmp_path / "users")
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(AccessError, match="ONEPASS_AUTH"):
            Users.read(path)


def test_a_right_password_names_its_user_and_a_wrong_one_nobody(file: Path) -> None:
    known = Users.read(file)
    assert known.verify("ada", PASSWORDS["ada"]) == User("ada", "admin")
    for name, password in (("ada", PASSWORDS["bob"]), ("eve", PASSWORDS["eve"]), ("", "")):
        assert known.verify(name, password) is None
    for password in ("x" * 2000, "\ud800", "\0", ""):
        assert known.verify("ada", password) is None


def test_an_unknown_name_costs_a_hash_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, looked = Users.read(file), []
    monkeypatch.setattr(passwords, "matches", lambda *both: bool(looked.append(both)))
    for name in ("ada", "eve"):
        assert known.verify(name, "some password") is None
    assert [password for _, password in looked] == ["some password"] * 2
    assert looked[0][0] != looked[1][0]


def test_a_change_of_the_file_counts_at_once(file: Path) -> None:
    known = Users.read(file)
    users.add(file, "eve", PASSWORDS["eve"], "admin")
    assert known.find("eve") == User("eve", "admin")
    mark = known.mark("eve")
    users.remove(file, "eve")
    assert known.find("eve") is None
    assert known.verify("eve", PASSWORDS["eve"]) is None
    assert known.mark("eve") == ""
    users.add(file, "eve", PASSWORDS["eve"])
    assert known.find("eve") == User("eve")
    assert known.mark("eve") not in {mark, ""}
    file.write_text("oops\n")
    with pytest.raises(AccessError):
        known.find("ada")
    file.unlink()
    with pytest.raises(AccessError):
        known.find("ada")


def test_written_files_are_their_owners_alone_and_keep_what_else_they_hold(file: Path) -> None:
    file.chmod(0o644)
    link = file.with_name("link")
    link.symlink_to(file)
    users.add(link, "eve", PASSWORDS["eve"])
    users.remove(file, "bob")
    assert file.stat().st_mode & 0o777 == 0o600
    assert link.is_symlink()
    assert file.read_text().startswith("# ours\n\nada:admin:")
    assert [user.name for user in Users.read(file).everybody()] == ["ada", "eve"]
    assert sorted(path.name for path in file.parent.iterdir()) == ["link", "users"]


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "users"
    users.add(file, "ada", PASSWORDS["ada"])
    assert file.stat().st_mode & 0o777 == 0o600
    assert PASSWORDS["ada"] not in file.read_text()
    users.remove(file, "ada")
    assert Users.read(file).everybody() == []


@pytest.mark.parametrize(
    ("name", "password", "part"),
    [
        ("Ada", "long enough here", "'Ada' cannot be a name"),
        ("a:b", "long enough here", "cannot be a name"),
        ("ada@example.org", "long enough here", "cannot be a name"),
        ("a" * 500, "long enough here", "cannot be a name"),
        ("local", "long enough here", "choose another"),
        ("ada", "long enough here", "already"),
        ("eve", "short", "has 5"),
        ("eve", "x" * 5000, "has 5000"),
    ],
)
def test_what_cannot_be_entered_is_told_and_changes_nothing(
    file: Path, name: str, password: str, part: str
) -> None:
    before = file.read_text()
    with pytest.raises(AccessError, match=part) as told:
        users.add(file, name, password)
    assert len(str(told.value)) < 250
    assert password not in str(told.value)
    assert file.read_text() == before


def test_removing_nobody_is_told(file: Path) -> None:
    with pytest.raises(AccessError, match="no user 'eve'"):
        users.remove(file, "eve")


def test_a_place_that_cannot_be_written_is_told(file: Path) -> None:
    with pytest.raises(AccessError, match="cannot be"):
        users.add(file / "users", "eve", PASSWORDS["eve"])


def test_equal_characters_are_equal_passwords(tmp_path: Path) -> None:
    users.add(tmp_path / "users", "ada", "caf\u00e9 au lait \uff11")
    assert Users.read(tmp_path / "users").verify("ada", "cafe\u0301 au lait 1") == User("ada")


def test_no_hash_is_shown_by_accident(file: Path) -> None:
    assert "argon2" not in repr(parse(file.read_text().split("\n"), file))
