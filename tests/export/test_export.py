"""Grids of values: every format read back holds what was read, typed, and nothing to compute."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from kie_app import export
from kie_app.errors import DataError
from kie_app.export import (
    Grid,
    grid_to_csv,
    grid_to_json,
    grids_to_xlsx,
    long_grid,
    wide_grid,
    xlsx,
)
from kie_app.export.field import Cell
from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.types import Box, Extraction, Field, Key, Schema, Source, State, Stats
from kie_app.values.amounts import THOUSANDS
from kie_app.values.dates import DAY_OR_MONTH

NASTY = ["=1+1", "+1-1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " \n =1", "＝1+1", "\u200b=1", "−1+1"]
NASTY += [
    "﹣1",
    "\U00018d09=1",
    "\ue000\u2028=1",
    "\ufeff@x",
    "\x00=1",
    "\x1f=1",
    "#N/A",
    "'=1",
    "_x003D_1",
    "a\r\nb\rc",
    "\ud800=1",
]
NASTY += ["\ufffe", "x" * 40_000, "😀" * 20_000, "-12.50", "+60123", "12/05/2018", " ", "<b>&amp;"]
TEXTS = st.one_of(st.text(), st.text(st.characters(), max_size=9), st.sampled_from(NASTY))
FIELDS = st.builds(
    Field,
    key=st.builds(
        Key, st.one_of(st.text(min_size=1), TEXTS), kind=st.sampled_from([*SLOTS_BY_KIND])
    ),
    value=st.one_of(st.none(), TEXTS, st.sampled_from(["5/3/2018", "RM 1,234.50", "(5)", "1e5"])),
    confidence=st.floats(0, 1),
    sources=st.lists(st.builds(Source, st.integers(0, 9), st.just(Box(0.1, 0.2, 0.5, 1)))).map(
        tuple
    ),
    slots=st.just(()),
    origin=st.sampled_from(["pointer", "slots", "tokens"]),
)


def extraction(*fields: Field, document: str = "d", decoder: str = "verified") -> Extraction:
    schema = Schema("any", tuple(field.key for field in fields))
    return Extraction(decoder, document, schema, fields, Stats((), 0.0, 0.0), (), "model@1")


EXTRACTIONS = st.lists(
    st.builds(
        lambda fields, document: extraction(*fields, document=document),
        st.lists(FIELDS, max_size=4, unique_by=lambda field: field.key.name),
        st.one_of(st.sampled_from("ab"), TEXTS),
    ),
    max_size=3,
)
slow = settings(max_examples=50, deadline=None)


def field(name: str, value: str | None, kind: str = "text") -> Field:
    return Field(Key(name, kind=kind), value, 0.98765, (Source(1, Box(0, 0, 0.5, 1)),), (), "slots")


def cells(grid: Grid, row: int = 0) -> dict[str, Any]:
    return dict(zip(grid.columns, grid.rows[row], strict=True))


def csv_rows(grid: Grid) -> list[list[str]]:
    return list(csv.reader(io.StringIO(grid_to_csv(grid), newline="")))


def sheet_rows(grid: Grid) -> list[list[Any]]:
    """The cells of a workbook of one grid, read back."""
    sheet = load_workbook(io.BytesIO(grids_to_xlsx({"values": grid})))["values"]
    return [
        list(row) for row in sheet.iter_rows(max_row=len(grid.rows) + 1, max_col=len(grid.columns))
    ]


def from_json(data: bytes) -> list[dict[str, Any]]:
    """The fields in a file, each with the name of its document's file."""
    return [field | {"file": one["file"]} for one in json.loads(data) for field in one["fields"]]


