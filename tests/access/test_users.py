"""Names, and users files: what is well formed is read, what is broken is told without a hash."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.access import users
from kie_app.access.users import check_name, parse, read
from kie_app.errors import AccessError
from kie_app.store import NewUser
from tests.access.people import CHEAP

HASH = CHEAP.hash("correct horse battery", salt=bytes(16))  # the same in every process
NAMES = st.from_regex(users.NAME, fullmatch=True).filter(lambda name: name != "local")


@given(st.lists(st.tuples(NAMES, st.sampled_from(["user", "admin"])), unique_by=lambda one: one[0]))
def test_every_well_formed_line_is_a_user(entries: list[tuple[str, users.Role]]) -> None:
    lines = [f" {name}:{role}:{HASH}\r" for name, role in entries]
    found = parse(["# x", "", *lines], Path("users"))
    assert found == [NewUser(*entry, HASH) for entry in entries]


@given(st.text(st.characters(exclude_characters="\n")))
def test_any_other_line_is_told_with_its_number_and_nothing_of_it(text: str) -> None:
    try:
        found = parse([f"ada:user:{HASH}", text], Path("users"))
    except AccessError as error:
        message = str(error)
        assert message.startswith("users, line 2 ")
        assert "python -m kie_app users add NAME" in message
        assert "\n" not in message
        assert len(text.strip()) < 12 or text.strip() not in message
    else:
        assert len(found) == 1
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
        read(path)
    assert "$" not in str(told.value)
    assert "secret" not in str(told.value)


def test_a_file_is_read_with_its_comments_and_marks(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(f"# ours\r\n\r\nada:admin:{HASH}\r\nbob:user:{HASH}", "utf-8-sig")
    assert read(path) == [NewUser("ada", "admin", HASH), NewUser("bob", "user", HASH)]
    path.write_text("")
    assert read(path) == []


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "users").write_bytes(b"# x\n\xff\n")
    with pytest.raises(AccessError, match=r"line 2 is not UTF-8"):
        read(tmp_path / "users")
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(AccessError, match=r"cannot be read .*name:role:hash"):
            read(path)


@given(NAMES)
def test_what_matches_may_be_a_name(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Ada", "'Ada' cannot be a name"),
        ("a:b", "cannot be a name"),
        ("a/b", "cannot be a name"),
        ("ada@example.org", "cannot be a name"),
        ("a" * 500, "cannot be a name"),
        ("", "cannot be a name"),
        ("ada\n", "cannot be a name"),
        ("local", "choose another"),
    ],
)
def test_what_cannot_be_a_name_is_told(name: str, part: str) -> None:
    with pytest.raises(AccessError, match=part) as told:
        check_name(name)
    assert len(str(told.value)) < 250
    assert "\n" not in str(told.value)
