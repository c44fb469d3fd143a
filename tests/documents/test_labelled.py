"""Labels are read as a person means them: in reading order, each value once, or by places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.documents.labelled import Labelled, labelled, once, relabelled
from kie_app.errors import DataError
from kie_app.types import Box, Line

COLUMNS = (
    Line("SUBTOTAL", Box(0.1, 0.10, 0.4, 0.14)),
    Line("TOTAL", Box(0.1, 0.20, 0.4, 0.24)),
    Line("9.00", Box(0.7, 0.10, 0.9, 0.14)),
    Line("9.50", Box(0.7, 0.20, 0.9, 0.24)),
)


def test_lines_listed_by_column_are_read_by_row() -> None:
    one = Labelled("a", Path("a"), {}, COLUMNS, 400, 800)
    assert [line.text for line in one.document().lines] == ["SUBTOTAL", "9.00", "TOTAL", "9.50"]


def test_lines_that_share_a_box_are_all_kept() -> None:
    double = (*COLUMNS, Line("9.00 RM", COLUMNS[2].box))
    one = Labelled("a", Path("a"), {}, double, 400, 800)
    assert sorted(line.text for line in one.document().lines) == sorted(x.text for x in double)


@pytest.mark.parametrize(
    ("given_value", "read"),
    [
        ("56.08 56.08 56.08", "56.08"),
        ("1 May 1 May", "1 May"),
        ("56.08 56.09", "56.08 56.09"),
        ("NEW NEW", "NEW NEW"),
        ("", ""),
    ],
)
def test_a_repeated_value_is_read_once(given_value: str, read: str) -> None:
    assert once(given_value) == read


@given(st.text(alphabet="ab1 .", max_size=12))
def test_reading_once_changes_nothing_the_second_time(value: str) -> None:
    assert once(once(value)) == once(value)


def test_places_stand_for_the_words_of_the_given_lines(tmp_path: Path) -> None:
    places = tmp_path / "keys.jsonl"
    places.write_text('{"id": "a", "keys": {"sum": [3, 3], "both": [0, 1]}}\n')
    items = [Labelled(i, Path("a"), {"total": "9.50"}, COLUMNS, 400, 800) for i in "ab"]
    [one] = relabelled(items, places)
    assert one.entities == {"sum": "9.50", "both": "SUBTOTAL TOTAL"}


@pytest.mark.parametrize("text", ["{", "[]", '{"id": "a"}', '{"id": "a", "keys": 3}'])
def test_damaged_places_are_refused(tmp_path: Path, text: str) -> None:
    places = tmp_path / "keys.jsonl"
    places.write_text(text)
    with pytest.raises(DataError, match=r"keys\.jsonl"):
        list(relabelled([], places))


def test_classes_of_lines_are_read_where_they_are_given(tmp_path: Path) -> None:
    line = {"text": "9.50", "box": [0, 0, 1, 1]}
    rows = [
        {"id": "a", "image": "a.png", "lines": [{**line, "label": "Total"}, line], "entities": {}},
        {"id": "b", "image": "b.png", "lines": [line], "entities": {}},
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [one.classes for one in labelled(tmp_path)] == [("Total", ""), ()]
