"""What a user keeps, by `gradio_client` to a running app: theirs alone, and told as it stands."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from kie_app.export import export
from kie_app.race import card as race_card
from kie_app.schemas.kinds import schema_of
from tests.access.people import App, line, running, users_file
from tests.documents.pdfs import PdfPage, pdf
from tests.ui import recorded
from tests.ui.kept import keep
from tests.web.test_extract_api import left
from tests.web.test_server import tiny

KEYS = "invoice no, date, total"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    settings = tiny(folder, auth=str(users_file(folder, line("ada"), line("bob"))))
    with running(settings, model=True) as app:
        yield app


@pytest.fixture
def bill(tmp_path: Path) -> str:
    """A document that nothing else is like, by name or content."""
    path = tmp_path / f"{tmp_path.name}.pdf"
    path.write_bytes(pdf([PdfPage([(50.0, 500.0, "INVOICE NO 17"), (50.0, 480.0, path.name)])]))
    return str(path)


def call(client: Client, endpoint: str, *given: Any, **named: Any) -> Any:
    return client.predict(*given, **named, api_name=f"/{endpoint}")


def told(client: Client, endpoint: str, *given: Any, **named: Any) -> str:
    """The one line that a call is answered with which fails."""
    with pytest.raises(AppError) as raised:
        call(client, endpoint, *given, **named)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def listed(client: Client) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in call(client, "list_documents")}


def own(client: Client) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in call(client, "list_schemas") if one["own"]}


def test_a_document_is_kept_filled_and_deleted(app: App, ada: Client, bill: str) -> None:
    kept = call(ada, "add_document", handle_file(bill))
    assert left(bill) == []
    assert (kept["file"], kept["fields"], kept["decoder"]) == (Path(bill).name, [], None)
    assert (kept["verified"], kept["done"]) == (0, False)
    assert listed(ada)[kept["id"]] == kept

    filled = call(ada, "fill_document", kept["id"], keys=KEYS, decoder="verified")
    record = app.library.one("ada", kept["id"])
    assert (filled["schema"], filled["decoder"]) == ("keys", "verified")
    extraction = record.extraction()
    assert extraction is not None
    rows = json.loads(export.grid_to_json(export.long_grid([extraction])))
    for field, row, stands in zip(filled["fields"], rows, record.fields, strict=True):
        assert field["predicted"] == stands.value
        shared = field.keys() & row.keys()
        assert {"key", "value", "normalised", "confidence", "pages", "boxes"} <= shared
        assert {name: field[name] for name in shared} == {name: row[name] for name in shared}
        assert field["state"] == "predicted"
    assert listed(ada)[kept["id"]] == filled
    assert filled["document"] == record.document.digest

    assert call(ada, "delete_document", kept["id"]) == kept["id"]
    assert kept["id"] not in listed(ada)
    assert "There is no document" in told(ada, "fill_document", kept["id"], keys=KEYS)


def test_a_file_that_is_kept_already_is_that_document(ada: Client, bill: str) -> None:
    first, second = (call(ada, "add_document", handle_file(bill))["id"] for _ in range(2))
    assert first == second


def test_equal_files_sent_at_once_are_one_document_and_all_are_answered(
    ada: Client, bill: str
) -> None:
    before, calls = listed(ada), 4
    start = threading.Barrier(calls)

    def add(_: int) -> str:
        start.wait()
        return str(call(ada, "add_document", handle_file(bill))["id"])

    with ThreadPoolExecutor(calls) as threads:
        added = set(threads.map(add, range(calls)))
    assert len(added) == 1
    assert listed(ada).keys() - before.keys() == added
    assert left(bill) == []


def test_nobody_reaches_a_document_of_another(ada: Client, bob: Client, bill: str) -> None:
    mine = call(ada, "add_document", handle_file(bill))["id"]
    theirs = call(bob, "add_document", handle_file(bill))["id"]
    assert mine in listed(ada).keys() - listed(bob).keys()
    assert theirs in listed(bob).keys() - listed(ada).keys()
    never = "0" * len(mine)
    for endpoint, more in (("fill_document", {"keys": KEYS}), ("delete_document", {})):
        foreign = told(bob, endpoint, mine, **more)
        assert foreign == told(bob, endpoint, never, **more).replace(never, mine)
    assert mine in listed(ada)


def test_saved_schemas_are_asked_by_name_and_their_owners_alone(
    ada: Client, bob: Client, bill: str
) -> None:
    details = [{"name": "plate", "description": "of the car", "kind": "id"}, {"name": "note"}]
    saved = call(ada, "save_schema", " my \n garage ", details)
    assert saved["name"] == "my garage"
    assert saved["keys"] == [details[0], {"name": "note", "description": "", "kind": "text"}]
    assert own(ada)["my garage"] == saved

    copied = call(ada, "save_schema", "copy", saved["keys"])
    assert copied["keys"] == saved["keys"]
    call(ada, "save_schema", "copy", "date, total")
    assert [key["kind"] for key in own(ada)["copy"]["keys"]] == ["date", "amount"]

    kept = call(ada, "add_document", handle_file(bill))["id"]
    filled = call(ada, "fill_document", kept, schema="my garage")
    assert [field["key"] for field in filled["fields"]] == ["plate", "note"]

    assert own(bob) == {}
    assert "You saved no keys" in told(bob, "delete_schema", "my garage")
    assert call(ada, "delete_schema", "copy") == "copy"
    assert own(ada).keys() == {"my garage"}
    assert "no schema 'copy'" in told(ada, "fill_document", kept, schema="copy")


@pytest.mark.parametrize(
    ("endpoint", "given", "part"),
    [
        ("fill_document", {"document": 7, "keys": KEYS}, "document is '7': give it as text"),
        ("fill_document", {"document": "x"}, "none came"),
        ("fill_document", {"document": "x", "keys": "a", "schema": "receipt"}, "both came"),
        ("fill_document", {"document": "x", "keys": "a", "decoder": "none"}, "no decoder 'none'"),
        ("fill_document", {"document": "x\0", "keys": "a"}, "There is no document"),
        ("delete_document", {"document": ["x"]}, "give it as text"),
        ("delete_document", {"document": "x" * 999}, f"There is no document '{'x' * 40}':"),
        ("save_schema", {"name": " ", "keys": "a"}, "type one"),
        ("save_schema", {"name": None, "keys": "a"}, "name is 'None'"),
        ("save_schema", {"name": "receipt", "keys": "a"}, "is a template of the app"),
        ("save_schema", {"name": "x", "keys": " , "}, "No keys are given"),
        ("save_schema", {"name": "x", "keys": "a, A"}, "given twice"),
        ("save_schema", {"name": "x", "keys": 7}, "keys is 7; list at least one"),
        ("save_schema", {"name": "x", "keys": ["a"]}, "key 1 is 'a'; write it as a mapping"),
        ("save_schema", {"name": "x", "keys": [{"name": "a", "kind": "b"}]}, "the kind 'b'"),
        ("save_schema", {"name": "x", "keys": [{"name": "a", "slot": 1}]}, "the field 'slot'"),
        ("delete_schema", {"name": "receipt"}, "You saved no keys under 'receipt'"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    bob: Client, endpoint: str, given: dict[str, Any], part: str
) -> None:
    assert part in told(bob, endpoint, **given)


def test_what_cannot_be_read_is_not_kept(bob: Client, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no document")
    before = listed(bob)
    assert "only JPEG" in told(bob, "add_document", handle_file(str(path)))
    assert "no upload to this app" in told(bob, "add_document", {"path": "/etc/passwd"})
    assert listed(bob) == before
    assert left(str(path)) == []


def test_text_that_cannot_be_sent_is_told_all_the_same(app: App, ada: Client) -> None:
    keep(app.store, "ada", name="half \ud800.jpg")
    assert "half ?.jpg" in {one["file"] for one in listed(ada).values()}


def test_races_are_listed_as_their_cards_to_their_owner(app: App, ada: Client, bob: Client) -> None:
    kept = keep(app.store, "ada", sample="cafe_receipt")
    store, result = app.store, recorded.extractions()
    race = store.races.save("ada", kept, schema_of("r", ["total"]), result, {"machine": "mine"})
    read = store.documents.content("ada", kept)
    assert read is not None
    [found] = call(ada, "list_races")
    assert found["document"].pop("id") == kept
    assert found == json.loads(json.dumps(race_card.card(race, read, values=True)))
    assert call(bob, "list_races") == []
