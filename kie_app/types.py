"""The words of the project as frozen values. Boxes are fractions of the page, times are seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from PIL import Image


class Box(NamedTuple):
    """Left, top, right, bottom as fractions of the page, each in [0, 1]."""

    x0: float
    y0: float
    x1: float
    y1: float

    def union(self, other: Box) -> Box:
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )


@dataclass(frozen=True)
class Line:
    """A run of text on one page, in reading order among its document's lines."""

    text: str
    box: Box
    page: int = 0


class Word(NamedTuple):
    """A word of a line (see `split_words`), its box a share of the line's by characters. A `glued`
    one is printed without a blank after the word before it."""

    text: str
    box: Box
    page: int
    line: int
    glued: bool = False


_DATE = r"\d{1,4}[/.]\d{1,2}[/.]\d{2,4}"
_DATE_RANGE = re.compile(rf"(?<!\d)({_DATE})([-\u2013])({_DATE})(?!\d)")


# A colon with a letter on either side, or before a bracket or at a start, is a label's and not a
# time's. (The colon of "http://" stands before neither.)
_LABEL_COLON = re.compile(r"(?<!\d):(?=[^\W_]|\()|:(?=[^\W\d_])")


def split_words(text: str) -> list[str]:
    """Blank-separated parts, but what is printed together is several words where it is several
    values: a label and its value ("NO:123") are two words, a range of two dates is three."""
    return _DATE_RANGE.sub(r"\1 \2 \3", _LABEL_COLON.sub(": ", text)).split()


def words_of(lines: Iterable[Line]) -> Iterator[Word]:
    """Every word of every line."""
    for index, line in enumerate(lines):
        width = (line.box.x1 - line.box.x0) / max(len(line.text), 1)
        end = 0
        for text in split_words(line.text):
            start = line.text.index(text, end)
            glued, end = start == end > 0, start + len(text)
            box = Box(
                line.box.x0 + start * width,
                line.box.y0,
                line.box.x0 + end * width,
                line.box.y1,
            )
            yield Word(text, box, line.page, index, glued)


def as_printed(words: Iterable[Word]) -> str:
    """Words as one text, with blanks where the page has them."""
    return "".join(word.text if word.glued else f" {word.text}" for word in words).strip()


@dataclass(frozen=True)
class Page:
    """One page; `image` is RGB, upright, and absent where only given text is known."""

    number: int
    width: int
    height: int
    image: Image.Image | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Document:
    """Pages of lines. `id` is the SHA-256 of the file's bytes, `text_source` how it was read."""

    id: str
    name: str
    pages: tuple[Page, ...]
    lines: tuple[Line, ...]
    text_source: str  # "given", "text layer", "ocr" or "mixed"
    ocr_seconds: float = 0.0

    @property
    def recognised(self) -> bool:
        """Whether all of it was read by text recognition, which may err."""
        return self.text_source == "ocr"

    def words(self) -> Iterator[Word]:
        """Every word of every line in reading order."""
        yield from words_of(self.lines)


# A kind's slot budget: masked positions of the first pass. A pointer reads most values whole,
# so the budget stays near the tokens a short value needs; a full block is asked again, larger.
SLOTS_BY_KIND = {"text": 8, "date": 10, "amount": 7, "number": 8, "id": 10, "address": 8}


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


@dataclass(frozen=True)
class Key:
    """What to extract. `slots` overrides the kind's slot budget."""

    name: str
    description: str = ""
    kind: str = "text"
    slots: int | None = None

    @property
    def budget(self) -> int:
        return self.slots or SLOTS_BY_KIND[self.kind]


@dataclass(frozen=True)
class Schema:
    """A named list of keys."""

    name: str
    keys: tuple[Key, ...]

    @classmethod
    def of(cls, name: str, keys: Iterable[str]) -> Schema:
        """Keys by their bare names, each of the kind that its name suggests."""
        return cls(name, tuple(Key(key, kind=guess_kind(key)) for key in keys))


class Candidate(NamedTuple):
    """One token that a slot might hold, and how likely the model finds it."""

    text: str
    probability: float


@dataclass(frozen=True)
class Slot:
    """One predicted position of a value; `top` holds the likeliest candidates, best first."""

    text: str
    probability: float
    top: tuple[Candidate, ...]


class Source(NamedTuple):
    """Where on the document a value stands."""

    page: int
    box: Box


class Reading(NamedTuple):
    """A value that the page might hold for a key, and how likely the model finds it."""

    value: str
    probability: float
    sources: tuple[Source, ...]


# A value that nobody looked at, or what a person said of it.
State = Literal["predicted", "confirmed", "corrected", "absent", "illegible"]


@dataclass(frozen=True)
class Field:
    """One key's answer. `value` is None when the key is absent; `sources` is empty when the value
    is not located. `origin` says what wrote the value: "pointer", "slots" or "tokens", or "person"
    in what a library exports. `readings` are runs of the page that the decoder weighed, and
    what it answered in other windows of a long document, the likeliest first. `state` is
    "predicted", or what a person said."""

    key: Key
    value: str | None
    confidence: float
    sources: tuple[Source, ...]
    slots: tuple[Slot, ...]
    origin: str
    readings: tuple[Reading, ...] = ()
    state: State = "predicted"


@dataclass(frozen=True)
class Pass:
    """One forward pass of the backbone; `start` counts from the start of the decoder's work."""

    kind: str  # "prefill", "fill", "step", "verify" or "again"
    start: float
    seconds: float
    tokens: int


@dataclass(frozen=True)
class Event:
    """A token that a pass wrote, `at` seconds after the decoder's start, for the key at `key`."""

    at: float
    key: int
    position: int
    text: str


@dataclass(frozen=True)
class Stats:
    """What one run of a decoder cost. `passes` includes the prefill unless it was cached."""

    passes: tuple[Pass, ...]
    prefill: float
    decode: float
    cached: bool = False

    @property
    def tokens(self) -> int:
        return sum(one.tokens for one in self.passes)


@dataclass(frozen=True)
class Extraction:
    """What one decoder returned for one document."""

    decoder: str
    document: str
    schema: Schema
    fields: tuple[Field, ...]
    stats: Stats
    events: tuple[Event, ...]
    model: str
