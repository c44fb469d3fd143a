"""Where the tokens of an answer come from: copied from the page by a pointer, or written.

A pointer reads a value off the page; the slots of its key were filled all the same, and what they
hold is not the answer. Tokens of such a value were written by nobody, so they are counted apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kie_app.extraction import END_MARK
from kie_app.types import Extraction, Field, Slot

COPIED = "pointer"  # the origin of a value that a pointer read off the page
UNKNOWN = re.compile("\N{REPLACEMENT CHARACTER}+")  # tokens that are part of a character alone


class Tokens(NamedTuple):
    """How many tokens of an extraction's values slots or steps wrote, and how many were copied."""

    written: int
    copied: int


def tokens_of(extraction: Extraction) -> Tokens:
    """Counted once for each place in a value, however often a pass wrote there."""
    places = {(event.key, event.position) for event in extraction.events}
    by_pointer = {key for key, one in enumerate(extraction.fields) if one.origin == COPIED}
    copied = sum(key in by_pointer for key, _ in places)
    return Tokens(len(places) - copied, copied)


def used_slots(field: Field) -> int:
    """How many slots the text of the slots takes, with the one that ends it; those after it say
    nothing."""
    texts = [slot.text for slot in field.slots]
    return texts.index(END_MARK) + 1 if END_MARK in texts else len(texts)


def slots_text(slots: Sequence[Slot]) -> str:
    """What the slots hold before the end of the value."""
    texts = [slot.text for slot in slots]
    end = texts.index(END_MARK) if END_MARK in texts else len(texts)
    return " ".join("".join(texts[:end]).split())


def differing_text(field: Field) -> str | None:
    """What the slots wrote where it is not the value that was copied, "" for nothing at all. None
    where they agree, white space aside, as far as the slots reach, or where nothing was copied."""
    if field.origin != COPIED or not field.slots:
        return None
    own = slots_text(field.slots)
    agrees = re.compile(".+?".join(map(re.escape, UNKNOWN.split(_squeezed(own)))))
    ended = any(slot.text == END_MARK for slot in field.slots)
    match = agrees.fullmatch if ended else agrees.match
    return None if match(_squeezed(field.value or "")) else own


def _squeezed(text: str) -> str:
    return "".join(text.split())
