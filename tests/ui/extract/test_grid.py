"""The grid of documents: rows and columns of what is kept, and nothing of it becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kie_app.library.standing import Record, standing
from kie_app.store import Correction, Prediction, StoredDocument
from kie_app.types import Extraction, Field, Key, Schema, Stats
from kie_app.ui.extract import grid as extract_grid
from kie_app.ui.extract.grid import Cell
from tests.ui.hostile import ATTACK, harmless

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = {"total": "amount", "date": "date", "id": "id"}


def record(
    name: str,
    values: dict[str, str | None] | None,
    said: tuple[str, ...] = (),
    kinds: dict[str, str] = KINDS,
) -> Record:
    """A document whose fields were predicted, some of them confirmed."""
    document = StoredDocument(name * 8, "ann", f"{name}.png", name * 64, 9, NOW)
    if values is None:
        return standing(document, (), {})
    fields = tuple(
        Field(Key(key, kind=kinds.get(key, "text")), value, 0.5, (), (), "slots")
        for key, value in values.items()
    )
    schema = Schema("s", tuple(field.key for field in fields))
    made = Extraction("mask_parallel", document.digest, schema, fields, Stats((), 0, 0), (), "m")
    corrections = {
        key: Correction(1, document.id, 1, key, "confirmed", values[key], (), "ann", NOW, None)
        for key in said
    }
    return standing(document, [Prediction(1, document.id, made, NOW)], corrections)


RECORDS = [
    record("a", {"total": "1.00", "date": None}),
    record("b", {"total": "2.00", "tax": "x"}, ("total", "tax")),
    record("c", None),
    record("d", {}),
]


def column(name: str, records: Sequence[Record]) -> list[Cell]:
    grid = extract_grid.grid(records)
    return [row[grid.headers.index(name)] for row in grid.rows]


def test_a_row_a_document_and_a_column_a_key() -> None:
    grid = extract_grid.grid(RECORDS)
    keys = ("total", "date", "tax")
    assert grid.headers == (*extract_grid.FIRST, *keys, *extract_grid.LAST)
    shown = grid.value()["metadata"]["display_value"]
    assert shown[0] == ["a.png", "0 of 2", "50 %", "1.00", "", "", "", "aaaaaaaa"]
    assert shown[1][:6] == ["b.png", "2 of 2", "", "2.00", "", "x"]
    assert shown[2] == ["c.png", "not filled", "", "", "", "", "", "cccccccc"]
    assert [row[-1] for row in grid.value()["data"]] == [name * 8 for name in "abcd"]


def test_a_value_stands_with_what_it_was_read_as_where_that_says_more() -> None:
    printed = {"total": "RM 1,234", "date": "24/02/2018", "shop": "A  B", "id": "AB 12"}
    grid = extract_grid.grid([record("a", printed), record("b", {"date": "2018-02-24"})])
    assert [cell.text for cell in grid.rows[0][3:7]] == [
        "RM 1,234 → 1234 MYR?",
        "24/02/2018 → 2018-02-24",
        "A  B",
        "AB 12 → AB12",
    ]
    assert grid.rows[1][4].text == "2018-02-24"


def test_a_field_without_a_value_tells_what_a_person_said_of_it() -> None:
    one = record("a", {"total": "1.00", "shop": "A", "tax": None}, ("total", "shop"))
    said = dict(zip(("total", "shop"), ("absent", "illegible"), strict=True))
    fields = tuple(
        replace(field, state=said.get(field.key.name, field.state), value=None)
        for field in one.fields
    )
    [row] = extract_grid.grid([replace(one, fields=fields)]).rows
    assert row[3:6] == (Cell("(absent)", None), Cell("(illegible)", ""), Cell("", ""))
    assert extract_grid.chosen([replace(one, fields=fields)], "All", (), "illegible")


def test_other_dates_of_a_document_decide_on_their_order() -> None:
    kinds = {"from": "date", "to": "date"}
    [cell] = column("from", [record("a", {"from": "5/3/2018", "to": "3/25/2018"}, (), kinds)])
    assert cell.text == "5/3/2018 → 2018-05-03"


def test_a_column_sorts_by_what_its_values_mean() -> None:
    totals = ["99.00", "RM 1,234.00", "(5.00)", None, "see page 2", "100"]
    found = column("total", [record("a", {"total": total}) for total in totals])
    assert [cell.rank for cell in found] == [99, 1234, -5, None, None, 100]
    dates = ["24/02/2018", "1 Jan 2019", "", "soon"]
    found = column("date", [record("a", {"date": date}) for date in dates])
    assert [cell.rank for cell in found] == ["2018-02-24", "2019-01-01", "", "soon"]
    twelve = {str(number): "x" for number in range(12)}
    said = [record("a", twelve, tuple(twelve)[:done]) for done in (2, 12, 10)]
    checked = column("Checked", [*said, record("a", None)])
    assert [cell.rank for cell in checked] == [2 / 12, 1, 10 / 12, extract_grid.UNFILLED]
    least = column("Least sure", said)
    assert [(cell.text, cell.rank) for cell in least] == [("50 %", 0.5), ("", 1), ("50 %", 0.5)]


def test_a_column_of_several_kinds_sorts_as_text() -> None:
    words = record("b", {"total": "12"}, (), {})
    found = column("total", [record("a", {"total": "9.00"}), words, record("c", {})])
    assert [cell.rank for cell in found] == ["9.00", "12", ""]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", "abcd"),
        ("PNG b.", "b"),
        ("2.00", "b"),
        ("not filled", "cd"),
        ("1.00", "a"),
        ("1.00 2.00", ""),
    ],
)
def test_a_search_finds_the_rows_in_which_all_its_words_stand(words: str, names: str) -> None:
    found = extract_grid.chosen(RECORDS, "All", (), words)
    assert "".join(one.document.name[0] for one in found) == names


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        ("All", "abcd"),
        ("Added now", "c"),
        ("Not filled", "c"),
        ("To check", "a"),
        ("Checked", "b"),
        ("Failed rule", ""),
    ],
)
def test_every_filter_shows_its_own(shown: str, names: str) -> None:
    assert shown in extract_grid.SHOWN
    found = extract_grid.chosen(RECORDS, shown, ["c" * 8])
    assert "".join(one.document.name[0] for one in found) == names


def test_hostile_names_and_values_stay_text() -> None:
    evil = record("e", {ATTACK: ATTACK})
    evil = replace(evil, document=replace(evil.document, name=ATTACK))
    assert harmless(extract_grid.files([evil]))
    assert harmless(extract_grid.failures([ATTACK]))
    assert "<img" not in extract_grid.progress(0, 1, ATTACK)
    assert extract_grid.files([record("c", None)]) == ""
