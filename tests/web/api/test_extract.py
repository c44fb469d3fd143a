"""A document in, its fields out, by HTTP to a running app on a tiny model, behind its login."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kie_app import export
from kie_app.decoding import DECODERS
from kie_app.schemas.kinds import schema_of
from kie_app.types import Key, Schema
from kie_app.web.calls import WORKERS
from tests.access.people import App, person, running, with_users
from tests.web.api.asking import ask, left, part, told
from tests.web.test_server import tiny

KEYS = "invoice no, date, total"
PLATES = Schema("garage", (Key("plate", "of the car", "id"), Key("total", kind="amount")))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """ada is an admin, bob a user; ada keeps keys under a name."""
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada", "admin"), person("bob"))
    with running(tiny(folder, login=True, max_file_mb=1), model=True) as app:
        app.library.schemas.save("ada", PLATES)
        yield app


def extract(program: httpx2.Client, file: Path, **form: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(program, "POST", "extract", files=part(file), data=form)
    return found


def fields(app: App, file: Path, schema: Schema, decoder: str) -> list[dict[str, Any]]:
    """What the API should say of the fields, by the engine and the export themselves."""
    document = app.engine.read(file.read_bytes(), "bill.pdf")
    grid = export.long_grid([app.engine.extract(document, schema, decoder)])
    shared = {"file", "document", "decoder", "model"}
    rows = json.loads(export.grid_to_json(grid))
    return [{name: cell for name, cell in row.items() if name not in shared} for row in rows]


@pytest.mark.parametrize("decoder", ["mask_parallel", "autoregressive"])
def test_extract_answers_as_the_export_does(
    app: App, bob: httpx2.Client, bill: Path, decoder: str
) -> None:
    found = extract(bob, bill, keys=KEYS, decoder=decoder)
    schema = schema_of("keys", KEYS.split(", "))
    assert found["fields"] == fields(app, bill, schema, decoder)
    assert [one["key"] for one in found["fields"]] == KEYS.split(", ")
    assert {"value", "normalised", "confidence", "pages", "boxes"} <= found["fields"][0].keys()
    assert (found["file"], found["decoder"]) == (bill.name, decoder)
    assert found["seconds"].keys() == {"ocr", "prefill", "decode"}
    assert left(app) == []


def test_schemas_are_asked_by_their_owners_alone(
    app: App, ada: httpx2.Client, bob: httpx2.Client, bill: Path
) -> None:
    found = extract(ada, bill, schema="garage")
    assert found["schema"] == "garage"
    assert found["fields"] == fields(app, bill, PLATES, "mask_parallel")
    status, line = told(bob, "POST", "extract", files=part(bill), data={"schema": "garage"})
    assert (status, line.partition(":")[0]) == (422, "There is no schema 'garage'")


def test_a_file_is_called_as_who_asks_calls_it(
    ada: httpx2.Client, bob: httpx2.Client, bill: Path
) -> None:
    for program, name in ((ada, "by ada.pdf"), (bob, "by bob.pdf")):
        files = {"file": (name, bill.read_bytes())}
        assert ask(program, "POST", "extract", files=files, data={"keys": "a"})["file"] == name


def test_decoders_are_listed(bob: httpx2.Client) -> None:
    found = ask(bob, "GET", "decoders")
    assert [one["name"] for one in found] == list(DECODERS)
    assert all(one["idea"] for one in found)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({}, "none came"),
        ({"keys": "a", "schema": "receipt"}, "both came"),
        ({"keys": "a, a"}, "given twice"),
        ({"schema": "none of that name"}, "use one of"),
        ({"keys": "a", "decoder": "nonsense"}, "'nonsense'"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line(
    bob: httpx2.Client, bill: Path, form: dict[str, str], why: str
) -> None:
    status, line = told(bob, "POST", "extract", files=part(bill), data=form)
    assert status == 422
    assert why in line


def test_a_call_without_a_file_says_so(bob: httpx2.Client) -> None:
    assert told(bob, "POST", "extract", data={"keys": "a"}) == (422, "file is missing: give it.")


def test_a_file_that_is_no_document_is_told(bob: httpx2.Client, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no document")
    status, line = told(bob, "POST", "extract", files=part(path), data={"keys": "total"})
    assert status == 422
    assert "notes.txt" in line
    assert "only JPEG" in line


@pytest.mark.parametrize("path", ["extract", "documents"])
def test_a_file_over_the_limit_is_refused(bob: httpx2.Client, path: str) -> None:
    files = {"file": ("a.pdf", bytes(1_000_001))}
    status, line = told(bob, "POST", path, files=files, data={"keys": "total"})
    assert (status, "1 MB" in line) == (413, True)


def test_calls_at_once_on_one_file_are_all_answered(bob: httpx2.Client, bill: Path) -> None:
    decoders = ("mask_parallel", "hyper_parallel", "verified")

    def call(decoder: str) -> str:
        return str(extract(bob, bill, keys="total", decoder=decoder)["decoder"])

    with ThreadPoolExecutor(len(decoders)) as threads:
        assert tuple(threads.map(call, decoders)) == decoders


def test_what_reads_or_asks_waits_for_its_turn_and_everything_else_does_not(
    app: App, bob: httpx2.Client, bill: Path
) -> None:
    """Also when more calls wait than the server has threads for what is quick."""
    kept = ask(bob, "POST", "documents", files=part(bill))["id"]
    unseen = {"file": ("b.pdf", bill.read_bytes() + b"\n")}

    def call(number: int) -> Any:
        calls: tuple[Callable[[], Any], ...] = (
            lambda: extract(bob, bill, keys="total"),
            lambda: ask(bob, "POST", "documents", files=unseen),
            lambda: ask(bob, "POST", f"documents/{kept}/fill", json={"keys": f"key {number}"}),
        )
        return calls[number % 3]()

    with ThreadPoolExecutor(60) as threads:
        with app.engine._turn:
            calls = [threads.submit(call, number) for number in range(60)]
            end = time.monotonic() + 60
            while len(app.engine._turn._waiting) < WORKERS.total_tokens:
                assert time.monotonic() < end
                time.sleep(0.01)
            time.sleep(0.5)  # for those that wait without a thread
            with app.browser() as probe:
                assert probe.get("/healthz").status_code == 200
            assert len(ask(bob, "GET", "documents")) == 1
            assert not any(one.done() for one in calls)
        assert all(one.result(120) for one in calls)


def test_strangers_get_nothing(app: App) -> None:
    with app.browser() as stranger:
        for method, path in (("POST", "extract"), ("GET", "schemas"), ("GET", "documents")):
            answer = stranger.request(method, f"/api/{path}")
            assert (answer.status_code, answer.json()) == (401, {"detail": "Not logged in."})
