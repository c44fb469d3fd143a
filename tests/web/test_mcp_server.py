"""The MCP server of a running app, on a tiny model, behind its login: two tools, no more."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import CallToolResult, TextContent

from kie_app.library.schemas import NamedSchemas
from kie_app.types import Key, Schema
from kie_app.web.mcp_server import BROKEN
from kie_app.web.mcp_tools import LARGEST
from tests.access.people import App, basic, person, running, with_users
from tests.documents.pdfs import PdfPage, pdf
from tests.web.api.asking import ask, left
from tests.web.test_server import tiny

PDF = pdf([PdfPage([(50.0, 500.0, "INVOICE NO 17"), (50.0, 480.0, "DATE 03/04/2018")])])
KEYS = "invoice no, date, total"
PLATES = Schema("garage", (Key("plate", "of the car", "id"), Key("total", kind="amount")))
ACCEPT = {"Accept": "application/json, text/event-stream"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

Story = Callable[[ClientSession], Awaitable[Any]]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """ada is an admin, bob a user; ada keeps keys under a name."""
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada", "admin"), person("bob"))
    with running(tiny(folder, login=True, max_file_mb=5), model=True) as app:
        app.library.schemas.save("ada", PLATES)
        yield app


def talk(app: App, story: Story, headers: dict[str, str] | None) -> Any:
    """A story told with a connected MCP client."""

    async def connected() -> Any:
        async with (
            create_mcp_http_client(headers=headers) as http,
            streamable_http_client(f"{app.address}/mcp", http_client=http) as streams,
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


def upload(app: App, user: str, name: str = "bill.pdf") -> str:
    """The id of a file that this user sent."""
    with app.browser() as program:
        sent = program.post("/uploads", files={"files": (name, PDF)}, headers=basic(user))
    return str(sent.json()[0]["id"])


def test_there_are_two_tools_and_nothing_else(app: App) -> None:
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


def test_the_tools_answer_as_the_api_does(app: App) -> None:
    failed, text = call(app, "bob", "extract", {"file": data_url(PDF), "keys": KEYS})
    assert not failed
    with app.browser() as program:
        program.headers.update(basic("bob"))
        files = {"file": ("document", PDF)}
        expected = ask(program, "POST", "extract", files=files, data={"keys": KEYS})
        schemas = ask(program, "GET", "schemas")
    found = json.loads(text)
    del found["seconds"], expected["seconds"]
    assert found == expected
    assert json.loads(call(app, "bob", "list_schemas", {})[1]) == schemas


def test_what_was_uploaded_is_read_once_by_whoever_sent_it(app: App) -> None:
    sent = upload(app, "bob")
    failed, text = call(app, "ada", "extract", {"file": sent, "keys": "total"})
    assert (failed, "no such upload" in text) == (True, True)
    failed, text = call(app, "bob", "extract", {"file": sent, "keys": "total"})
    assert (failed, json.loads(text)["file"]) == (False, "bill.pdf")
    assert left(app) == []
    failed, text = call(app, "bob", "extract", {"file": sent, "keys": "total"})
    assert (failed, "no such upload" in text) == (True, True)


def test_a_tool_acts_for_its_user(app: App) -> None:
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
        ("extract", {"file": 7, "keys": "total"}, "7 is not of type 'string'"),
        ("extract", {"file": data_url(PDF), "more": "x"}, "'more' was unexpected"),
        ("extract", {"file": data_url(PDF)}, "none came"),
        ("extract", {"file": data_url(b""), "keys": "total"}, "is empty"),
        ("extract", {"file": data_url(bytes(LARGEST + 1)), "keys": "total"}, "3 MB: send"),
        ("extract", {"file": "data:,total", "keys": "total"}, "without base64"),
        ("extract", {"file": "data:;base64,%%%", "keys": "total"}, "without base64"),
        ("extract", {"file": "data:;base64", "keys": "total"}, "is empty"),
        ("extract", {"file": "https://example.org/a.pdf", "keys": "total"}, "no other server"),
        ("extract", {"file": "file:///etc/passwd", "keys": "total"}, "no other server"),
        ("extract", {"file": "/etc/passwd", "keys": "total"}, "no such upload"),
        ("extract", {"file": "../../secret", "keys": "total"}, "no such upload"),
    ],
)
def test_what_is_not_done_is_told_in_a_line(
    app: App, tool: str, arguments: dict[str, Any], part: str
) -> None:
    failed, text = call(app, "bob", tool, arguments)
    assert failed
    assert part in text
    assert "\n" not in text


def test_a_tool_that_breaks_says_nothing_of_how(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("/secret/place")

    monkeypatch.setattr(NamedSchemas, "of", break_down)
    assert call(app, "bob", "list_schemas", {}) == (True, BROKEN)


def test_strangers_get_nothing(app: App) -> None:
    with app.browser() as program:
        for headers in ({}, basic("bob", "wrong password")):
            answer = program.post("/mcp", json=PING, headers=ACCEPT | headers)
            assert (answer.status_code, answer.json()) == (401, {"detail": "Not logged in."})
            assert program.get("/mcp", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
def test_a_call_is_answered_in_json_and_no_connection_is_held(app: App, path: str) -> None:
    with app.browser() as program:
        answer = program.post(path, json=PING, headers=ACCEPT | basic("bob"))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert "mcp-session-id" not in answer.headers
        for method in ("GET", "DELETE", "PUT"):
            answer = program.request(method, path, headers=ACCEPT | basic("bob"))
            assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/sse", "/schema", "/<script>/mcp"])
def test_there_is_nothing_beside_it(app: App, path: str) -> None:
    with app.logged_in("bob") as bob:
        answer = bob.get(f"/mcp{path}")
        assert (answer.status_code, "script" in answer.text) == (404, False)


def test_no_host_header_leads_a_tool_elsewhere(app: App) -> None:
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "list_schemas", "arguments": {}},
    }
    headers = {**ACCEPT, "Host": "elsewhere.invalid"}
    with app.browser() as program:
        answer = program.post("/mcp", json=asked, headers=headers | basic("bob"))
    assert answer.status_code == 200
    assert "receipt" in answer.text
