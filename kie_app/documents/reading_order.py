"""Segments of text on one page, put into the order in which a person reads them.

Segments whose vertical extents overlap form a row, read left to right: so a receipt's label comes
before its amount. Only where a clear gutter parts running text on both sides (a two-column page)
is the left column read to its end before the right one. Works in pixels (or any unit that is the
same in both directions), y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from statistics import median
from typing import NamedTuple

from kie_app.types import Box

Point = tuple[float, float]
Interval = tuple[float, float]

SAME_ROW = 0.5  # share of the lower segment's height that must overlap
STACKED = 0.3  # share of the narrower width: so much above one another is not side by side
LOOK_BACK = 8  # rows that may still be open: tall segments and skew delay their members
MAX_SLOPE = 0.36  # 20 degrees; steeper segments are sideways text and say nothing about skew
GUTTER = 1.0  # least width of a gutter, in heights of the page's typical segment
COLUMN_LINES = 3  # fewer lines than this are no column
COLUMN_LETTERS = 20  # typical line of running text: longer than labels, amounts and names
COLUMN_FILL = 0.6  # and it fills this share of its column


class Segment(NamedTuple):
    """A run of text: the middles of its left and right edge, its height, its upright box."""

    text: str
    left: Point
    right: Point
    height: float
    box: Box

    @classmethod
    def of_quad(cls, text: str, quad: Sequence[Point]) -> Segment:
        """From corners in the order top left, top right, bottom right, bottom left."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
        xs, ys = (ax, bx, cx, dx), (ay, by, cy, dy)
        height = (hypot(dx - ax, dy - ay) + hypot(cx - bx, cy - by)) / 2
        return cls(
            text,
            ((ax + dx) / 2, (ay + dy) / 2),
            ((bx + cx) / 2, (by + cy) / 2),
            height,
            Box(min(xs), min(ys), max(xs), max(ys)),
        )

    @classmethod
    def of_box(cls, text: str, box: Box) -> Segment:
        """From an upright box."""
        x0, y0, x1, y1 = box
        return cls.of_quad(text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


class _Placed(NamedTuple):
    """The extent of segment `number` once the page's slope is taken out."""

    number: int
    x0: float
    x1: float
    y0: float
    y1: float


_Row = list[_Placed]


def order(segments: Sequence[Segment]) -> list[Segment]:
    """All segments of one page in reading order."""
    if not segments:
        return []
    incline = slope(segments)
    placed = [_place(index, segment, incline) for index, segment in enumerate(segments)]
    gutter = GUTTER * median(one.y1 - one.y0 for one in placed)
    return [segments[one.number] for one in _read(_rows(placed), segments, gutter)]


def rows(boxes: Sequence[Box]) -> list[list[int]]:
    """Indices of upright boxes, row by row from the top, each row from left to right."""
    placed = [_Placed(i, b.x0, b.x1, b.y0, max(b.y1, b.y0 + 1e-6)) for i, b in enumerate(boxes)]
    return [[one.number for one in row] for row in _rows(placed)]


def slope(segments: Sequence[Segment]) -> float:
    """Skew of the page (rise over run): the median over segments much wider than high."""
    slopes = []
    for segment in segments:
        run = segment.right[0] - segment.left[0]
        if run > 3 * segment.height:
            slopes.append((segment.right[1] - segment.left[1]) / run)
    level = [one for one in slopes if abs(one) <= MAX_SLOPE]
    return median(level) if level else 0.0


def _place(index: int, segment: Segment, incline: float) -> _Placed:
    (ax, ay), (bx, by) = segment.left, segment.right
    y = (ay + by - incline * (ax + bx)) / 2
    half = max(segment.height, 1e-6) / 2
    return _Placed(index, ax + incline * ay, bx + incline * by, y - half, y + half)


def _rows(placed: Sequence[_Placed]) -> list[_Row]:
    """Rows from top to bottom, each from left to right."""
    found: list[_Row] = []
    for one in sorted(placed, key=lambda p: p.y0 + p.y1):
        fits = [(_fit(one, row), row) for row in found[-LOOK_BACK:]]
        fit, best = max(fits, key=lambda pair: pair[0], default=(0.0, []))
        if fit >= SAME_ROW:
            best.append(one)
        else:
            found.append([one])
    for row in found:
        row.sort(key=lambda p: p.x0)
    return sorted(found, key=lambda row: sum(p.y0 + p.y1 for p in row) / len(row))


def _fit(one: _Placed, row: _Row) -> float:
    """Vertical overlap with the row's nearest member; 0 where it stands above or below another."""
    nearest = min(row, key=lambda p: max(p.x0 - one.x1, one.x0 - p.x1))
    overlap = min(one.y1, nearest.y1) - max(one.y0, nearest.y0)
    fit = overlap / min(one.y1 - one.y0, nearest.y1 - nearest.y0)
    if fit < SAME_ROW:
        return 0.0
    for member in row:
        shared = min(one.x1, member.x1) - max(one.x0, member.x0)
        if shared > STACKED * min(one.x1 - one.x0, member.x1 - member.x0):
            return 0.0
    return fit


def _read(rows: Sequence[_Row], segments: Sequence[Segment], gutter: float) -> list[_Placed]:
    """Rows as they are, except that running text in columns is read column by column."""
    read: list[_Placed] = []
    at = 0
    while at < len(rows):
        for end, gap in _bands(rows, at, gutter):
            left = [[p for p in row if p.x1 <= gap[0]] for row in rows[at:end]]
            right = [[p for p in row if p.x0 >= gap[1]] for row in rows[at:end]]
            if _is_column(left, segments) and _is_column(right, segments):
                read += _read([row for row in left if row], segments, gutter)
                read += _read([row for row in right if row], segments, gutter)
                at = end
                break
        else:
            read += rows[at]
            at += 1
    return read


def _bands(rows: Sequence[_Row], at: int, gutter: float) -> list[tuple[int, Interval]]:
    """How far down each gap in row `at` reaches (the row after its last), longest first."""
    gaps = _cut(
        (min(row[0].x0 for row in rows[at:]), max(row[-1].x1 for row in rows[at:])), rows[at]
    )
    found: list[tuple[int, Interval]] = []
    for end in range(at + 1, len(rows)):
        kept = []
        for gap in gaps:
            pieces = [cut for cut in _cut(gap, rows[end]) if cut[1] - cut[0] >= gutter]
            kept += pieces
            if not pieces:
                found.append((end, gap))
        gaps = kept
        if not gaps:
            break
    return sorted([*found, *((len(rows), gap) for gap in gaps)], reverse=True)


def _cut(gap: Interval, row: _Row) -> list[Interval]:
    """What a row's segments leave of a gap."""
    pieces = [gap]
    for p in row:
        pieces = [
            piece
            for start, end in pieces
            for piece in ((start, min(end, p.x0)), (max(start, p.x1), end))
            if piece[0] < piece[1]
        ]
    return pieces


def _is_column(rows: Sequence[_Row], segments: Sequence[Segment]) -> bool:
    """Whether rows on one side of a gutter are running text."""
    filled = [row for row in rows if row]
    if len(filled) < COLUMN_LINES:
        return False
    width = max(row[-1].x1 for row in filled) - min(row[0].x0 for row in filled)
    letters = [sum(c.isalpha() for p in row for c in segments[p.number].text) for row in filled]
    widths = [row[-1].x1 - row[0].x0 for row in filled]
    return median(letters) >= COLUMN_LETTERS and median(widths) >= COLUMN_FILL * width
