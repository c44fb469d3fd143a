"""The API under /api: each route does what the page does, for the user of its request.

What belongs to somebody else is answered as what is not there.
"""

from __future__ import annotations

from fastapi import APIRouter

from kie_app.config import Settings
from kie_app.engine.warm_up import WarmUp
from kie_app.library.library import Library
from kie_app.web.api.corrections import corrections
from kie_app.web.api.documents import documents
from kie_app.web.api.extract import Extractor, extract
from kie_app.web.api.races import races
from kie_app.web.api.schemas import schemas
from kie_app.web.errors import ERRORS


def api(extractor: Extractor, library: Library, settings: Settings, warm_up: WarmUp) -> APIRouter:
    """All routes of the API."""
    router = APIRouter(prefix="/api", responses=ERRORS)
    for part in (
        extract(extractor, settings),
        schemas(library.schemas),
        documents(settings, library, warm_up),
        corrections(library),
        races(library.store),
    ):
        router.include_router(part)
    return router
