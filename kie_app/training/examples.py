"""Labelled documents -> supervised examples: which keys are asked, and what is right.

Beside a document's labelled keys, its own printed labels ("CASHIER: MANIS") are asked as keys. They
cost nothing, and they teach the model to find a key by its words rather than by heart.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kie_app.documents.labelled import Labelled
from kie_app.types import Document, Key, Line, Schema

PRINTED_LABEL = re.compile(r"^([A-Za-z][A-Za-z./ ]{1,24}?) ?(?:[:#]|: ?) +(\S.*)$")
LABEL_ALONE = re.compile(r"^([A-Za-z][A-Za-z./ ]{1,24}?) ?:$")
MAX_PRINTED_WORDS = 8


@dataclass(frozen=True)
class Example:
    """A document, the keys that are asked of it, and their values (None: absent)."""

    document: Document
    schema: Schema
    values: tuple[str | None, ...]


def printed_labels(lines: Sequence[Line]) -> dict[str, str]:
    """Pairs that the document itself prints as `label: value`, labels in lower case.

    A label that stands twice with different values is left out: it would be ambiguous.
    """
    pairs: dict[str, str] = {}
    twice: set[str] = set()
    for index, line in enumerate(lines):
        match = PRINTED_LABEL.match(line.text)
        if match:
            name, value = match[1], match[2]
        elif (alone := LABEL_ALONE.match(line.text)) and index + 1 < len(lines):
            right = lines[index + 1]
            middle = (right.box.y0 + right.box.y1) / 2
            if not line.box.y0 < middle < line.box.y1 or right.box.x0 < line.box.x1:
                continue
            name, value = alone[1], right.text
        else:
            continue
        name, value = " ".join(name.lower().split()), " ".join(value.split())
        if len(value.split()) > MAX_PRINTED_WORDS:
            continue
        if pairs.get(name, value) != value:
            twice.add(name)
        pairs[name] = value
    return {name: value for name, value in pairs.items() if name not in twice}


def example(
    item: Labelled,
    rng: random.Random,
    descriptions: Mapping[str, Key],
    foreign: Sequence[str] = (),
    printed: int = 2,
) -> Example:
    """One training example: labelled keys in random order, up to `printed` printed labels, and
    sometimes a key of other documents (`foreign`) that this one lacks."""
    values: dict[str, str | None] = dict(item.values())
    own = printed_labels(item.lines)
    extra = [name for name in own if name not in values]
    for name in rng.sample(extra, min(rng.randint(0, printed), len(extra))):
        values[name] = own[name]
    if foreign and rng.random() < 0.25:
        name = rng.choice(foreign)
        text = "\n".join(line.text for line in item.lines).lower()
        if name not in text and name not in values:
            values[name] = None
    names = list(values)
    rng.shuffle(names)
    described = rng.random() < 0.3
    keys = tuple(
        descriptions[name] if described and name in descriptions else Key(name) for name in names
    )
    schema = Schema("training", keys)
    return Example(item.document(), schema, tuple(values[name] for name in names))
