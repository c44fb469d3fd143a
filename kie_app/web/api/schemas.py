"""Keys that are kept under a name: the templates of the app, and those of the user."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from kie_app.library.corrections import flat
from kie_app.library.schemas import NamedSchemas
from kie_app.schemas.naming import parse_keys
from kie_app.schemas.templates import keys_of
from kie_app.types import Schema
from kie_app.web.api.answers import SchemaAnswer, described
from kie_app.web.calls import Owner


class NamedKey(BaseModel):
    """A key with its details."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str = Field("", description="in words, where the name alone is not clear")
    kind: str = Field("text", description="text, date, amount, number, id or address")
    slots: int | None = Field(None, ge=1, description="positions that a value gets at first")


# Looked at by `keys_of`, whose errors say what to write.
GivenKeys = SkipValidation[str | list[NamedKey]]
Name = Annotated[str, Path(description="what a document is then asked for as `schema`")]


def schemas(named_schemas: NamedSchemas) -> APIRouter:
    """The routes over the schemas."""
    router = APIRouter(tags=["schemas"])

    @router.get("/schemas", response_model=list[SchemaAnswer])
    def list_schemas(owner: Owner) -> list[dict[str, Any]]:
        """List the schemas that a document can be asked for by name."""
        return known_schemas(named_schemas, owner)

    @router.put("/schemas/{name:path}", response_model=SchemaAnswer)
    def save_schema(
        owner: Owner,
        name: Name,
        keys: Annotated[
            GivenKeys,
            Body(embed=True, description="names with commas between, or a list of keys"),
        ],
    ) -> dict[str, Any]:
        """Keep keys under a name, in the place of the user's own of that name."""
        named = parse_keys(keys) if isinstance(keys, str) else keys_of(keys, "keys")
        schema = Schema(flat(name), named)
        named_schemas.save(owner, schema)
        return described(schema, own=True)

    @router.delete("/schemas/{name:path}")
    def delete_schema(owner: Owner, name: Name) -> str:
        """Remove keys that the user saved, and return their name; answers to them stay."""
        title = flat(name)
        named_schemas.delete(owner, title)
        return title

    return router


def known_schemas(schemas: NamedSchemas, owner: str) -> list[dict[str, Any]]:
    """The templates and the owner's own schemas, as `SchemaAnswer` has them."""
    templates = schemas.templates()
    return [
        described(schema, schema.name not in templates) for schema in schemas.of(owner).values()
    ]
