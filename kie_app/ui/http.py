"""The server: health, page images for those who may see them, and Gradio's page mounted at `/`.

`access` closes all of it but health to whoever has not logged in.
"""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI, HTTPException, Request, Response

from kie_app.access import Access, name_of
from kie_app.errors import KieError
from kie_app.services import Services
from kie_app.ui import theme, upload
from kie_app.ui.grants import Grants
from kie_app.ui.readiness import WarmUp

# A visitor's browser may keep an image for the visit; nothing between may keep it at all.
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def build_server(
    page: gr.Blocks, services: Services, grants: Grants, warm_up: WarmUp, access: Access
) -> FastAPI:
    """Everything that answers over HTTP. No interactive API pages, no run history."""
    server = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @server.get("/healthz")
    def healthz() -> dict[str, str]:
        # Open to strangers: why there is no model stands on the page, for those who may see it.
        over = "missing" if warm_up.trouble else "ready"
        return {"status": "ok", "model": over if warm_up.over else "loading"}

    @server.get("/pages/{token}/{document}/{number}.png")
    def page_image(request: Request, token: str, document: str, number: int) -> Response:
        if not grants.allows(token, name_of(request) or "", document):
            raise HTTPException(404)
        try:
            png = services.page_png(document, number)
        except (KieError, LookupError) as error:
            raise HTTPException(404) from error
        return Response(png, media_type="image/png", headers=PRIVATE)

    access.guard(server, theme.colours())
    return gr.mount_gradio_app(
        server,
        page,
        path="/",
        app_kwargs={"openapi_url": None},
        auth_dependency=name_of,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=services.settings.max_file_mb * upload.MEGABYTE,
        ssr_mode=False,
        theme=theme.THEME,
        css_paths=theme.STYLESHEET,
    )
