"""The named endpoints and the MCP tools of a running app, on a tiny model, behind its login."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from gradio.utils import get_upload_folder
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from kie_app.web.extract_api import whole
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import CallToolResult, TextContent

from kie_app.config import ROOT, Settings
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.export import export
from kie_app.schemas.kinds import schema_of
from kie_app.types import Key, Schema
from kie_app.ui.page import build_ui
from kie_app.ui.race.tab import MODEL
from tests.access.people import App, basic, line, running, users_file
from tests.conftest import make_backbone
from tests.documents.pdfs import PdfPage, pdf

ENDPOINTS = {
    *("extract", "list_schemas", "list_decoders"),
    *("add_document", "list_documents", "fill_document", "delete_document"),
    *("save_schema", "delete_schema", "list_races"),
    *("review_queue", "say", "undo"),
}
TEXTS = [(50.0, 500.0, "INVOICE NO 17"), (50.0, 480.0, "DATE 03/04/2018"), (50.0, 460.0, "TAX")]
PDF = pdf([PdfPage(TEXTS)])
KEYS = "invoice no, date, total"
PLATES = Schema("garage", (Key("plate", "of the car", "id"), Key("total", kind="amount")))

Story = Callable[[ClientSession], Awaitable[Any]]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """ada is an admin, bob a user; ada keeps keys under a name."""
    folder = tmp_path_factory.mktemp("app")
    backbone = make_backbone()
    backbone.model.save_pretrained(folder)
    backbone.text.tokenizer.save_pretrained(folder)
    settings = Settings(
        auth=str(users_file(folder, line("ada", "admin"), line("bob"))),
        data_dir=folder / "data",
        backbone=str(folder),
        models_dir=folder,
        dtype="float32",
        max_file_mb=1,
    )
    with running(settings, model=True) as app:
        app.engine.save_schema("ada", PLATES)
        yield app


@pytest.fixture
def bill(tmp_path: Path) -> str:
    """A document whose name nothing else has."""
    path = tmp_path / f"{tmp_path.name}.pdf"
    path.write_bytes(PDF)
    return str(path)


def left(name: str) -> list[Path]:
    """What Gradio's cache keeps of an upload of this name."""
    return list(Path(get_upload_folder()).rglob(Path(name).name))


