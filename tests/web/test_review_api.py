"""A review by `gradio_client`: what is said stands once, with its place, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client

from kie_app.config import Settings
from kie_app.library.corrections import LONGEST
from kie_app.library.queue import ORDERS, queue
from tests.access.people import App, line, running, users_file
from tests.ui.kept import Guess, keep
from tests.web.test_library_api import call, told

WRONG_SUM = (Guess("subtotal", "10.00", 0.9), Guess("tax", "1.00", 0.9), Guess("total", "75", 0.9))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Without a model: what it said is kept already."""
    folder = tmp_path_factory.mktemp("app")
    auth = str(users_file(folder, line("ada"), line("bob")))
    with running(Settings(auth=auth, data_dir=folder / "data")) as app:
        yield app


@pytest.fixture
def receipt(app: App) -> str:
    return keep(app.store, "ada")


def field(document: dict[str, Any], key: str) -> dict[str, Any]:
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
    app: App, ada: Client, receipt: str, key: str, state: str, value: str | None
) -> None:
    stands = call(ada, "say", receipt, key, state, "t", value)
    assert (stands["id"], stands["verified"], stands["done"]) == (receipt, 1, False)
    said = field(stands, key)
    held = (value or "").strip() or None
    assert (said["state"], said["value"], said["origin"]) == (state, held, "person")
    assert corrections(app, receipt) == [(state, held)]
    [kept] = [one for one in call(ada, "list_documents") if one["id"] == receipt]
    assert kept == stands


def test_a_value_stands_where_the_model_saw_it_or_the_page_has_it(
    ada: Client, receipt: str
) -> None:
    [before] = [one for one in call(ada, "list_documents") if one["id"] == receipt]
    company = field(before, "company")
    _, reading = company["readings"]
    stands = call(ada, "say", receipt, "company", "corrected", "a", reading)
    assert field(stands, "company")["boxes"] != company["boxes"]
    stands = call(ada, "say", receipt, "company", "confirmed", "b", company["predicted"])
    assert field(stands, "company")["boxes"] == company["boxes"]
    stands = call(ada, "say", receipt, "address", "corrected", "c", "43000 KAJANG, SELANGOR.")
    assert len(field(stands, "address")["boxes"]) == 1
    stands = call(ada, "say", receipt, "address", "corrected", "d", "nothing like it anywhere")
    assert field(stands, "address")["boxes"] == []


def test_a_call_that_is_sent_again_says_nothing_new(app: App, ada: Client, receipt: str) -> None:
    for _ in range(2):
        call(ada, "say", receipt, "total", "corrected", "first", "80.00")
    for _ in range(2):
        stands = call(ada, "undo", receipt, "total", "second")
    assert field(stands, "total")["state"] == "predicted"
    stands = call(ada, "say", receipt, "total", "corrected", "first", "80.00")
    assert (field(stands, "total")["state"], stands["verified"]) == ("predicted", 0)
    assert corrections(app, receipt) == [("corrected", "80.00"), ("predicted", "75.75")]


def test_nothing_is_overwritten_that_the_caller_did_not_see(
    app: App, ada: Client, receipt: str
) -> None:
    first = field(call(ada, "say", receipt, "total", "absent", "1", None, 0), "total")
    assert first["correction"] > 0
    for endpoint, given in (("say", ("total", "illegible", "2", None)), ("undo", ("total", "3"))):
        assert "meanwhile" in told(ada, endpoint, receipt, *given, 0)
    assert corrections(app, receipt) == [("absent", None)]
    call(ada, "undo", receipt, "total", "4", first["correction"])
    assert corrections(app, receipt) == [("absent", None), ("predicted", "75.75")]


def test_undo_brings_back_what_was_said_before(ada: Client, receipt: str) -> None:
    call(ada, "say", receipt, "total", "confirmed", "1", "75.75")
    call(ada, "say", receipt, "total", "absent", "2")
    assert field(call(ada, "undo", receipt, "total", "3"), "total")["state"] == "confirmed"
    for token in ("4", "5"):
        stands = field(call(ada, "undo", receipt, "total", token), "total")
        assert (stands["state"], stands["value"]) == ("predicted", "75.75")


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"key": "tax"}, "no field 'tax'"),
        ({"key": 7}, "key is '7'"),
        ({"state": "predicted"}, "no state 'predicted' to say: use one of confirmed"),
        ({"state": ["absent"]}, "There is no state"),
        ({"token": ""}, "The token has 0 characters"),
        ({"token": "t" * 101}, "The token has 101 characters"),
        ({"token": 7}, "token is '7'"),
        ({"value": "80.00"}, "'80.00' does not go with confirmed"),
        ({"value": None}, "confirmed takes the predicted one, '75.75'"),
        ({"state": "corrected", "value": " "}, "'' does not go with corrected"),
        ({"state": "corrected", "value": "75.75"}, "does not go with corrected"),
        ({"state": "corrected", "value": 7}, "value is '7'"),
        ({"state": "corrected", "value": "x" * (LONGEST + 1)}, f"the limit is {LONGEST}"),
        ({"state": "absent", "value": "75.75"}, "absent and illegible none"),
        ({"after": 1}, "meanwhile"),
        ({"after": "0"}, "after is '0'"),
        ({"after": True}, "after is 'True'"),
    ],
)
def test_what_cannot_be_said_is_told_in_a_line_and_not_saved(
    app: App, ada: Client, receipt: str, given: dict[str, Any], part: str
) -> None:
    usual = {"key": "total", "state": "confirmed", "token": "t", "value": "75.75"}
    assert part in told(ada, "say", document=receipt, **(usual | given))
    assert corrections(app, receipt) == []


def test_nobody_says_anything_of_a_document_of_another(
    app: App, clients: dict[str, Client], receipt: str
) -> None:
    bob, never = clients["bob"], "0" * len(receipt)
    for endpoint, given in (("say", ("total", "absent", "t")), ("undo", ("total", "t"))):
        foreign = told(bob, endpoint, receipt, *given)
        assert foreign == told(bob, endpoint, never, *given).replace(never, receipt)
    assert corrections(app, receipt) == []
    assert call(bob, "review_queue") == call(bob, "list_documents") == []


def test_the_queue_is_that_of_the_page_in_every_order(app: App, ada: Client, receipt: str) -> None:
    keep(app.store, "ada", WRONG_SUM)
    done = keep(app.store, "ada", (Guess("total", "75.75", 0.1),))
    call(ada, "say", done, "total", "confirmed", "t", "75.75")
    records = app.library.all("ada")
    for order in ORDERS:
        found = [one["id"] for one in call(ada, "review_queue", order)]
        assert found == [one.document.id for one in queue(records, order)]
        assert done not in found
    assert receipt in {one["id"] for one in call(ada, "review_queue")}
    broken = [one["broken"] for one in call(ada, "review_queue", "failed rule")]
    assert broken
    assert all(broken)
    assert "There is no order 'oldest'" in told(ada, "review_queue", "oldest")
