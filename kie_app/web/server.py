"""The server: uploads, the API, MCP, probes, page images and downloads, behind the gate.

The page is mounted on it later, by whoever builds one: nothing here knows of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from kie_app import __version__
from kie_app.access import Access, limit
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.library.library import Library
from kie_app.web.api import api
from kie_app.web.api.extract import Extractor
from kie_app.web.errors import add_errors
from kie_app.web.inbox import Inbox
from kie_app.web.mcp_server import McpServer
from kie_app.web.mcp_tools import Tools
from kie_app.web.pages import pages
from kie_app.web.probes import Counted, add_probes
from kie_app.web.uploads import uploads

SWEEP_SECONDS = 60.0
DESCRIPTION = (
    "Documents in, values out. Behind a login send HTTP Basic credentials. An MCP server is at "
    "/mcp; files for it go to /uploads before."
)


def build_server(
    engine: Engine,
    library: Library,
    inbox: Inbox,
    warm_up: WarmUp,
    access: Access,
    colours: str,
) -> FastAPI:
    """Everything that answers over HTTP but the page. `colours` is CSS for the login page. No
    interactive API pages."""
    extractor = Extractor(engine, library.schemas, warm_up)
    mcp = McpServer(Tools(library.schemas, inbox, extractor))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sweeping = asyncio.create_task(sweep(inbox))
        async with mcp.running():
            yield
        sweeping.cancel()

    server = FastAPI(
        title="Onepass",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    add_errors(server)
    add_probes(server, engine.telemetry, library.store, warm_up)
    routes = api(extractor, library, engine.settings, warm_up)
    for router in (uploads(inbox, engine.settings), pages(library), routes):
        server.include_router(router)
    mcp.add_to(server)
    limit(server, engine.settings)
    access.guard(server, colours)
    server.add_middleware(Counted, telemetry=engine.telemetry)  # the outermost: sees all answers
    return server


async def sweep(inbox: Inbox) -> None:
    """Delete what nobody reads, at the start what another process left."""
    while True:
        await asyncio.to_thread(inbox.sweep)
        await asyncio.sleep(SWEEP_SECONDS)
