"""What a user keeps, by HTTP to a running app: theirs alone, and told as it stands."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kie_app import export
from kie_app.library.queue import ORDERS, queue
from tests.access.people import App, person, running, with_users
from tests.ui.kept import Guess, keep
from tests.web.api.asking import ask, part, told
from tests.web.test_server import tiny

KEYS = "invoice no, date, total"
WRONG_SUM = (Guess("subtotal", "10.00", 0.9), Guess("tax", "1.00", 0.9), Guess("total", "75", 0.9))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada", "admin"), person("bob"))
    with running(tiny(folder, login=True), model=True) as app:
        yield app


def add(program: httpx2.Client, file: Path) -> dict[str, Any]:
    kept: dict[str, Any] = ask(program, "POST", "documents", files=part(file))
    return kept


def listed(program: httpx2.Client) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in ask(program, "GET", "documents")}


def test_a_document_is_kept_filled_and_deleted(app: App, ada: httpx2.Client, bill: Path) -> None:
    kept = add(ada, bill)
    assert (kept["file"], kept["fields"], kept["decoder"]) == (bill.name, [], None)
    assert (kept["verified"], kept["done"]) == (0, False)
    assert listed(ada)[kept["id"]] == kept
    assert ask(ada, "GET", f"documents/{kept['id']}") == kept

    asked = {"keys": KEYS, "decoder": "verified"}
    filled = ask(ada, "POST", f"documents/{kept['id']}/fill", json=asked)
    record = app.library.one("ada", kept["id"])
    assert (filled["schema"], filled["decoder"]) == ("keys", "verified")
    extraction = record.extraction()
    assert extraction is not None
    rows = json.loads(export.grid_to_json(export.long_grid([extraction])))
    for field, row, entry in zip(filled["fields"], rows, record.fields, strict=True):
        assert field["predicted"] == entry.value
        shared = field.keys() & row.keys()
        assert {"key", "value", "normalised", "confidence", "pages", "boxes"} <= shared
        assert {name: field[name] for name in shared} == {name: row[name] for name in shared}
        assert field["state"] == "predicted"
    assert listed(ada)[kept["id"]] == filled == ask(ada, "GET", f"documents/{kept['id']}")
    assert filled["document"] == record.document.digest

    assert ask(ada, "DELETE", f"documents/{kept['id']}") == kept["id"]
    assert kept["id"] not in listed(ada)
    status, why = told(ada, "POST", f"documents/{kept['id']}/fill", json={"keys": KEYS})
    assert (status, "There is no document" in why) == (404, True)


def test_a_file_that_is_kept_already_is_that_document(ada: httpx2.Client, bill: Path) -> None:
    assert add(ada, bill)["id"] == add(ada, bill)["id"]


def test_equal_files_sent_at_once_are_one_document_and_all_are_answered(
    ada: httpx2.Client, bill: Path
) -> None:
    before, calls = listed(ada), 4
    start = threading.Barrier(calls)

    def send(_: int) -> str:
        start.wait()
        return str(add(ada, bill)["id"])

    with ThreadPoolExecutor(calls) as threads:
        added = set(threads.map(send, range(calls)))
    assert len(added) == 1
    assert listed(ada).keys() - before.keys() == added


def test_nobody_reaches_a_document_of_another(
    ada: httpx2.Client, bob: httpx2.Client, bill: Path
) -> None:
    mine, theirs = add(ada, bill)["id"], add(bob, bill)["id"]
    assert mine in listed(ada).keys() - listed(bob).keys()
    assert theirs in listed(bob).keys() - listed(ada).keys()
    never = "0" * len(mine)
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("GET", "", {}),
        ("POST", "/fill", {"json": {"keys": KEYS}}),
        ("DELETE", "", {}),
    )
    for method, path, sent in calls:
        status, foreign = told(bob, method, f"documents/{mine}{path}", **sent)
        absent = told(bob, method, f"documents/{never}{path}", **sent)
        assert absent == (404, foreign.replace(mine, never))
        assert status == 404
    assert mine in listed(ada)


def test_saved_schemas_are_asked_by_name(ada: httpx2.Client, bill: Path) -> None:
    ask(ada, "PUT", "schemas/my garage", json={"keys": "plate, note"})
    path = f"documents/{add(ada, bill)['id']}/fill"
    filled = ask(ada, "POST", path, json={"schema": "my garage"})
    assert [field["key"] for field in filled["fields"]] == ["plate", "note"]
    status, why = told(ada, "POST", path, json={"schema": "copy"})
    assert (status, "no schema 'copy'" in why) == (422, True)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "why"),
    [
        ("POST", "x/fill", {"keys": 7}, 422, "keys is 7"),
        ("POST", "x/fill", {}, 422, "none came"),
        ("POST", "x/fill", {"keys": "a", "schema": "receipt"}, 422, "both came"),
        ("POST", "x/fill", {"keys": "a", "decoder": "none"}, 422, "no decoder 'none'"),
        ("POST", "x%00/fill", {"keys": "a"}, 404, "There is no document"),
        ("DELETE", "x" * 999, None, 404, f"There is no document '{'x' * 40}':"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    bob: httpx2.Client, method: str, path: str, sent: Any, status: int, why: str
) -> None:
    code, line = told(bob, method, f"documents/{path}", json=sent)
    assert code == status
    assert why in line


def test_what_cannot_be_read_is_not_kept(bob: httpx2.Client, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no document")
    before = listed(bob)
    status, why = told(bob, "POST", "documents", files=part(path))
    assert (status, "only JPEG" in why) == (422, True)
    assert listed(bob) == before


def test_text_that_cannot_be_sent_is_told_all_the_same(app: App, ada: httpx2.Client) -> None:
    keep(app.store, "ada", name="half \ud800.jpg")
    assert "half ?.jpg" in {one["file"] for one in listed(ada).values()}


def test_the_queue_is_that_of_the_page_in_every_order(app: App, ada: httpx2.Client) -> None:
    receipt = keep(app.store, "ada")
    keep(app.store, "ada", WRONG_SUM)
    done = keep(app.store, "ada", (Guess("total", "75.75", 0.1),))
    said = {"key": "total", "state": "confirmed", "value": "75.75", "token": "t"}
    ask(ada, "POST", f"documents/{done}/corrections", json=said)
    records = app.library.all("ada")
    for order in ORDERS:
        found = [one["id"] for one in ask(ada, "GET", "review", params={"order": order})]
        assert found == [one.document.id for one in queue(records, order)]
        assert done not in found
    assert receipt in {one["id"] for one in ask(ada, "GET", "review")}
    failed = ask(ada, "GET", "review", params={"order": "failed rule"})
    assert failed
    assert all(one["broken"] for one in failed)
    status, why = told(ada, "GET", "review", params={"order": "oldest"})
    assert status == 422
    assert all(name in why for name in ("'oldest'", *ORDERS))


def test_a_store_that_cannot_be_used_is_not_the_callers_fault(app: App, ada: httpx2.Client) -> None:
    document = keep(app.store, "ada")
    [path] = (app.engine.settings.data_dir / "files").rglob(
        app.library.one("ada", document).document.digest
    )
    path.unlink()
    status, why = told(ada, "POST", f"documents/{document}/fill", json={"keys": "total"})
    assert (status, "is missing from" in why) == (503, True)
