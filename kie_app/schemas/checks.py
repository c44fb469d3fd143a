"""The one check of a schema's keys."""

from __future__ import annotations

from kie_app.config import Settings
from kie_app.errors import SchemaError
from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.types import (
    Schema,
)

SHOWN_CHARS = 40  # of a wrong value in a message


def check_schema(schema: Schema, settings: Settings) -> None:
    """SchemaError when the keys cannot be asked: none, too many, twice the same, too long."""
    if not schema.keys:
        raise SchemaError("No keys are given: name at least one, for example company,date,total.")
    if len(schema.keys) > settings.max_keys:
        raise SchemaError(
            f"{len(schema.keys)} keys are given, the limit is {settings.max_keys}: ask fewer at "
            "once, or raise ONEPASS_MAX_KEYS."
        )
    seen: set[str] = set()
    for key in schema.keys:
        name = " ".join(key.name.split())
        if not name:
            raise SchemaError(f"A key has the name {key.name!r}: give every key a visible name.")
        shown = name if len(name) <= SHOWN_CHARS else name[:SHOWN_CHARS] + "..."
        longest = max(len(name), len(key.description))
        if longest > settings.max_key_chars:
            raise SchemaError(
                f"The key {shown!r} has {longest} characters, the limit is "
                f"{settings.max_key_chars}: shorten its name or description."
            )
        if name.casefold() in seen:
            raise SchemaError(f"The key {shown!r} is given twice: remove or rename one.")
        seen.add(name.casefold())
        if key.kind not in SLOTS_BY_KIND:
            raise SchemaError(
                f"The key {shown!r} has the kind {key.kind!r}: use one of "
                f"{', '.join(SLOTS_BY_KIND)}."
            )
