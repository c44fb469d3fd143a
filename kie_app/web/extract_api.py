"""The programmable side of the page: named endpoints for `gradio_client`, some of them MCP tools.

Those on what a user keeps are in `library_api` and `review_api`. Each acts for the user of its
request. Clients are shown the docstrings, so these are written for them, an argument a line, as
Gradio reads them. All other events of the page are private.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakValueDictionary

import gradio as gr

from kie_app import export
from kie_app.decoding import DECODERS
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import DocumentError, KieError, SchemaError
from kie_app.extraction import decoder_named
from kie_app.library.library import Library
from kie_app.schemas.naming import parse_keys
from kie_app.types import Document, Extraction, Schema
from kie_app.ui.shared.events import MODEL_TURN
from kie_app.ui.shared.visitor import visitor
from kie_app.web import uploads as upload

SHOWN = 40  # characters of a wrong value that a message repeats
WHOLE = ("file", "document", "decoder", "model")  # columns that are the same in every row
# Whatever uses the model or OCR waits for its turn with the page.
TURN = {name: MODEL_TURN[name] for name in ("concurrency_id", "concurrency_limit")}


def build_api(engine: Engine, library: Library, warm_up: WarmUp) -> None:
    """Add the endpoints to the page in whose context this runs, before others take their names."""
    api = Api(engine, library, warm_up)
    gr.api(api.extract, api_name="extract", **TURN)
    gr.api(api.list_schemas, api_name="list_schemas")
    gr.api(api.list_decoders, api_name="list_decoders")


def answering(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """A `KieError` becomes an answer of one line, and any text can be sent."""

    @wraps(endpoint)
    def wrapper(*args: Any, **options: Any) -> Any:
        try:
            return whole(endpoint(*args, **options))
        except KieError as error:
            raise gr.Error(whole(str(error)), print_exception=False) from error

    return wrapper


class Api:
    """The endpoints over the engine."""

    def __init__(self, engine: Engine, library: Library, warm_up: WarmUp) -> None:
        self._engine = engine
        self._library = library
        self._warm_up = warm_up
        # By where they lay. Gradio puts equal files into one place, so that of several calls at
        # once on one file the first deletes it for all; the others find here what it read.
        self._read: WeakValueDictionary[str, Document] = WeakValueDictionary()

    @answering
    def extract(
        self,
        file: gr.FileData,
        request: gr.Request,
        keys: str = "",
        schema: str = "",
        decoder: str = "mask_parallel",
    ) -> dict[str, Any]:
        """Read a document and return the values of the named keys, each with a confidence and its
        place on the page. Give either keys or a schema.

        Args:
            file: the document, as JPEG, PNG, WebP, TIFF or PDF
            keys: what to extract, names with commas between, such as company, date, total
            schema: in place of keys, the name of one that list_schemas shows, such as receipt
            decoder: mask_parallel (one forward pass), hyper_parallel, verified or autoregressive

        Returns:
            file, document (its SHA-256), schema, decoder and model;
            seconds of ocr, prefill and decode;
            fields, each with key, value (as printed, null when absent), normalised (ISO date or
            plain number), currency, doubt, kind, confidence (0 to 1), origin, pages (from 1),
            boxes ([x0, y0, x1, y1] as fractions of the page) and state (predicted)
        """
        sent, name = self._take(file)
        asked = schema_asked(self._library, visitor(request).name, keys, schema)
        decoder = decoder_named(text(decoder, "decoder"))
        document = sent if isinstance(sent, Document) else self._engine.read(sent, name)
        self._read[file["path"]] = document
        self._warm_up.require()
        return answer(document, name, self._engine.extract(document, asked, decoder))

    @answering
    def list_schemas(self, request: gr.Request) -> list[dict[str, Any]]:
        """List the schemas that extract can be asked for by name: the key templates of the app and
        those that the user saved.

        Returns:
            for each its name, own (saved by the user) and keys with name, description and kind
        """
        templates = self._library.schemas.templates()
        return [
            described(schema, schema.name not in templates)
            for schema in self._library.schemas.of(visitor(request).name).values()
        ]

    @answering
    def list_decoders(self) -> list[dict[str, str]]:
        """List the decoders that extract can use.

        Returns:
            for each its name and its idea
        """
        return [{"name": one.name, "idea": one.idea} for one in DECODERS.values()]

    def _take(self, file: Any) -> tuple[bytes | Document, str]:
        """What was sent: its bytes, which are deleted here, or the document that was read of them
        a moment ago."""
        upload.check_received(file)
        try:
            return upload.take(file)
        except DocumentError:
            document = self._read.get(file["path"])
            if document is None:
                raise
            return document, str(file.get("orig_name") or document.name)


def schema_asked(library: Library, owner: str, keys: Any, schema: Any) -> Schema:
    """What a call asks by keys or by the name of a schema; SchemaError when by neither or both."""
    keys, schema = text(keys, "keys").strip(), text(schema, "schema").strip()
    if bool(keys) == bool(schema):
        raise SchemaError(
            "Give either keys, with commas between, or the name of a schema: "
            f"{'both' if keys else 'none'} came."
        )
    if keys:
        return library.schemas.checked(Schema("keys", parse_keys(keys)))
    known = library.schemas.of(owner)
    if schema not in known:
        raise SchemaError(
            f"There is no schema {schema[:SHOWN]!r}: use one of {', '.join(known)}, or name keys."
        )
    return known[schema]


def described(schema: Schema, own: bool) -> dict[str, Any]:
    """A schema as list_schemas shows it."""
    return {
        "name": schema.name,
        "own": own,
        "keys": [
            {"name": key.name, "description": key.description, "kind": key.kind}
            for key in schema.keys
        ],
    }


def answer(document: Document, name: str, extraction: Extraction) -> dict[str, Any]:
    """An extraction with its times; `name` is the file's, which whoever read the same bytes before
    may have called otherwise."""
    stats = extraction.stats
    seconds = {"ocr": document.ocr_seconds, "prefill": stats.prefill, "decode": stats.decode}
    return {
        **filled(extraction, name),
        "seconds": {phase: round(value, 6) for phase, value in seconds.items()},
    }


def filled(extraction: Extraction, name: str) -> dict[str, Any]:
    """An extraction with its fields as `export.long_grid` has them; `name` is the file's."""
    grid = export.long_grid([extraction], {extraction.document: name})
    rows = json.loads(export.grid_to_json(grid))
    return {
        **{column: rows[0][column] for column in WHOLE},
        "schema": extraction.schema.name,
        "fields": [
            {column: cell for column, cell in row.items() if column not in WHOLE} for row in rows
        ],
    }


def whole(result: Any) -> Any:
    """JSON without halves of surrogate pairs, which Gradio cannot send."""
    return json.loads(json.dumps(result, ensure_ascii=False).encode("utf-8", "replace"))


def text(value: Any, name: str) -> str:
    """The argument of this name; SchemaError when it is no text."""
    if not isinstance(value, str):
        raise SchemaError(f"{name} is {str(value)[:SHOWN]!r}: give it as text.")
    return value
