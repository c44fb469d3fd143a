"""The MCP server at /mcp: two tools, for the user whom the gate found, without a session.

Only POST is answered: the server begins no talk itself, so that no connection is held.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kie_app import __version__
from kie_app.access import user_of
from kie_app.errors import KieError
from kie_app.web.calls import working
from kie_app.web.mcp_tools import Tools
from kie_app.web.sendable import sendable

log = logging.getLogger(__name__)

ADDRESS = "/mcp"
BROKEN = "Something broke in the app itself; the server's log says what."


class McpServer:
    """An ASGI app over the tools, which answers while it is `running`."""

    def __init__(self, tools: Tools) -> None:
        self._protocol = protocol(tools)
        self._sessions: StreamableHTTPSessionManager | None = None

    def add_to(self, server: FastAPI) -> None:
        """Answer at ADDRESS, with and without a slash."""
        server.router.routes += [Route(path, self) for path in (ADDRESS, f"{ADDRESS}/")]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """For each run of the app one manager: it does not run twice."""
        self._sessions = StreamableHTTPSessionManager(
            self._protocol, json_response=True, stateless=True
        )
        async with self._sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST" or self._sessions is None:
            refused = {"detail": "Only POST is answered here."}
            await JSONResponse(refused, 405, {"Allow": "POST"})(scope, receive, send)
            return
        await self._sessions.handle_request(scope, receive, send)


def protocol(tools: Tools) -> Server[Any, Request]:
    """The protocol's side of the tools."""
    server: Server[Any, Request] = Server("Onepass", __version__)

    @server.list_tools()
    async def list_tools() -> list[types.Tool]:
        return [tool for tool, _ in tools.known.values()]

    @server.call_tool()
    async def call(name: str, arguments: dict[str, Any]) -> list[types.TextContent]:
        request = server.request_context.request
        user = user_of(request) if request else None
        if user is None:
            raise KieError("Nobody is logged in.")
        if name not in tools.known:
            raise KieError(f"There is no tool {name[:40]!r}: use one of {', '.join(tools.known)}.")
        try:
            found = await working(partial(tools.known[name][1], user.name, **arguments))
        except KieError as error:
            raise KieError(sendable(str(error))) from error
        except Exception as error:  # the caller is told no more than a person at the page
            log.exception("the tool %s broke", name)
            raise RuntimeError(BROKEN) from error
        text = json.dumps(sendable(found), ensure_ascii=False)
        return [types.TextContent(type="text", text=text)]

    return server
