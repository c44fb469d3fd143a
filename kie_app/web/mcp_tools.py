"""What the MCP server can do: extract, list_schemas. No address is ever fetched."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from mcp import types

from kie_app.config import MEGABYTE
from kie_app.decoding import PIP
from kie_app.errors import DocumentError
from kie_app.library.schemas import NamedSchemas
from kie_app.web.api.extract import Extractor
from kie_app.web.api.schemas import known_schemas
from kie_app.web.inbox import Inbox

LARGEST = 3 * MEGABYTE  # bytes of a file within a call; the server takes 4 MiB of JSON

EXTRACT = types.Tool(
    name="extract",
    description="Read a document and return the values of the named keys, each with a confidence "
    "and its place on the page. Give either keys or a schema. Returns: file, document (its "
    "SHA-256), schema, decoder and model; seconds of ocr, prefill and decode; fields, each with "
    "key, value (as printed, null when absent), normalised (ISO date or plain number), currency, "
    "doubt, kind, confidence (0 to 1), origin, pages (from 1), boxes ([x0, y0, x1, y1] as "
    "fractions of the page) and state (predicted).",
    inputSchema={
        "type": "object",
        "properties": {
            "file": {
                "type": "string",
                "description": "the document, as JPEG, PNG, WebP, TIFF or PDF: a data: URL in "
                "base64 for at most 3 MB, or the id that an upload to /uploads of this app gave",
            },
            "keys": {
                "type": "string",
                "default": "",
                "description": "what to extract, names with commas between, such as company, date, "
                "total",
            },
            "schema": {
                "type": "string",
                "default": "",
                "description": "in place of keys, the name of one that list_schemas shows, such as "
                "receipt",
            },
            "decoder": {
                "type": "string",
                "default": PIP,
                "description": "mask_parallel (one forward pass), hyper_parallel, verified or "
                "autoregressive",
            },
        },
        "required": ["file"],
        "additionalProperties": False,
    },
)
LIST_SCHEMAS = types.Tool(
    name="list_schemas",
    description="List the schemas that extract can be asked for by name: the key templates of the "
    "app and those that the user saved. Returns: for each its name, own (saved by the user) and "
    "keys with name, description and kind.",
    inputSchema={"type": "object", "properties": {}, "additionalProperties": False},
)


class Tools:
    """What the tools do, each for a user."""

    def __init__(self, schemas: NamedSchemas, inbox: Inbox, extractor: Extractor) -> None:
        self._schemas, self._inbox, self._extractor = schemas, inbox, extractor
        self.known: dict[str, tuple[types.Tool, Callable[..., Any]]] = {
            "extract": (EXTRACT, self.extract),
            "list_schemas": (LIST_SCHEMAS, self.list_schemas),
        }

    def extract(
        self, user: str, file: str, keys: str = "", schema: str = "", decoder: str = PIP
    ) -> dict[str, Any]:
        data, name = content(file) if ":" in file else self._inbox.take(user, file)
        return self._extractor.answer(user, data, name, keys, schema, decoder)

    def list_schemas(self, user: str) -> list[dict[str, Any]]:
        return known_schemas(self._schemas, user)


def content(address: str) -> tuple[bytes, str]:
    """The bytes in a data: URL, and a name for them; DocumentError for any other address."""
    head, _, text = address.partition(",")
    if not head.startswith("data:"):
        raise DocumentError(
            "file is an address, and this app asks no other server: send the file to /uploads, or "
            "give it as a data: URL."
        )
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        head = ""
    if not head.endswith(";base64"):
        raise DocumentError("file is a data: URL without base64: encode the file so.")
    if len(data) > LARGEST:
        raise DocumentError(
            f"file is a data: URL of {len(data) / MEGABYTE:.1f} MB, over the limit of "
            f"{LARGEST // MEGABYTE} MB: send the file to /uploads and give its id."
        )
    return data, "document"
