"""The server: probes, page images and downloads for those who may have them, and Gradio's page
mounted at `/`.

`access` closes all of it but health and readiness to whoever has not logged in.
"""

from __future__ import annotations

from typing import Annotated

import gradio as gr
from fastapi import FastAPI, Form, HTTPException, Request, Response
from starlette.routing import Mount

from kie_app import __version__, export
from kie_app.access import Access, limit, name_of
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import KieError, StoreError
from kie_app.library.library import Library
from kie_app.ui.extract import grid as extract_grid
from kie_app.ui.forgetting import SESSIONS, Forgetting
from kie_app.ui.shared import stalled_events as catch_up
from kie_app.ui.shared import theme
from kie_app.web import mcp_server as tools
from kie_app.web import openapi
from kie_app.web import uploads as upload
from kie_app.web.inbox import add_inbox
from kie_app.web.probes import Counted, add_probes

# A visitor's browser may keep an image for the visit; nothing between may keep it at all.
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
NOT_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def build_server(
    page: gr.Blocks, engine: Engine, library: Library, warm_up: WarmUp, access: Access
) -> FastAPI:
    """Everything that answers over HTTP. No interactive API pages, no run history."""
    server = FastAPI(title="Onepass", version=__version__, docs_url=None, redoc_url=None)
    add_probes(server, engine.counts, library.store, warm_up)
    tools.add_refusal(server)
    add_inbox(server, page, engine.settings)

    @server.get("/documents/{document}/{number}.jpg", response_class=Response)
    def kept_page(request: Request, document: str, number: int) -> Response:
        """A page of a document of whoever asks."""
        try:
            jpeg = library.page_jpeg(name_of(request) or "", document, number)
        except KieError as error:
            raise HTTPException(404) from error
        return Response(jpeg, media_type="image/jpeg", headers=PRIVATE)

    @server.post("/downloads", response_class=Response)
    def download(
        request: Request, documents: Annotated[str, Form()], kind: Annotated[str, Form()]
    ) -> Response:
        """The extractions of documents of whoever asks, as one file; 400 when it cannot hold them,
        503 when the store cannot be used."""
        if kind not in export.FILES:
            raise HTTPException(404)
        wanted, owner = set(documents.split()), name_of(request) or ""
        try:
            records = [one for one in library.all(owner) if one.document.id in wanted]
            file = extract_grid.download(records, kind)
        except KieError as error:
            status = 503 if isinstance(error, StoreError) else 400
            raise HTTPException(status, str(error)) from error
        attached = {"Content-Disposition": f'attachment; filename="onepass.{kind}"'}
        return Response(file, media_type=export.FILES[kind][0], headers=attached | NOT_KEPT)

    limit(server, engine.settings)
    access.guard(server, theme.colours())
    server.add_middleware(Counted, counts=engine.counts)  # the outermost: sees all answers
    page.has_launched = True  # else Gradio lets an event name any file, since nobody called launch
    page.state_session_capacity = SESSIONS
    page.api_open = False  # no way past the queue, and so past the others' turn at the model
    gr.mount_gradio_app(
        server,
        page,
        path="/",
        app_kwargs={"openapi_url": None},
        auth_dependency=name_of,
        footer_links=[],
        run_history=False,
        show_error=False,
        mcp_server=True,
        max_file_size=engine.settings.max_file_mb * upload.MEGABYTE,
        ssr_mode=False,
        theme=theme.THEME,
        css_paths=theme.STYLESHEETS,
        head=catch_up.HEAD,
    )
    mounted = next(route.app for route in server.routes if isinstance(route, Mount))
    assert isinstance(mounted, FastAPI)  # Gradio's App is one
    mounted.add_middleware(Forgetting, page=page)
    tools.cut_down(page, mounted)
    openapi.describe(server, page)
    return server
