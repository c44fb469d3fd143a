"""Which labelled documents are trained on, and which are kept to validate on.

What looks alike stays on one side: documents of one `group` where a folder names groups, else those
of one shop or advertiser.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from kie_app.datasets.labelled import Labelled

Split = Literal["all", "train", "validation"]
VALIDATION_SHARE = 5  # one document in about so many is kept for validation
SHOP_KEYS = ("company", "store_name", "advertiser")
SHOP_PREFIX = 6  # letters that name a shop: spelling variants of one shop stay on one side


def of_split(items: Sequence[Labelled], split: str) -> list[Labelled]:
    """The documents of a whole folder that are of this split, "all" of them, or "train" or
    "validation"."""
    held = held_groups(items)

    def side(item: Labelled) -> str:
        if item.group:
            return "validation" if item.group in held else "train"
        return split_of_shop(item)

    return [item for item in items if split in ("all", side(item))]


def held_groups(items: Sequence[Labelled]) -> set[str]:
    """Groups to validate on, in an order that says nothing of them, each that still fits in: one
    group may be most of a folder."""
    sizes = Counter(item.group for item in items if item.group)
    room, held = round(sizes.total() / VALIDATION_SHARE), set()
    for group in sorted(sizes, key=_digest):
        if sizes[group] <= room:
            room -= sizes[group]
            held.add(group)
    return held


def split_of_shop(item: Labelled) -> str:
    """ "train" or "validation", the same for all documents of one shop (or advertiser)."""
    shop = next((v for k in SHOP_KEYS if isinstance(v := item.entities.get(k), str)), item.id)
    letters = "".join(c for c in shop.upper() if c.isalnum())[:SHOP_PREFIX]
    return "validation" if _digest(letters)[0] % VALIDATION_SHARE == 0 else "train"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
