"""A document in, its fields out, and nothing kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile

from kie_app.config import Settings
from kie_app.decoding import DECODERS, PIP
from kie_app.documents import base_name
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.extraction import decoder_named
from kie_app.library.schemas import NamedSchemas
from kie_app.web.api.answers import DecoderAnswer, ExtractAnswer, extracted
from kie_app.web.api.asked import DecoderName, Keys, SchemaName, schema_asked
from kie_app.web.calls import Owner, checked_size, working


class Extractor:
    """Reads and fills a document that is not kept, for the API and MCP."""

    def __init__(self, engine: Engine, schemas: NamedSchemas, warm_up: WarmUp) -> None:
        self._engine, self._schemas, self._warm_up = engine, schemas, warm_up

    def answer(
        self, owner: str, data: bytes, name: str, keys: str, schema: str, decoder: str
    ) -> dict[str, Any]:
        """The fields of a file called `name`, as `ExtractAnswer` has them."""
        asked = schema_asked(self._schemas, owner, keys, schema)
        decoder = decoder_named(decoder)
        document = self._engine.read(data, name)
        self._warm_up.require()
        return extracted(document, name, self._engine.extract(document, asked, decoder))


def extract(extractor: Extractor, settings: Settings) -> APIRouter:
    """The routes over the extractor."""
    router = APIRouter(tags=["extract"])

    @router.post("/extract", response_model=ExtractAnswer)
    async def extract_fields(
        owner: Owner,
        file: Annotated[
            UploadFile, File(description="the document, as JPEG, PNG, WebP, TIFF or PDF")
        ],
        keys: Annotated[Keys, Form()] = "",
        named: Annotated[SchemaName, Form(alias="schema")] = "",
        decoder: Annotated[DecoderName, Form()] = PIP,
    ) -> dict[str, Any]:
        """Read a document and return the values of the named keys, each with a confidence and its
        place on the page."""
        checked_size(file, settings)
        name = base_name(file.filename or "")
        return await working(
            lambda: extractor.answer(owner, file.file.read(), name, keys, named, decoder)
        )

    @router.get("/decoders", response_model=list[DecoderAnswer])
    def list_decoders() -> list[dict[str, str]]:
        """List the decoders that a document can be asked with."""
        return [{"name": one.name, "idea": one.idea} for one in DECODERS.values()]

    return router
