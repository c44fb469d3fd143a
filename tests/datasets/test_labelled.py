"""Labels are read as a person means them: in reading order, each value once, or by places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.datasets.labelled import Labelled, labelled, once
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


def test_classes_of_lines_are_read_where_they_are_given(tmp_path: Path) -> None:
    line = {"text": "9.50", "box": [0, 0, 1, 1]}
    rows = [
        {"id": "a", "image": "a.png", "lines": [{**line, "label": "Total"}, line], "entities": {}},
        {"id": "b", "image": "b.png", "lines": [line], "entities": {}},
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [one.classes for one in labelled(tmp_path)] == [("Total", ""), ()]


LINE = {"text": "9.50", "box": [0, 0, 1, 1]}
ROW = {"id": "a", "image": "a.png", "lines": [LINE], "entities": {"total": "9.50"}}


def read(folder: Path, *rows: str | bytes) -> list[Labelled]:
    data = b"\n".join(row if isinstance(row, bytes) else row.encode() for row in rows)
    (folder / "labels.jsonl").write_bytes(data)
    return list(labelled(folder))


def changed(**other: object) -> str:
    return json.dumps({**ROW, **other})


def with_line(**other: object) -> str:
    return changed(lines=[LINE, {**LINE, **other}])


def test_what_is_plain_is_read_as_it_is_meant(tmp_path: Path) -> None:
    [plain] = read(tmp_path, json.dumps(ROW))
    assert read(tmp_path, b"\xef\xbb\xbf" + json.dumps(ROW).encode(), b"", b"\r") == [plain]
    [unread] = read(tmp_path, changed(lines=None, width=None))
    assert unread.lines == ()
    row = '{"id": 7, "image": "a", "entities": {"total": 12.50, "no": 7, "date": null, "of": [1]}}'
    [emoji] = read(tmp_path, changed(entities={"total": "\U0001f9fe"}))
    assert emoji.entities == {"total": "\U0001f9fe"}
    [odd] = read(tmp_path, row)
    assert (odd.id, odd.entities) == ("7", {"total": "12.50", "no": "7", "of": ["1"]})


def test_rows_of_tables_are_read_as_printed(tmp_path: Path) -> None:
    rows = [{"name": "MILK", "price": 2.5}, {"name": "TEA", "quantity": 2, "price": None}]
    [one] = read(tmp_path, changed(tables={"items": rows, "taxes": []}))
    items = ({"name": "MILK", "price": "2.5"}, {"name": "TEA", "quantity": "2"})
    assert one.tables == {"items": items, "taxes": ()}


def test_a_document_may_be_known_by_its_text_alone(tmp_path: Path) -> None:
    [one] = read(tmp_path, changed(image=None, group="a shop"))
    assert (one.file, one.name, one.group) == (None, one.id, "a shop")
    assert one.document().lines
    with pytest.raises(DataError, match="has no file, its label gives text alone: use") as caught:
        one.data()
    assert "\n" not in str(caught.value)


def test_a_separator_within_a_text_ends_no_row(tmp_path: Path) -> None:
    [one] = read(tmp_path, '{"id": "a", "image": "a", "entities": {"total": "9\u20285"}}')
    assert one.entities == {"total": "9\u20285"}


@pytest.mark.parametrize(
    ("row", "value"),
    [
        (b'{"id": "caf\xe9"}', "not UTF-8"),
        ("{", "no JSON"),
        ("[1]", "[1]"),
        ("[" * 100_000, "no JSON"),
        (changed(entities={"total": "\ud800"}), "half a character"),
        (changed(id=None), "id is null"),
        (changed(image=None, lines=None), "pdf is null"),
        (changed(image=["a"]), "pdf is null"),
        (changed(lines="no"), 'lines is "no"'),
        (changed(lines=["no"]), 'the line "no"'),
        (changed(entities=None), "entities is null"),
        (changed(entities={"total": {"sum": 1}}), '"total" is {"sum": 1}'),
        (changed(entities={"paid": True}), '"paid" is true'),
        (changed(entities={"paid": ["1", None]}), '"paid" is ["1", null], no string or list'),
        (changed(tables=[]), "tables is [], no JSON object"),
        (changed(tables={"items": "milk"}), 'the table "items" is "milk", no list of rows'),
        (changed(tables={"items": ["milk"]}), 'a row of the table "items" is "milk"'),
        (changed(tables={"items": [{"price": {}}]}), 'the cell "price" of "items" is {}'),
        (changed(width="wide"), 'width is "wide"'),
        (changed(width=1e300), "width is 1e+300"),
        (with_line(text=None), "text of a line is null"),
        (with_line(page=-1), "page is -1"),
        (with_line(box=None), "box null"),
        (with_line(box=["0", "0", "1", "1"]), '["0", "0", "1", "1"]'),
        (with_line(box=[[0, 0], [1, 0], [1, 1], [0, 1.5]]), "[1, 1], [0, 1.5]]"),
        (with_line(box=[0, 0, 1]), "[0, 0, 1]"),
        (with_line(box=[0, 0, 1, float("nan")]), "NaN"),
        (with_line(box=[0, 0, 1, 10**400]), "box [0, 0, 1, 1000"),
    ],
)
def test_a_row_that_cannot_be_meant_is_named_with_its_value(
    tmp_path: Path, row: str | bytes, value: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, json.dumps(ROW), row)
    message = str(caught.value)
    assert "labels.jsonl:2 is not a labelled document" in message
    assert value in message
    assert "each line needs" in message
    assert "\n" not in message
    assert len(message) < 600
