"""The MCP server: Gradio's own, with two tools and nothing else.

Gradio answers a tool call by calling itself over HTTP: at the address that the first caller's Host
header names, and, to begin with, without that caller's credentials. So with a login no call would
get through, and without one anybody could have the server ask another host. Here a call is handed
to the page's endpoint in the same process, for the user whom the gate found, in the page's queue.

Only POST is answered. GET would open Gradio's page on MCP, which loads its parts from elsewhere and
writes the address into a script, or its older transport, which holds a connection for each client.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

import gradio as gr
import httpx2
from fastapi import FastAPI
from gradio.utils import get_function_description, get_upload_folder
from mcp import types
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kie_app.access import user_of
from kie_app.access.users import User
from kie_app.errors import BROKEN, DocumentError
from kie_app.web.openapi import body
from kie_app.web.uploads import check_received

TOOLS = ("extract", "list_schemas")
ADDRESS = "/gradio_api/mcp"
UPLOADED = "/gradio_api/file="
FILE = {
    "type": "string",
    "description": "the document, as JPEG, PNG, WebP, TIFF or PDF: the path or address that an "
    "upload to /gradio_api/upload of this app gave, or a data: URL in base64 for at most 3 MB",
}
KEPT = {types.PingRequest, types.ListToolsRequest, types.CallToolRequest}


def add_refusal(server: FastAPI) -> None:
    """Answer GET at the server's address, and under it, as the protocol has it for a server that
    begins no talk itself. It has to be added before the page is mounted."""

    @server.get(ADDRESS + "{rest:path}", include_in_schema=False)
    def refuse() -> Response:
        return JSONResponse({"detail": "Only POST is answered here."}, 405, {"Allow": "POST"})


def cut_down(page: gr.Blocks, app: ASGIApp) -> None:
    """Leave the page's MCP server its tools; `app` is the page's, as Gradio mounted it."""
    server = page.mcp_server_obj.mcp_server
    for kind in server.request_handlers.keys() - KEPT:
        del server.request_handlers[kind]

    @server.list_tools()
    async def tools() -> list[types.Tool]:
        return described(page)

    @server.call_tool()
    async def call(name: str, arguments: dict[str, Any]) -> list[types.TextContent]:
        request = server.request_context.request
        if name not in TOOLS:
            raise ValueError(f"There is no tool {name[:40]!r}: use one of {', '.join(TOOLS)}.")
        with received(arguments) as known:
            found = await asked(as_user(app, user_of(request)), name, known)
        return [types.TextContent(type="text", text=json.dumps(found, ensure_ascii=False))]


def described(page: gr.Blocks) -> list[types.Tool]:
    """The tools as the docstrings of their endpoints describe them."""
    functions = {function.api_name: function.fn for function in page.fns.values()}
    endpoints = page.get_api_info()["named_endpoints"]
    found = []
    for name in TOOLS:
        about, arguments, results = get_function_description(functions[name])
        schema = body(endpoints[f"/{name}"], arguments)
        if "file" in schema["properties"]:
            schema["properties"]["file"] = FILE
        about += f" Returns: {' '.join(results)}"
        found.append(types.Tool(name=name, description=about, inputSchema=schema))
    return found


@contextmanager
def received(arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments with a file as Gradio wants it; what came in them lies on disk meanwhile."""
    file = arguments.get("file")
    if not isinstance(file, str):
        yield arguments
        return
    cache = Path(get_upload_folder())
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as folder:
        path = stored(file, Path(folder)) if file.startswith("data:") else uploaded(file)
        meta = {"_type": "gradio.FileData"}
        given = {"path": str(path), "orig_name": path.name, "meta": meta}
        check_received(given)
        yield {**arguments, "file": given}


def stored(text: str, folder: Path) -> Path:
    """The content of a data: URL as a file; DocumentError when it is not base64."""
    head, _, content = text.partition(",")
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DocumentError("file is a data: URL without base64: encode the file so.") from error
    if not head.endswith(";base64"):
        raise DocumentError("file is a data: URL without base64: encode the file so.")
    path = folder / "document"
    path.write_bytes(data)
    return path


def uploaded(text: str) -> Path:
    """Where an upload lies, by the path or the address that the app gave for it. DocumentError for
    any other address: nobody has this server ask another."""
    _, here, path = text.partition(UPLOADED)
    if here:
        return Path(unquote(path))
    if "://" in text:
        raise DocumentError(
            "file is an address of another server, which this app does not ask: upload the file "
            "here, or give it as a data: URL."
        )
    return Path(text)


def as_user(app: ASGIApp, user: User | None) -> ASGIApp:
    """The app as it is behind the gate for this user."""

    async def passed(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "user": user}, receive, send)

    return passed


async def asked(app: ASGIApp, name: str, arguments: dict[str, Any]) -> Any:
    """What the endpoint returns. It waits for its turn there, as all that use the model do."""
    here = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=here, base_url="http://here", timeout=None) as client:
        joined = await client.post(f"/gradio_api/call/v2/{name}", json=arguments)
        if joined.status_code != 200:
            raise ValueError(f"{name} has no such arguments: see its schema.")
        told = await client.get(f"/gradio_api/call/{name}/{joined.json()['event_id']}")
    return outcome(told.text)


def outcome(stream: str) -> Any:
    """The result in a stream of Gradio's events; ValueError, which the caller is told, when it was
    an error."""
    event = ""
    for line in stream.split("\n"):
        field, _, value = line.partition(": ")
        if field == "event":
            event = value
        elif field == "data" and event == "complete":
            return json.loads(value)[0]
        elif field == "data" and event == "error":
            told = json.loads(value)
            raise ValueError((told.get("error") if isinstance(told, dict) else None) or BROKEN)
    raise ValueError(BROKEN)
