"""What machines ask of the server: is it alive, may it get work, what has it done.

/healthz and /readyz are open to strangers, as probes carry no credentials, and say nothing private.
/metrics is for admins; where there is no login, everybody is one.
"""

from __future__ import annotations

import logging

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kie_app.access import user_of
from kie_app.engine.telemetry import Telemetry
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import KieError
from kie_app.store import Store
from kie_app.web.metrics import CONTENT_TYPE

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOBODY = ""  # owns nothing, so that asking for its schemas costs the store next to nothing


def add_probes(server: FastAPI, telemetry: Telemetry, store: Store, warm_up: WarmUp) -> None:
    """Add the three addresses."""
    telemetry.watch_model(lambda: is_ready(warm_up))

    @server.get("/healthz")
    def healthz() -> dict[str, str]:
        """Whether the server is alive, and what its model does: loading, ready or missing."""
        # Why there is no model stands on the page, for those who may see it.
        over = "missing" if warm_up.trouble else "ready"
        return {"status": "ok", "model": over if warm_up.over else "loading"}

    @server.get("/readyz", responses={503: {"description": "Names the parts that are missing."}})
    def readyz() -> Response:
        """Whether documents can be read now: 200, or 503 with the parts that are missing."""
        parts = {"model": is_ready(warm_up), "store": answers(store)}
        missing = [name for name, there in parts.items() if not there]
        if missing:
            return JSONResponse({"status": "not ready", "missing": missing}, 503)
        return JSONResponse({"status": "ready"})

    @server.get("/metrics", response_class=Response)
    def metrics(request: Request) -> Response:
        """What was counted since the start, in Prometheus' text format. For admins."""
        user = user_of(request)
        if user is None or user.role != "admin":
            raise HTTPException(403, "Only admins see the metrics.")
        return Response(telemetry.text(), media_type=CONTENT_TYPE)


def is_ready(warm_up: WarmUp) -> bool:
    """Whether the model is loaded and has run once."""
    return warm_up.over and warm_up.trouble is None


def answers(store: Store) -> bool:
    """Whether the store can be asked; the log has the reason when it cannot."""
    try:
        store.schemas.of(NOBODY)
    except KieError as error:
        log.error("%s", error)
        return False
    return True


class Counted:
    """ASGI middleware: every request counts when its answer begins, by method and status."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in METHODS else "other"
                self._telemetry.request(method, message["status"])
            await send(message)

        await self._app(scope, receive, counted)
