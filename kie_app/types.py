"""The words of the project as frozen values. Boxes are fractions of the page, times are seconds."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Key:
    """What to extract. `slots` overrides the kind's slot budget."""

    name: str
    description: str = ""
    kind: str = "text"
    slots: int | None = None


@dataclass(frozen=True)
class Schema:
    """A named list of keys."""

    name: str
    keys: tuple[Key, ...]


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
class Part:
    """Work of a decoder outside its passes; `start` counts from the start of its work."""

    kind: str  # "features", "labels", "branches", "logits", "scores" or "answers"
    start: float
    seconds: float


@dataclass(frozen=True)
class Event:
    """A token that a pass wrote, `at` seconds after the decoder's start, for the key at `key`."""

    at: float
    key: int
    position: int
    text: str


@dataclass(frozen=True)
class Stats:
    """What one run of a decoder cost. `passes` includes the prefill unless it was cached; `parts`
    is its other work. `prefill` are the seconds of what depends on the document alone, `decode`
    those of everything else: together the run's whole time."""

    passes: tuple[Pass, ...]
    prefill: float
    decode: float
    cached: bool = False
    parts: tuple[Part, ...] = ()

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
