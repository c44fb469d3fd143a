"""The API under /api: each route does what the page does, for the user of its request.

What belongs to somebody else is answered as what is not there.
"""

from __future__ import annotations

from fastapi import APIRouter

from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.library.library import Library
from kie_app.web.api.corrections import corrections
from kie_app.web.api.documents import documents
from kie_app.web.api.extract import extract
from kie_app.web.api.races import races
from kie_app.web.api.schemas import schemas
from kie_app.web.errors import ERRORS


def api(engine: Engine, library: Library, warm_up: WarmUp) -> APIRouter:
    """All routes of the API."""
    router = APIRouter(prefix="/api", responses=ERRORS)
    for part in (
        extract(engine, warm_up),
        schemas(engine),
        documents(engine, library, warm_up),
        corrections(engine, library),
        races(engine),
    ):
        router.include_router(part)
    return router
