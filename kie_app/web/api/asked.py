"""What a call asks of a document: keys by name, or a schema that is known under a name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import Field

from kie_app.errors import SchemaError
from kie_app.library.schemas import NamedSchemas
from kie_app.schemas.naming import parse_keys
from kie_app.types import Schema
from kie_app.web.errors import SHOWN

Keys = Annotated[
    str,
    Field(
        description="what to extract: names with commas between, such as `company, date, total`; "
        "or give a schema"
    ),
]
SchemaName = Annotated[
    str, Field(description="in the place of keys, the name of a schema of GET /api/schemas")
]
DecoderName = Annotated[
    str, Field(description="a decoder of GET /api/decoders, by default the one of one pass")
]
DocumentId = Annotated[str, Path(description="the id of a document of the user")]


def schema_asked(schemas: NamedSchemas, owner: str, keys: str, schema: str) -> Schema:
    """What is asked by keys or by the name of a schema; SchemaError when by neither or both."""
    keys, schema = keys.strip(), schema.strip()
    if bool(keys) == bool(schema):
        raise SchemaError(
            "Give either keys, with commas between, or the name of a schema: "
            f"{'both' if keys else 'none'} came."
        )
    if keys:
        return schemas.checked(Schema("keys", parse_keys(keys)))
    known = schemas.of(owner)
    if schema not in known:
        raise SchemaError(
            f"There is no schema {schema[:SHOWN]!r}: use one of {', '.join(known)}, or name keys."
        )
    return known[schema]
