"""A page under construction: runs of text placed in points, each saying what of it is a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kie_app.datasets.synthetic import metrics
from kie_app.types import Box

LEAST_SIZE = 0.62  # share of its size to which text shrinks before it runs over its room


@dataclass(frozen=True)
class Part:
    """Words of a run; `key` names the value that they belong to, `tight` has no blank before."""

    text: str
    key: str | None = None
    tight: bool = False


Parts = tuple[Part, ...]


@dataclass(frozen=True)
class Run:
    """Text on the baseline `y`; `align` is the share of its width that lies left of `x`."""

    parts: Parts
    x: float
    y: float
    size: float
    width: float
    align: float = 0.0
    bold: bool = False
    page: int = 0
    grey: int = 0

    @property
    def text(self) -> str:
        return join(self.parts)

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in points."""
        left = self.x - self.align * self.width
        high, low = metrics.ASCENT * self.size, metrics.DESCENT * self.size
        return left, self.y - high, left + self.width, self.y + low


@dataclass(frozen=True)
class Mark:
    """Something drawn that is no text: a rule, a frame or a filled area, in points."""

    page: int
    edges: tuple[float, float, float, float]
    width: float = 0.6
    fill: int | None = None
    dashed: bool = False


def join(parts: Sequence[Part]) -> str:
    return "".join(
        part.text if part.tight or not i else f" {part.text}" for i, part in enumerate(parts)
    )


def plain(text: str) -> Parts:
    return (Part(text),)


class Sheet:
    """Pages of one size; `y` is where the next line goes."""

    def __init__(
        self, width: float, height: float, margin: float, family: str, size: float
    ) -> None:
        self.width, self.height, self.margin = width, height, margin
        self.family, self.size = family, size
        self.leading = size * 1.35
        self.page, self.y = 0, margin + size
        self.runs: list[Run] = []
        self.marks: list[Mark] = []
        self.hidden: set[str] = set()  # keys that something else on the page answers just as well

    @property
    def left(self) -> float:
        return self.margin

    @property
    def right(self) -> float:
        return self.width - self.margin

    @property
    def room(self) -> float:
        return self.height - self.margin - self.y

    def down(self, lines: float = 1.0) -> float:
        """Goes down by so many lines; returns the new place."""
        self.y += lines * self.leading
        return self.y

    def measure(self, text: str, size: float | None = None, bold: bool = False) -> float:
        return metrics.width(text, self.family, size or self.size, bold)

    def put(
        self,
        x: float,
        y: float,
        given: Parts | str,
        *,
        size: float | None = None,
        bold: bool = False,
        align: float = 0.0,
        room: float | None = None,
        grey: int = 0,
    ) -> Run:
        """Prints one run, smaller where `room` asks for it."""
        parts = plain(given) if isinstance(given, str) else given
        high = size or self.size
        width = self.measure(join(parts), high, bold)
        space = min(room or self.width, self.width - 2)
        if width > space:
            share = max(space / width, LEAST_SIZE)
            high, width = high * share, width * share
        x = min(max(x, 1 + align * width), self.width - 1 - (1 - align) * width)
        run = Run(parts, x, y, high, width, align, bold, self.page, grey)
        self.runs.append(run)
        return run

    def rule(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        *,
        width: float = 0.6,
        dashed: bool = False,
    ) -> None:
        self.marks.append(Mark(self.page, (x0, y0, x1, y1), width, None, dashed))

    def frame(self, x0: float, y0: float, x1: float, y1: float, fill: int | None = None) -> None:
        """A filled area, or four rules around one."""
        if fill is not None:
            self.marks.append(Mark(self.page, (x0, y0, x1, y1), 0.0, fill))
            return
        for edges in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.rule(*edges)

    def wrap(self, text: str, room: float, size: float | None = None) -> list[str]:
        """Words broken into lines no wider than `room`."""
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.measure(longer, size) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def next_page(self) -> None:
        self.page, self.y = self.page + 1, self.margin + self.size

    def cut(self) -> None:
        """Ends the page below its last line, as a till cuts its paper."""
        self.height = self.y + self.margin


def reading_order(runs: Sequence[Run]) -> list[Run]:
    """Row by row, each from left to right: the order in which readers of pages give lines."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda one: (one.page, one.y)):
        first = rows[-1][0] if rows else None
        if first and first.page == run.page and run.y - first.y < 0.5 * min(first.size, run.size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [run for row in rows for run in sorted(row, key=lambda one: one.edges[0])]


def boxed(run: Run, width: float, height: float) -> Box:
    """Its place as fractions of the page."""
    x0, y0, x1, y1 = run.edges
    return clipped(x0 / width, y0 / height, x1 / width, y1 / height)


def clipped(x0: float, y0: float, x1: float, y1: float) -> Box:
    """Four decimals, like label files, and inside the page."""
    return Box(*(round(min(max(one, 0.0), 1.0), 4) for one in (x0, y0, x1, y1)))


def glued(run: Run) -> Run:
    """Without blanks inside its parts, as some readers of pages give text."""
    return replace(run, parts=tuple(replace(p, text="".join(p.text.split())) for p in run.parts))
