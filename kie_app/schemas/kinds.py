"""The kinds of keys: what a value looks like, how many slots it gets, and what a name suggests."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kie_app.types import Key, Schema

# A kind's slot budget: masked positions of the first pass. A pointer reads most values whole,
# so the budget stays near the tokens a short value needs; a full block is asked again, larger.
SLOTS_BY_KIND = {"text": 8, "date": 10, "amount": 7, "number": 8, "id": 10, "address": 8}
KINDS = tuple(SLOTS_BY_KIND)

KIND_WORDS = {
    "date": ("date", "day", "birth", "expiry"),
    "amount": ("total", "amount", "price", "tax", "tip", "change", "cash", "balance", "sum"),
    "address": ("address",),
    "id": ("number", "no", "id", "iban", "code", "reference", "num"),
    "number": ("quantity", "qty", "count", "percent"),
}


def guess_kind(name: str) -> str:
    """The kind that a key's bare name suggests; "text" when it suggests none."""
    words = re.findall(r"[a-z]+", name.lower())
    for kind, known in KIND_WORDS.items():
        if any(word in known for word in words):
            return kind
    return "text"


def slots_of(key: Key) -> int:
    """The slot budget of a key: its own, else that of its kind."""
    return key.slots or SLOTS_BY_KIND[key.kind]


def schema_of(name: str, keys: Iterable[str]) -> Schema:
    """A schema of keys by their bare names, each of the kind that its name suggests."""
    return Schema(name, tuple(Key(key, kind=guess_kind(key)) for key in keys))
