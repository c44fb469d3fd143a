"""What the page loads beside itself: the images of documents, and extractions as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response

from kie_app import export
from kie_app.errors import KieError, StoreError
from kie_app.library.library import Library
from kie_app.library.standing import Record
from kie_app.web.calls import Owner
from kie_app.web.errors import ERRORS

# A visitor's browser may keep an image for the visit; nothing between may keep it at all.
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
NOT_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def pages(library: Library) -> APIRouter:
    """The routes over the library."""
    router = APIRouter(responses=ERRORS)

    @router.get("/documents/{document}/{number}.jpg", response_class=Response)
    def page_image(owner: Owner, document: str, number: int) -> Response:
        """A page of a document of the user."""
        try:
            jpeg = library.page_jpeg(owner, document, number)
        except KieError as error:
            raise HTTPException(404) from error
        return Response(jpeg, media_type="image/jpeg", headers=PRIVATE)

    @router.post("/downloads", response_class=Response)
    def download(
        owner: Owner, documents: Annotated[str, Form()], kind: Annotated[str, Form()]
    ) -> Response:
        """The extractions of documents of the user, as one file; 400 when it cannot hold them, 503
        when the store cannot be used."""
        if kind not in export.FILES:
            raise HTTPException(404)
        wanted = set(documents.split())
        try:
            records = [one for one in library.all(owner) if one.document.id in wanted]
            file = file_of(records, kind)
        except KieError as error:
            status = 503 if isinstance(error, StoreError) else 400
            raise HTTPException(status, str(error)) from error
        attached = {"Content-Disposition": f'attachment; filename="onepass.{kind}"'}
        return Response(file, media_type=export.FILES[kind][0], headers=attached | NOT_KEPT)

    return router


def file_of(records: Sequence[Record], kind: str) -> bytes:
    """The records' extractions as a file of a kind of `export.FILES`."""
    filled = {one: said for one in records if (said := one.extraction())}
    names = {one.document.digest: one.document.name for one in filled}
    return export.FILES[kind][1](list(filled.values()), names)
