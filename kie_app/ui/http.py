"""The server: health, page images for those who may see them, and Gradio's page mounted at `/`."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI, HTTPException, Response

from kie_app.errors import KieError
from kie_app.services import Services
from kie_app.ui import theme, upload
from kie_app.ui.grants import Grants
from kie_app.ui.readiness import WarmUp

# A visitor's browser may keep an image for the visit; nothing between may keep it at all.
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def build_server(page: gr.Blocks, services: Services, grants: Grants, warm_up: WarmUp) -> FastAPI:
    """Everything that answers over HTTP. No interactive API pages, no run history."""
    server = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @server.get("/healthz")
    def healthz() -> dict[str, str]:
        model = "loading" if not warm_up.over else warm_up.trouble or "ready"
        return {"status": "ok", "model": model}

    @server.get("/pages/{token}/{document}/{number}.png")
    def page_image(token: str, document: str, number: int) -> Response:
        if not grants.allows(token, document):
            raise HTTPException(404)
        try:
            png = services.page_png(document, number)
        except (KieError, LookupError) as error:
            raise HTTPException(404) from error
        return Response(png, media_type="image/png", headers=PRIVATE)

    return gr.mount_gradio_app(
        server,
        page,
        path="/",
        app_kwargs={"openapi_url": None},
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=services.settings.max_file_mb * upload.MEGABYTE,
        ssr_mode=False,
        theme=theme.THEME,
        css_paths=theme.STYLESHEET,
    )
