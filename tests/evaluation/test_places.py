"""A value's box is right where it lies on the line that the label means."""

from __future__ import annotations

from pathlib import Path

from kie_app.datasets.labelled import Labelled
from kie_app.evaluation.places import placed
from kie_app.types import Box, Line, Source

LINES = (
    Line("TOTAL 12.50", Box(0.1, 0.1, 0.5, 0.15)),
    Line("CASH 12.50", Box(0.1, 0.2, 0.5, 0.25)),
    Line("OLD MILL", Box(0.1, 0.3, 0.5, 0.35)),
    Line("BAKERY", Box(0.1, 0.4, 0.5, 0.45)),
)
VALUES = {"total": "12.50", "company": "OLD MILL BAKERY", "tax": "1.00"}
PLAIN = Labelled("a", Path("a"), VALUES, LINES, 100, 100)
CLASSES = ("total", "other", "name", "name")


def at(number: int) -> Source:
    return Source(0, LINES[number].box)


def test_any_printing_of_the_value_is_its_place() -> None:
    assert placed(PLAIN, "total", [at(0)])
    assert placed(PLAIN, "total", [at(1)])
    assert placed(PLAIN, "total", [at(2)]) is False
    assert placed(PLAIN, "total", []) is False


def test_every_box_of_a_value_over_several_lines_counts() -> None:
    assert placed(PLAIN, "company", [at(2), at(3)])
    assert placed(PLAIN, "company", [at(2), at(0)]) is False


def test_the_label_may_list_its_lines_in_any_order() -> None:
    shuffled = Labelled("a", Path("a"), VALUES, LINES[::-1], 100, 100)
    assert placed(shuffled, "total", [at(0)])
    assert placed(shuffled, "company", [at(2), at(3)])
    assert placed(shuffled, "company", [at(0), at(1)]) is False


def test_another_page_is_another_place() -> None:
    assert placed(PLAIN, "total", [Source(1, LINES[0].box)]) is False


def test_what_the_label_does_not_tell_is_not_judged() -> None:
    assert placed(PLAIN, "tax", [at(0)]) is None
    assert placed(PLAIN, "nothing", [at(0)]) is None
    assert placed(Labelled("a", Path("a"), VALUES, (), 1, 1), "total", [at(0)]) is None


def test_where_lines_are_classified_the_class_is_meant() -> None:
    lines = (Line("12.50", LINES[0].box), Line("12.50", LINES[1].box), *LINES[2:])
    one = Labelled("a", Path("a"), VALUES, lines, 100, 100, CLASSES)
    assert placed(one, "total", [at(0)])
    assert placed(one, "total", [at(1)]) is False
    assert placed(one, "company", [at(2), at(3)])
