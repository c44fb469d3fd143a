"""One seed, one document: its kind, its layout, its lines and the values among them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kie_app.datasets.synthetic import agreement, airtime, receipt, record, trade
from kie_app.datasets.synthetic.absence import absent
from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.sheet import Mark, Run, Sheet, boxed, glued, reading_order
from kie_app.types import Box, Document, Line, Page

DOTS = 2.0  # pixels a point, of pages that nobody draws
GLUED = 0.03  # share of receipts whose lines hold no blanks, as some readers of pages give them
WEIGHTS = {
    "receipt": 9,
    "invoice": 6,
    "purchase order": 3,
    "delivery note": 2,
    "airtime order": 6,
    "agreement": 1,
}


@dataclass(frozen=True)
class SyntheticDocument:
    """A document, its values as printed, and keys of its kind that it lacks."""

    document: Document
    values: dict[str, str]
    absent: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True)
class Layout:
    """A document before it is drawn: runs in reading order and marks, in points."""

    kind: str
    family: str
    width: float
    height: float
    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    values: dict[str, str]
    absent: tuple[str, ...]


def generate(seed: int) -> SyntheticDocument:
    """The document of a seed: always the same one."""
    made = layout(seed)
    boxes = [boxed(run, made.width, made.height) for run in made.runs]
    size = (round(made.width * DOTS), round(made.height * DOTS))
    count = 1 + max(run.page for run in made.runs)
    return document(seed, made, boxes, [Page(number, *size) for number in range(count)])


def document(
    seed: int, made: Layout, boxes: Sequence[Box], pages: Sequence[Page]
) -> SyntheticDocument:
    """A layout as lines with the given boxes."""
    lines = tuple(Line(run.text, box, run.page) for run, box in zip(made.runs, boxes, strict=True))
    name = f"synthetic-{seed}"
    whole = Document(name, f"{name}.png", tuple(pages), lines, "given")
    return SyntheticDocument(whole, dict(made.values), made.absent, made.kind)


def kinds() -> dict[str, int]:
    """All kinds and how often each is made."""
    return {**WEIGHTS, **record.kinds()}


def layout(seed: int) -> Layout:
    """Where everything of a seed's document stands."""
    rng = random.Random(f"synthetic-{seed}")
    weights = kinds()
    kind = rng.choices(list(weights), list(weights.values()))[0]
    facts = Facts(rng, "US" if kind == "airtime order" else None)
    sheet, natural = _compose(kind, facts)
    runs = reading_order(sheet.runs)
    if kind == "receipt" and rng.random() < GLUED:
        runs = [glued(run) for run in runs]
    runs = [run for run in runs if run.text.strip()]
    values = _values(runs)
    printed = {part.key for run in sheet.runs for part in run.parts} | sheet.hidden
    lacking = absent(natural, printed)
    size = (sheet.width, sheet.height)
    return Layout(kind, sheet.family, *size, tuple(runs), tuple(sheet.marks), values, lacking)


def _compose(kind: str, facts: Facts) -> tuple[Sheet, tuple[str, ...]]:
    plain: dict[str, tuple[Callable[[Facts], Sheet], tuple[str, ...]]] = {
        "receipt": (receipt.compose, receipt.NATURAL),
        "airtime order": (airtime.compose, airtime.NATURAL),
        "agreement": (agreement.compose, agreement.NATURAL),
    }
    if kind in plain:
        make, natural = plain[kind]
        return make(facts), natural
    return trade.compose(facts, kind) if kind in trade.KINDS else record.compose(facts, kind)


def _values(runs: Sequence[Run]) -> dict[str, str]:
    """Each key's words where they follow each other in reading order. A value that another column
    cuts apart cannot be a run of words, so that key is not asked (nor said to be absent)."""
    places: dict[str, list[tuple[int, str]]] = {}
    at = 0
    for run in runs:
        for part in run.parts:
            if part.key:
                places.setdefault(part.key, []).append((at, part.text))
            at += 1
    found: dict[str, str] = {}
    for key, parts in places.items():
        first = parts[0][0]
        if [place for place, _ in parts] == list(range(first, first + len(parts))):
            found[key] = " ".join(" ".join(text.split()) for _, text in parts)
    return found
