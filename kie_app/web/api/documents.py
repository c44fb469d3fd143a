"""Documents that the user keeps: add, list, fill, look at next, delete."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, File, Query, UploadFile

from kie_app.config import Settings
from kie_app.decoding import PIP
from kie_app.engine.warm_up import WarmUp
from kie_app.extraction import decoder_named
from kie_app.library.library import Library
from kie_app.library.queue import queue
from kie_app.web.api.answers import DocumentAnswer, Order, standing
from kie_app.web.api.asked import (
    DecoderName,
    DocumentId,
    Keys,
    SchemaName,
    schema_asked,
)
from kie_app.web.calls import Owner, checked_size, working
from kie_app.web.errors import NOT_THERE


def documents(settings: Settings, library: Library, warm_up: WarmUp) -> APIRouter:
    """The routes over the library."""
    router = APIRouter(tags=["documents"])

    @router.post("/documents", response_model=DocumentAnswer)
    async def add_document(
        owner: Owner,
        file: Annotated[
            UploadFile, File(description="the document, as JPEG, PNG, WebP, TIFF or PDF")
        ],
    ) -> dict[str, Any]:
        """Read a document and keep it. A file that the user keeps already is that document. What
        cannot be read is an error, and is not kept."""
        checked_size(file, settings)

        def add() -> dict[str, Any]:
            kept = library.add(owner, file.filename or "", file.file.read())
            return standing(library.one(owner, kept.id))

        return await working(add)

    @router.get("/documents", response_model=list[DocumentAnswer])
    def list_documents(owner: Owner) -> list[dict[str, Any]]:
        """List the documents that the user keeps, newest first, as they stand: what the model read,
        and in its place what a person said."""
        return [standing(one) for one in library.all(owner)]

    @router.get("/documents/{document}", response_model=DocumentAnswer, responses=NOT_THERE)
    def get_document(owner: Owner, document: DocumentId) -> dict[str, Any]:
        """A document as it stands."""
        return standing(library.one(owner, document))

    @router.delete("/documents/{document}", responses=NOT_THERE)
    def delete_document(owner: Owner, document: DocumentId) -> str:
        """Delete a document for good, with its file, its races and all that was said of it, and
        return its id."""
        library.delete(owner, document)
        return document

    @router.post("/documents/{document}/fill", response_model=DocumentAnswer, responses=NOT_THERE)
    async def fill_document(
        owner: Owner,
        document: DocumentId,
        keys: Annotated[Keys, Body()] = "",
        named: Annotated[SchemaName, Body(alias="schema")] = "",
        decoder: Annotated[DecoderName, Body()] = PIP,
    ) -> dict[str, Any]:
        """Ask a kept document and keep the answer. What a person said of a field stays."""
        asked = schema_asked(library.schemas, owner, keys, named)
        decoder = decoder_named(decoder)

        def fill() -> dict[str, Any]:
            warm_up.require()
            return standing(library.fill(owner, document, asked, decoder))

        return await working(fill)

    @router.get("/review", response_model=list[DocumentAnswer])
    def review_queue(
        owner: Owner,
        order: Annotated[
            Order,
            Query(description="decoders disagree and failed rule list only what they concern"),
        ] = "least certain",
    ) -> list[dict[str, Any]]:
        """List the documents with fields that nobody verified, the one to look at first in
        front."""
        return [standing(one) for one in queue(library.all(owner), order)]

    return router
