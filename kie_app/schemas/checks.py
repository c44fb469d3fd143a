"""The one check of a list of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kie_app.config import Settings
from kie_app.errors import SchemaError
from kie_app.schemas.kinds import KINDS
from kie_app.types import Key, Schema

SHOWN_CHARS = 40  # of a wrong value in a message


class KeyFault(NamedTuple):
    """The key at `place` cannot be asked: the end of a sentence that begins with its name."""

    place: int
    reason: str


def key_fault(keys: Sequence[Key]) -> KeyFault | None:
    """The first key that has no name, the name of another (case and blanks aside), a kind that
    there is not, or no slots; None where all can be asked."""
    names: set[str] = set()
    for place, key in enumerate(keys):
        name = " ".join(key.name.split()).casefold()
        if not name:
            return KeyFault(place, "has no name: give every key a visible name.")
        if name in names:
            return KeyFault(place, "is given twice: remove or rename one.")
        names.add(name)
        if key.kind not in KINDS:
            kind = f"has the kind {_cut(key.kind)!r}"
            return KeyFault(place, f"{kind}: use one of {', '.join(KINDS)}.")
        if key.slots is not None and key.slots < 1:
            return KeyFault(place, f"has {key.slots} slots: give a whole number from 1 up.")
    return None


def check_schema(schema: Schema, settings: Settings) -> None:
    """SchemaError when the keys cannot be asked: none, too many, too long, or a `key_fault`."""
    keys = schema.keys
    if not keys:
        raise SchemaError("No keys are given: name at least one, for example company,date,total.")
    if len(keys) > settings.max_keys:
        raise SchemaError(
            f"{len(keys)} keys are given, the limit is {settings.max_keys}: ask fewer at "
            "once, or raise ONEPASS_MAX_KEYS."
        )
    for key in keys:
        longest = max(len(_shown(key)), len(key.description))
        if longest > settings.max_key_chars:
            raise SchemaError(
                f"The key {_cut(_shown(key))!r} has {longest} characters, the limit is "
                f"{settings.max_key_chars}: shorten its name or description."
            )
    if fault := key_fault(keys):
        raise SchemaError(f"The key {_cut(_shown(keys[fault.place]))!r} {fault.reason}")


def _shown(key: Key) -> str:
    return " ".join(key.name.split())


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "..."
