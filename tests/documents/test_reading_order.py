"""Rows stay rows, skew or not; only running text in columns is read column by column."""

from __future__ import annotations

from math import cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.documents.reading_order import Segment, order, slope
from kie_app.types import Box

LETTER = 10  # width of a letter; lines are 20 high and 30 apart
PROSE = "running words that fill a line"


def at(text: str, column: float, line: float) -> Segment:
    x, y = column, line * 30
    return Segment.of_box(text, Box(x, y, x + LETTER * len(text), y + 20))


def turned(segment: Segment, degrees: float) -> Segment:
    """The segment on a page that was photographed askew."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    x0, y0, x1, y1 = segment.box
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Segment.of_quad(segment.text, [(c * x - s * y, s * x + c * y) for x, y in corners])


def texts(segments: list[Segment]) -> list[str]:
    return [segment.text for segment in order(segments)]


RECEIPT = [
    at("GREEN LEAF STORE", 100, 0),
    *(at(f"label {n}", 0, n) for n in range(1, 9)),
    *(at(f"{n}.50", 400, n + 0.1) for n in range(1, 9)),
]
RECEIPT_TEXTS = ["GREEN LEAF STORE", *(t for n in range(1, 9) for t in (f"label {n}", f"{n}.50"))]


def test_an_amount_follows_its_label() -> None:
    assert texts(RECEIPT) == RECEIPT_TEXTS


@pytest.mark.parametrize("degrees", [-8, -3, 3, 8])
def test_skew_does_not_tear_rows_apart(degrees: float) -> None:
    askew = [turned(segment, degrees) for segment in RECEIPT]
    assert texts(askew) == RECEIPT_TEXTS


def test_slope_is_that_of_wide_segments() -> None:
    askew = [turned(at(PROSE, 0, n), 5) for n in range(5)]
    sideways = [Segment.of_box("vertical", Box(900, 0, 920, 300))]
    assert slope(askew + sideways) == pytest.approx(0.0875, abs=0.001)


@pytest.mark.parametrize("offset", [0, 0.4])
def test_running_text_is_read_column_by_column(offset: float) -> None:
    page = [
        at("A heading that stands above both of the two columns of the page", 0, 0),
        *(at(f"{PROSE} {n} left", 0, n) for n in range(1, 7)),
        *(at(f"{PROSE} {n} right", 450, n + offset) for n in range(1, 6)),
        at("A footer that stands beneath both of the two columns of the page", 0, 8),
    ]
    assert texts(page) == [segment.text for segment in page]


def test_three_columns_are_read_one_after_the_other() -> None:
    page = [at(f"{PROSE} {c}{n}", 400 * c, n) for c in range(3) for n in range(5)]
    assert texts(page[::-1]) == [segment.text for segment in page]


def test_a_form_with_long_values_stays_in_rows() -> None:
    rows = [("Name", "Jane Doe of Green Leaf Stores"), ("Street", "12 Market Street in the middle")]
    rows += [
        ("Town", "Springfield upon the river"),
        ("Remark", "Ring twice and wait for an answer"),
    ]
    page = [
        at(text, x, n) for n, row in enumerate(rows) for x, text in zip((0, 200), row, strict=True)
    ]
    assert texts(page[::-1]) == [text for row in rows for text in row]


def test_nothing_is_in_order() -> None:
    assert order([]) == []


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    *(st.floats(0, 1000) for _ in range(2)),
    *(st.floats(0, 300) for _ in range(2)),
)


@given(st.lists(boxes, max_size=30))
def test_every_segment_comes_once_wherever_it_stands(places: list[Box]) -> None:
    page = [Segment.of_box(f"{PROSE} {n}", box) for n, box in enumerate(places)]
    assert sorted(order(page)) == sorted(page)
