"""A review by HTTP: what is said stands once, with its place, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from kie_app.config import Settings
from kie_app.web.api.corrections import LONGEST
from tests.access.people import App, person, running, with_users
from tests.ui.kept import keep
from tests.web.api.asking import ask, told


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Without a model: what it said is kept already."""
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada"), person("bob"))
    with running(Settings(login=True, data_dir=folder / "data")) as app:
        yield app


@pytest.fixture
def receipt(app: App) -> str:
    return keep(app.store, "ada")


def say(program: httpx2.Client, document: str, key: str, state: str, **more: Any) -> dict[str, Any]:
    said = {"key": key, "state": state, "token": "t", **more}
    found: dict[str, Any] = ask(program, "POST", f"documents/{document}/corrections", json=said)
    return found


def undo(program: httpx2.Client, document: str, token: str, **more: Any) -> dict[str, Any]:
    undone = {"key": "total", "token": token, **more}
    found: dict[str, Any] = ask(program, "POST", f"documents/{document}/undo", json=undone)
    return found


def field(document: dict[str, Any], key: str = "total") -> dict[str, Any]:
    [found] = [one for one in document["fields"] if one["key"] == key]
    return found


def corrections(app: App, document: str) -> list[tuple[str, str | None]]:
    said = app.store.answers.corrections_of("ada", document)
    return [(one.state, one.value) for one in said]


@pytest.mark.parametrize(
    ("key", "state", "value"),
    [
        ("total", "confirmed", " 75.75 "),
        ("tip", "confirmed", None),
        ("total", "corrected", "80.00"),
        ("tip", "corrected", "1.00"),
        ("total", "absent", None),
        ("total", "illegible", ""),
    ],
)
def test_what_is_said_stands(
    app: App, ada: httpx2.Client, receipt: str, key: str, state: str, value: str | None
) -> None:
    stands = say(ada, receipt, key, state, value=value)
    assert (stands["id"], stands["verified"], stands["done"]) == (receipt, 1, False)
    said = field(stands, key)
    held = (value or "").strip() or None
    assert (said["state"], said["value"], said["origin"]) == (state, held, "person")
    assert corrections(app, receipt) == [(state, held)]
    assert ask(ada, "GET", f"documents/{receipt}") == stands


def test_a_value_stands_where_the_model_saw_it_or_the_page_has_it(
    ada: httpx2.Client, receipt: str
) -> None:
    company = field(ask(ada, "GET", f"documents/{receipt}"), "company")
    _, reading = company["readings"]
    stands = say(ada, receipt, "company", "corrected", token="a", value=reading)
    assert field(stands, "company")["boxes"] != company["boxes"]
    stands = say(ada, receipt, "company", "confirmed", token="b", value=company["predicted"])
    assert field(stands, "company")["boxes"] == company["boxes"]
    printed = "43000 KAJANG, SELANGOR."
    stands = say(ada, receipt, "address", "corrected", token="c", value=printed)
    assert len(field(stands, "address")["boxes"]) == 1
    nowhere = "nothing like it anywhere"
    stands = say(ada, receipt, "address", "corrected", token="d", value=nowhere)
    assert field(stands, "address")["boxes"] == []


def test_a_call_that_is_sent_again_says_nothing_new(
    app: App, ada: httpx2.Client, receipt: str
) -> None:
    for _ in range(2):
        say(ada, receipt, "total", "corrected", token="first", value="80.00")
    for _ in range(2):
        stands = undo(ada, receipt, "second")
    assert field(stands)["state"] == "predicted"
    stands = say(ada, receipt, "total", "corrected", token="first", value="80.00")
    assert (field(stands)["state"], stands["verified"]) == ("predicted", 0)
    assert corrections(app, receipt) == [("corrected", "80.00"), ("predicted", "75.75")]


def test_nothing_is_overwritten_that_the_caller_did_not_see(
    app: App, ada: httpx2.Client, receipt: str
) -> None:
    first = field(say(ada, receipt, "total", "absent", token="1", after=0))
    assert first["correction"] > 0
    for path, sent in (
        ("corrections", {"key": "total", "state": "illegible", "token": "2", "after": 0}),
        ("undo", {"key": "total", "token": "3", "after": 0}),
    ):
        status, why = told(ada, "POST", f"documents/{receipt}/{path}", json=sent)
        assert (status, "meanwhile" in why) == (409, True)
    assert corrections(app, receipt) == [("absent", None)]
    undo(ada, receipt, "4", after=first["correction"])
    assert corrections(app, receipt) == [("absent", None), ("predicted", "75.75")]


def test_undo_brings_back_what_was_said_before(ada: httpx2.Client, receipt: str) -> None:
    say(ada, receipt, "total", "confirmed", token="1", value="75.75")
    say(ada, receipt, "total", "absent", token="2")
    assert field(undo(ada, receipt, "3"))["state"] == "confirmed"
    for token in ("4", "5"):
        stands = field(undo(ada, receipt, token))
        assert (stands["state"], stands["value"]) == ("predicted", "75.75")


@pytest.mark.parametrize(
    ("given", "status", "why"),
    [
        ({"key": "tax"}, 422, "no field 'tax'"),
        ({"key": 7}, 422, "key is 7"),
        ({"state": "predicted"}, 422, "state is 'predicted': Input should be 'confirmed', "),
        ({"state": ["absent"]}, 422, "state is ['absent']"),
        ({"token": ""}, 422, "token is ''"),
        ({"token": "t" * 101}, 422, "at most 100 characters"),
        ({"token": 7}, 422, "token is 7"),
        ({"value": "80.00"}, 422, "'80.00' does not go with confirmed"),
        ({"value": None}, 422, "confirmed takes the predicted one, '75.75'"),
        ({"state": "corrected", "value": " "}, 422, "'' does not go with corrected"),
        ({"state": "corrected", "value": "75.75"}, 422, "does not go with corrected"),
        ({"state": "corrected", "value": 7}, 422, "value is 7"),
        ({"state": "corrected", "value": "x" * (LONGEST + 1)}, 422, f"at most {LONGEST} char"),
        ({"state": "absent", "value": "75.75"}, 422, "absent and illegible none"),
        ({"after": 1}, 409, "meanwhile"),
        ({"after": -1}, 422, "after is -1"),
        ({"after": "0"}, 422, "after is '0'"),
        ({"after": True}, 422, "after is True"),
        ({"before": 1}, 422, "before is 1"),
    ],
)
def test_what_cannot_be_said_is_told_in_a_line_and_not_saved(
    app: App, ada: httpx2.Client, receipt: str, given: dict[str, Any], status: int, why: str
) -> None:
    usual = {"key": "total", "state": "confirmed", "token": "t", "value": "75.75"}
    path = f"documents/{receipt}/corrections"
    code, line = told(ada, "POST", path, json=usual | given)
    assert code == status
    assert why in line
    assert len(line) < 500
    assert corrections(app, receipt) == []


def test_nobody_says_anything_of_a_document_of_another(
    app: App, bob: httpx2.Client, receipt: str
) -> None:
    never = "0" * len(receipt)
    said = {"key": "total", "token": "t"}
    for path, sent in (("corrections", {**said, "state": "absent"}), ("undo", said)):
        status, foreign = told(bob, "POST", f"documents/{receipt}/{path}", json=sent)
        absent = told(bob, "POST", f"documents/{never}/{path}", json=sent)
        assert (status, absent) == (404, (404, foreign.replace(receipt, never)))
    assert corrections(app, receipt) == []
    assert ask(bob, "GET", "review") == ask(bob, "GET", "documents") == []