def from_csv(data: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def from_xlsx(data: bytes) -> list[dict[str, Any]]:
    header, *rows = load_workbook(io.BytesIO(data))["fields"].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


files = {"json": from_json, "csv": from_csv, "xlsx": from_xlsx}


def told(cell: Any) -> str:
    """A text cell as Excel shows it, which undoes escapes."""
    return re.sub("_x005F_(?=x[0-9A-Fa-f]{4}_)", "_", cell.value or "")


def shown(text: str) -> str:
    """What becomes of a text that Excel or UTF-8 cannot hold."""
    return "".join("\ufffd" if not is_xml(c) else c for c in re.sub("\r\n?", "\n", text))


def is_xml(c: str) -> bool:
    return c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"


def grids(some: Sequence[Extraction]) -> Iterator[Grid]:
    yield from (long_grid(some), wide_grid(some))


@slow
@given(EXTRACTIONS)
def test_json_holds_every_value_as_it_was_read(some: list[Extraction]) -> None:
    rows = json.loads(grid_to_json(long_grid(some)).encode("utf-8"))
    fields = [(one, field) for one in some for field in one.fields]
    assert len(rows) == len(fields)
    for row, (one, field) in zip(rows, fields, strict=True):
        assert (row["document"], row["key"], row["value"]) == (
            one.document,
            field.key.name,
            field.value,
        )
        assert row["confidence"] == pytest.approx(field.confidence, abs=1e-4)
        assert row["pages"] == [source.page + 1 for source in field.sources]
        assert row["boxes"] == [[0.1, 0.2, 0.5, 1]] * len(field.sources)


@slow
@given(EXTRACTIONS)
def test_no_cell_of_a_csv_is_computed_and_each_is_told(some: list[Extraction]) -> None:
    for grid in grids(some):
        for row, printed in zip((grid.columns, *grid.rows), csv_rows(grid), strict=True):
            for cell, text in zip(row, printed, strict=True):
                bare = [c for c in text if c.isprintable() and not c.isspace()]
                first = unicodedata.normalize("NFKC", "".join(bare[:1]))[:1]
                assert first not in [*"=@+-−"] or re.fullmatch(r"[+-][\d.,]+", text)
                assert text[:1] not in [*"\t\r\n"]
                if isinstance(cell, str):
                    assert text.removeprefix("'") == re.sub(
                        "[\ud800-\udfff]", "\ufffd", cell
                    ).removeprefix("'")


@slow
@given(EXTRACTIONS)
def test_no_cell_of_a_workbook_is_computed_and_each_is_told(some: list[Extraction]) -> None:
    for grid in grids(some):
        for row, written in zip((grid.columns, *grid.rows), sheet_rows(grid), strict=True):
            for cell, found in zip(row, written, strict=True):
                assert found.data_type in ("s", "n", "d")
                if isinstance(cell, str) and len(cell) < 10_000:
                    assert told(found) == shown(cell)
                elif isinstance(cell, Decimal | float) and found.data_type == "n":
                    assert found.value == pytest.approx(float(cell), rel=1e-15)


@slow
@given(EXTRACTIONS)
def test_every_grid_has_distinct_columns_and_full_rows(some: list[Extraction]) -> None:
    for grid in grids(some):
        assert len(set(grid.columns)) == len(grid.columns)
        assert all(len(row) == len(grid.columns) for row in grid.rows)
    assert len(wide_grid(some).rows) == len(some)


@pytest.mark.parametrize("text", [one for one in NASTY if len(one) < 20])
def test_a_workbook_has_no_formula_element_at_all(text: str) -> None:
    data = grids_to_xlsx({text: long_grid([extraction(field(text, text))], {"d": text})})
    inside = zipfile.ZipFile(io.BytesIO(data))
    sheets = [name for name in inside.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    assert all(b"<f" not in inside.read(name).replace(b"<formatPr", b"") for name in sheets)


def test_text_that_looks_like_a_formula_stays_text_when_edited() -> None:
    written = sheet_rows(Grid(("a",), (("=1+1",), ("SDN = BHD",))))
    assert [row[0].quotePrefix for row in written] == [False, True, False]


def test_long_rows_tell_all_that_is_known() -> None:
    grid = long_grid([extraction(field("total", "RM 1,234.50", "amount"))], {"d": "receipt.jpg"})
    assert cells(grid) == {
        "file": "receipt.jpg",
        "document": "d",
        "decoder": "verified",
        "key": "total",
        "value": "RM 1,234.50",
        "normalised": Decimal("1234.50"),
        "currency": "MYR",
        "doubt": "",
        "kind": "amount",
        "confidence": 0.9877,
        "origin": "slots",
        "pages": (2,),
        "boxes": ([0, 0, 0.5, 1],),
        "model": "model@1",
        "state": "predicted",
    }


def test_csv_tells_pages_boxes_and_confidences_as_text() -> None:
    header, row = csv_rows(long_grid([extraction(field("total", "-12.50", "amount"))]))
    told = dict(zip(header, row, strict=True))
    assert (told["value"], told["normalised"], told["file"]) == ("-12.50", "-12.50", "")
    assert (told["confidence"], told["pages"], told["boxes"]) == ("0.9877", "2", "[[0, 0, 0.5, 1]]")


def test_wide_rows_put_what_was_read_beside_what_was_printed() -> None:
    total, day = field("total", "1,234", "amount"), field("day", "5/3/2018", "date")
    grid = wide_grid([extraction(total, day), extraction(field("note", "ok"), document="e")])
    first, second = cells(grid), cells(grid, row=1)
    assert (first["total"], first["total (normalised)"], first["total (currency)"]) == (
        "1,234",
        1234,
        None,
    )
    assert (first["day"], first["day (normalised)"]) == ("5/3/2018", date(2018, 3, 5))
    assert first["doubt"] == f"total: {THOUSANDS}; day: {DAY_OR_MONTH}"
    assert (second["total"], second["note"], second["document"]) == (None, "ok", "e")
    assert "note (currency)" not in grid.columns


@pytest.mark.parametrize("state", ["absent", "illegible"])
def test_every_format_tells_what_a_person_said_of_a_value(state: State) -> None:
    said = replace(field("total", None, "amount"), origin="person", state=state)
    some = [extraction(field("tax", None, "amount"), said)]
    wide, long = cells(wide_grid(some)), [cells(long_grid(some), row=row) for row in (0, 1)]
    assert wide["state"] == f"total: {state}"
    assert [row["state"] for row in long] == ["predicted", state]
    names = {"d": "=receipt.jpg"}
    for ending, (_, write) in export.FILES.items():
        told = files[ending](write(some, names))
        assert [row["state"] for row in told] == ["predicted", state]
        assert {row["file"].removeprefix("'") for row in told} == {"=receipt.jpg"}


def test_the_lossless_format_has_what_was_read_beside_what_was_printed() -> None:
    total, day = field("total", "RM 1,234", "amount"), field("day", "5/3/2018", "date")
    [one] = json.loads(export.to_json([extraction(total, day, field("tax", None, "amount"))]))
    assert one["file"] is None
    read = [[row[name] for name in ("value", "normalised", "currency")] for row in one["fields"]]
    assert read == [
        ["RM 1,234", "1234", "MYR"],
        ["5/3/2018", "2018-03-05", None],
        [None, None, None],
    ]
    assert [row["doubt"] for row in one["fields"]] == [THOUSANDS, DAY_OR_MONTH, ""]


def test_a_key_named_like_a_column_gets_a_column_of_its_own() -> None:
    row = cells(wide_grid([extraction(field("document", "x"), field("doubt", "y"))]))
    assert (row["document"], row["document (2)"], row["doubt (2)"]) == ("d", "x", "y")


def test_what_cannot_be_read_as_its_kind_keeps_its_text_alone() -> None:
    row = cells(long_grid([extraction(field("total", "see page 2", "amount"))]))
    assert (row["value"], row["normalised"], row["currency"]) == ("see page 2", None, None)


def test_other_dates_of_a_document_settle_its_order_before_the_caller_does() -> None:
    open_date, sure = field("from", "5/3/2018", "date"), field("to", "3/25/2018", "date")
    some = [extraction(open_date, sure), extraction(open_date, document="e")]

    def read(day_first: bool | None) -> list[tuple[Any, Any]]:
        grid = long_grid(some, day_first=day_first)
        found = [cells(grid, row=index) for index in (0, 2)]
        return [(row["normalised"], row["doubt"]) for row in found]

    march, may = date(2018, 3, 5), date(2018, 5, 3)
    assert read(None) == [(may, ""), (march, DAY_OR_MONTH)]
    assert read(True) == [(may, ""), (march, "")]
    assert read(False) == [(may, ""), (may, "")]


@pytest.mark.parametrize(
    ("cell", "value", "number_format"),
    [
        (Decimal("-1234.50"), -1234.5, "0.00"),
        (Decimal("12"), 12, "0"),
        (date(2018, 3, 5), datetime(2018, 3, 5), "yyyy-mm-dd"),
        (Decimal("12345678901234567.89"), "12345678901234567.89", "General"),
        (date(1899, 12, 31), "1899-12-31", "General"),
        (0.9877, 0.9877, "General"),
        (None, None, "General"),
    ],
)
def test_cells_are_typed_where_excel_is_exact(
    cell: Cell, value: object, number_format: str
) -> None:
    _, [found] = sheet_rows(Grid(("a",), ((cell,),)))
    assert (found.value, found.number_format) == (value, number_format)


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000, "_x0041_" * 6_000])
def test_text_is_cut_to_what_excel_holds(text: str) -> None:
    _, [found] = sheet_rows(Grid(("a",), ((text,),)))
    length = len(found.value.encode("utf-16-le")) // 2
    assert length in (xlsx.MOST_TEXT, xlsx.MOST_TEXT - 1)
    assert text.startswith(re.sub("_x0?0?5?F?_?$", "", told(found)))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.one_of(TEXTS, st.sampled_from(["History", "a/b", "A?B", "x" * 99])),
        min_size=1,
        unique=True,
    )
)
@example(["a", "A", "a (2)", "'", "history", "x" * 31, "x" * 32])
def test_any_names_become_sheets_that_excel_takes(names: list[str]) -> None:
    titles = load_workbook(
        io.BytesIO(grids_to_xlsx(dict.fromkeys(names, Grid(("a",), ()))))
    ).sheetnames
    assert len({title.casefold() for title in titles}) == len(names)
    for title in titles:
        assert 0 < len(title.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]|^'|'$|^$", title)
        assert title.casefold() != "history"


def test_a_grid_larger_than_a_sheet_is_an_error_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    grids_to_xlsx({"values": Grid(("a",), (("x",), ("y",)))})
    with pytest.raises(DataError, match=r"'values' has 3 rows .* take CSV or JSON"):
        grids_to_xlsx({"values": Grid(("a",), (("x",),) * 3)})
    with pytest.raises(DataError, match="16385 columns"):
        grids_to_xlsx({"values": Grid(("a",) * 16_385, ())})


def test_no_extraction_gives_headers_alone() -> None:
    assert csv_rows(long_grid([])) == [[*export.COLUMNS]]
    assert csv_rows(wide_grid([])) == [[*export.WIDE_COLUMNS]]