def ask(client: Client, file: Any, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.predict(file=file, **options, api_name="/extract")
    return found


def fields(app: App, schema: Schema, decoder: str) -> list[dict[str, Any]]:
    """What the endpoint should say of the fields, by the engine and the export themselves."""
    document = app.engine.read(PDF, "bill.pdf")
    grid = export.long_grid([app.engine.extract(document, schema, decoder)])
    shared = {"file", "document", "decoder", "model"}
    rows = json.loads(export.grid_to_json(grid))
    return [{name: cell for name, cell in row.items() if name not in shared} for row in rows]


def talk(app: App, story: Story, headers: dict[str, str] | None) -> Any:
    """A story told with a connected MCP client."""

    async def connected() -> Any:
        async with (
            create_mcp_http_client(headers=headers) as http,
            streamable_http_client(f"{app.address}/gradio_api/mcp/", http_client=http) as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            return await story(session)

    with start_blocking_portal() as portal:  # a thread of its own: Playwright's loop holds this one
        return portal.call(connected)


def call(app: App, user: str, tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    """Whether a tool's call failed, and its text."""

    async def story(session: ClientSession) -> CallToolResult:
        return await session.call_tool(tool, arguments)

    result = talk(app, story, basic(user))
    [content] = result.content
    assert isinstance(content, TextContent)
    return result.isError, content.text


def data_url(data: bytes) -> str:
    return f"data:application/pdf;base64,{base64.b64encode(data).decode()}"


def test_the_endpoints_are_public_and_all_other_events_are_not(
    clients: dict[str, Client],
) -> None:
    events = clients["bob"].config["dependencies"]
    seen: dict[str, set[str]] = {"public": set(), "undocumented": set(), "private": set()}
    for event in events:
        seen[event["api_visibility"]].add(event["api_name"])
    assert seen["public"] == ENDPOINTS
    drawn = {name for name in seen["undocumented"] if name.startswith("apply")}
    assert seen["undocumented"] == drawn  # what gr.render calls to draw rows; it has no other way
    assert len(seen["private"]) > 10
    described = clients["bob"].view_api(return_format="dict", print_info=False)
    assert {name.strip("/") for name in described["named_endpoints"]} == ENDPOINTS
    for endpoint in described["named_endpoints"].values():
        assert endpoint["description"].endswith(".")


@pytest.mark.parametrize("name", ["extract", "add_document", "fill_document"])
def test_what_reads_takes_its_turn_at_the_model_with_the_page(name: str) -> None:
    engine = Engine(Settings())
    page = build_ui(engine, WarmUp(engine))
    [endpoint] = [one for one in page.fns.values() if one.api_name == name]
    turn = (endpoint.concurrency_id, endpoint.concurrency_limit)
    assert turn == (MODEL["concurrency_id"], MODEL["concurrency_limit"]) == ("model", 1)


@pytest.mark.parametrize("event", ["extract", "fill", "take_in"])
def test_there_is_no_way_past_the_queue(app: App, event: str) -> None:
    with app.logged_in("bob") as bob:
        assert bob.post(f"/gradio_api/run/{event}", json={"data": [None] * 4}).status_code == 404


@pytest.mark.parametrize("decoder", ["mask_parallel", "autoregressive"])
def test_extract_answers_as_the_export_does(
    app: App, clients: dict[str, Client], bill: str, decoder: str
) -> None:
    found = ask(clients["bob"], handle_file(bill), keys=KEYS, decoder=decoder)
    schema = schema_of("keys", KEYS.split(", "))
    assert found["fields"] == fields(app, schema, decoder)
    assert [one["key"] for one in found["fields"]] == KEYS.split(", ")
    assert {"value", "normalised", "confidence", "pages", "boxes"} <= found["fields"][0].keys()
    assert (found["file"], found["decoder"]) == (Path(bill).name, decoder)
    assert found["seconds"].keys() == {"ocr", "prefill", "decode"}
    assert left(bill) == []


def test_schemas_are_their_owners_alone(app: App, clients: dict[str, Client], bill: str) -> None:
    lists = {
        name: {one["name"]: one for one in client.predict(api_name="/list_schemas")}
        for name, client in clients.items()
    }
    assert lists["ada"]["garage"] == {
        "name": "garage",
        "own": True,
        "keys": [
            {"name": "plate", "description": "of the car", "kind": "id"},
            {"name": "total", "description": "", "kind": "amount"},
        ],
    }
    assert lists["bob"] == {name: one for name, one in lists["ada"].items() if name != "garage"}
    assert not any(one["own"] for one in lists["bob"].values())

    found = ask(clients["ada"], handle_file(bill), schema="garage")
    assert found["schema"] == "garage"
    assert found["fields"] == fields(app, PLATES, "mask_parallel")
    with pytest.raises(AppError, match="no schema 'garage'"):
        ask(clients["bob"], handle_file(bill), schema="garage")


def test_a_file_is_called_as_who_asks_calls_it(clients: dict[str, Client], tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        path = tmp_path / f"by {name}.pdf"
        path.write_bytes(PDF)
        found = ask(clients[name], handle_file(str(path)), keys="total")
        assert found["file"] == f"by {name}.pdf"


def test_decoders_are_listed(clients: dict[str, Client]) -> None:
    found = clients["bob"].predict(api_name="/list_decoders")
    assert found[0] == {"name": "mask_parallel", "idea": "all slots in one forward pass"}


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({}, "none came"),
        ({"keys": "a", "schema": "receipt"}, "both came"),
        ({"keys": "a, a"}, "given twice"),
        ({"keys": ["a"]}, "give it as text"),
        ({"schema": "none of that name"}, "use one of"),
        ({"keys": "a", "decoder": "nonsense"}, "'nonsense'"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line_and_deleted(
    clients: dict[str, Client], bill: str, options: dict[str, Any], part: str
) -> None:
    with pytest.raises(AppError, match=part) as raised:
        ask(clients["bob"], handle_file(bill), **options)
    assert "\n" not in str(raised.value)
    assert left(bill) == []


def test_a_file_that_is_no_document_is_told(clients: dict[str, Client], tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no document")
    with pytest.raises(AppError, match=r"notes\.txt.*only JPEG"):
        ask(clients["bob"], handle_file(str(path)), keys="total")


@pytest.mark.parametrize("meta", [{}, {"meta": {"_type": "gradio.FileData"}}])
def test_no_other_file_of_the_server_is_read_or_deleted(
    app: App, clients: dict[str, Client], bill: str, meta: dict[str, Any]
) -> None:
    with app.logged_in("bob") as bob:
        call = {"file": {"path": bill, **meta}, "keys": "total"}
        event = bob.post("/gradio_api/call/v2/extract", json=call).json()["event_id"]
        stream = bob.get(f"/gradio_api/call/extract/{event}").text
    assert stream.startswith("event: error")
    assert "INVOICE" not in stream
    assert Path(bill).read_bytes() == PDF


def test_calls_at_once_on_one_file_are_all_answered(clients: dict[str, Client], bill: str) -> None:
    decoders = ("mask_parallel", "hyper_parallel", "verified")
    jobs = [
        clients["bob"].submit(
            file=handle_file(bill), keys="total", decoder=decoder, api_name="/extract"
        )
        for decoder in decoders
    ]
    assert tuple(job.result()["decoder"] for job in jobs) == decoders
    assert left(bill) == []


def test_the_example_of_the_readme_runs(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    [example] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    [url] = re.findall(r'Client\("(.*?)"\)', example)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("gradio_client.Client", partial(Client, headers=basic("bob")))
    ran: dict[str, Any] = {}
    exec(example.replace(url, app.address), ran)
    assert [one["key"] for one in ran["found"]["fields"]] == ["company", "date", "total"]
    assert (ran["again"]["schema"], ran["again"]["decoder"]) == ("receipt", "verified")
    assert "receipt" in ran["names"]
    assert (ran["kept"]["schema"], ran["kept"]["verified"]) == ("receipt", 1)
    ran["client"].close()


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    assert whole({"a": ["x\ud800y", {"b": "\udfff", "c": "\U0001f600", "d": None}]}) == {
        "a": ["x?y", {"b": "?", "c": "\U0001f600", "d": None}]
    }


def test_mcp_has_two_tools_and_nothing_else(app: App) -> None:
    async def story(session: ClientSession) -> None:
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == {"extract", "list_schemas"}
        schema = tools["extract"].inputSchema
        assert set(schema["properties"]) == {"file", "keys", "schema", "decoder"}
        assert all(one["description"] for one in schema["properties"].values())
        assert schema["required"] == ["file"]
        assert "confidence" in (tools["extract"].description or "")
        for asked in (session.list_resources, session.list_prompts):
            with pytest.raises(McpError, match="Method not found"):
                await asked()

    talk(app, story, basic("bob"))


def test_mcp_reads_what_was_sent_within_the_call(app: App) -> None:
    failed, text = call(app, "bob", "extract", {"file": data_url(PDF), "keys": KEYS})
    assert not failed
    schema = schema_of("keys", KEYS.split(", "))
    assert json.loads(text)["fields"] == fields(app, schema, "mask_parallel")


@pytest.mark.parametrize("form", ["{path}", "{address}/gradio_api/file={path}"])
def test_mcp_reads_what_was_uploaded_before(app: App, bill: str, form: str) -> None:
    with app.browser() as program:
        files = {"files": (Path(bill).name, PDF)}
        sent = program.post("/gradio_api/upload", files=files, headers=basic("bob"))
    [path] = sent.json()
    file = form.format(path=path, address=app.address)
    failed, text = call(app, "bob", "extract", {"file": file, "keys": "total"})
    assert not failed
    assert json.loads(text)["file"] == Path(bill).name
    assert left(bill) == []


def test_mcp_acts_for_its_user(app: App) -> None:
    known = {
        name: {one["name"] for one in json.loads(call(app, name, "list_schemas", {})[1])}
        for name in ("ada", "bob")
    }
    assert known["ada"] - known["bob"] == {"garage"}
    asked = {"file": data_url(PDF), "schema": "garage"}
    assert not call(app, "ada", "extract", asked)[0]
    assert "no schema 'garage'" in call(app, "bob", "extract", asked)[1]


@pytest.mark.parametrize(
    ("tool", "arguments", "part"),
    [
        ("list_decoders", {}, "no tool"),
        ("extract", {"keys": "total"}, "'file' is a required property"),
        ("extract", {"file": data_url(PDF), "more": "x"}, "no such arguments"),
        ("extract", {"file": data_url(PDF)}, "none came"),
        ("extract", {"file": data_url(b""), "keys": "total"}, "is empty"),
        ("extract", {"file": "data:,total", "keys": "total"}, "without base64"),
        ("extract", {"file": "data:;base64,%%%", "keys": "total"}, "without base64"),
        ("extract", {"file": "https://example.org/a.pdf", "keys": "total"}, "another server"),
        ("extract", {"file": "/etc/passwd", "keys": "total"}, "no upload"),
        ("extract", {"file": "x/gradio_api/file=/etc/passwd", "keys": "total"}, "no upload"),
    ],
)
def test_mcp_tells_in_a_line_what_it_does_not_do(
    app: App, tool: str, arguments: dict[str, Any], part: str
) -> None:
    failed, text = call(app, "bob", tool, arguments)
    assert failed
    assert part in text
    assert "\n" not in text


def test_strangers_get_nothing_of_mcp(app: App) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream"}
    with app.browser() as program:
        for headers in ({}, basic("bob", "wrong password")):
            answer = program.post("/gradio_api/mcp/", json=ping, headers=accept | headers)
            assert (answer.status_code, answer.json()) == (401, {"detail": "Not logged in."})
            assert program.get("/gradio_api/mcp/", headers=headers).status_code == 401
        answer = program.post("/gradio_api/mcp/", json=ping, headers=accept | basic("bob"))
        assert answer.status_code == 200


@pytest.mark.parametrize("path", ["", "/", "/sse", "/schema", "/<script>/gradio_api/mcp"])
def test_mcp_has_no_page_and_holds_no_connection(app: App, path: str) -> None:
    with app.logged_in("bob") as bob:
        answer = bob.get(f"/gradio_api/mcp{path}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert "script" not in answer.text


def test_no_host_header_leads_a_tool_elsewhere(app: App) -> None:
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "list_schemas", "arguments": {}},
    }
    headers = {"Accept": "application/json, text/event-stream", "Host": "elsewhere.invalid"}
    with app.browser() as program:
        answer = program.post("/gradio_api/mcp/", json=asked, headers=headers | basic("bob"))
    assert answer.status_code == 200
    assert "receipt" in answer.text
