"""The keys a person names: text with commas to keys and back, details kept by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from kie_app.schemas.kinds import guess_kind
from kie_app.types import Key


def parse_keys(text: str, known: Iterable[Key] = ()) -> tuple[Key, ...]:
    """Names between commas or line breaks; a name that is known keeps its kind and description.

    Duplicates stay, so that the schema check can name them.
    """
    by_name = {key.name: key for key in known}
    names = [" ".join(part.split()) for part in re.split(r"[,\n]", text)]
    return tuple(by_name.get(name, Key(name, kind=guess_kind(name))) for name in names if name)


def joined_names(keys: Iterable[Key]) -> str:
    return ", ".join(key.name for key in keys)


def with_details(
    keys: Iterable[Key], name: str, *, kind: str | None = None, description: str | None = None
) -> tuple[Key, ...]:
    """The keys with one key's kind or description changed."""
    return tuple(
        replace(
            key,
            kind=key.kind if kind is None else kind,
            description=key.description if description is None else description.strip(),
        )
        if key.name == name
        else key
        for key in keys
    )


def plain_name(name: str) -> str:
    """A name as words: `gross_amount` is asked as "gross amount"."""
    return " ".join(name.replace("_", " ").split())
