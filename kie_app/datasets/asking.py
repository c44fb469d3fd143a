"""Which keys are asked of each document of a labelled folder, and what is known to be absent.

In most folders every document is asked all keys, and what it does not label is absent. In an open
folder (forms with questions of their own) that would be hundreds: there each document is asked its
own keys and two of others. In an incomplete one, what is not labelled is not known: there each is
asked what it labels.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from kie_app.datasets.labelled import Labelled

Ask = Literal["all", "own", "labelled"]
OPEN = 5  # a folder with more than so many times the keys of its documents is open
FOREIGN = 2  # keys of other documents that each document of an open folder is asked


def keys_of(items: Sequence[Labelled]) -> tuple[str, ...]:
    """All keys with a single value, in order of first appearance."""
    return tuple(dict.fromkeys(name for item in items for name in item.values()))


def usual(items: Sequence[Labelled]) -> Ask:
    """How a folder is asked unless one says otherwise: "own" where it is open."""
    labelled = sum(len(item.values()) for item in items)
    return "own" if len(keys_of(items)) * len(items) > OPEN * labelled else "all"


def asked(item: Labelled, keys: Sequence[str], ask: Ask) -> tuple[str, ...]:
    """Those of the folder's `keys` that this document is asked. One that it labels with a list has
    several values, and is not asked."""
    values = item.values()
    if ask == "all":
        return tuple(key for key in keys if key in values or key not in item.entities)
    own = tuple(key for key in keys if key in values)
    return (*own, *foreign(item, keys)) if ask == "own" else own


def foreign(item: Labelled, keys: Sequence[str], most: int = FOREIGN) -> tuple[str, ...]:
    """Keys of other documents that this one neither labels nor prints: always the same ones."""
    names = {_letters(key) for key in item.entities}
    printed = _letters(" ".join(line.text for line in item.lines))
    found: list[str] = []
    rng = random.Random(item.id)
    for key in rng.sample(sorted(keys), len(keys)):
        letters = _letters(key)
        if len(found) < most and letters and letters not in names and letters not in printed:
            names.add(letters)
            found.append(key)
    return tuple(found)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
