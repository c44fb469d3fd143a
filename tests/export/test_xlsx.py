"""A workbook read back holds what was read, typed where Excel is exact, and nothing to compute."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from kie_app.errors import DataError
from kie_app.export import (
    Grid,
    grids_to_xlsx,
    long_grid,
    xlsx,
)
from kie_app.export.field import Cell
from kie_app.types import Extraction
from tests.export.things import EXTRACTIONS, NASTY, TEXTS, extraction, field, grids, slow


def sheet_rows(grid: Grid) -> list[list[Any]]:
    """The cells of a workbook of one grid, read back."""
    sheet = load_workbook(io.BytesIO(grids_to_xlsx({"values": grid})))["values"]
    return [
        list(row) for row in sheet.iter_rows(max_row=len(grid.rows) + 1, max_col=len(grid.columns))
    ]


def told(cell: Any) -> str:
    """A text cell as Excel shows it, which undoes escapes."""
    return re.sub("_x005F_(?=x[0-9A-Fa-f]{4}_)", "_", cell.value or "")


def shown(text: str) -> str:
    """What becomes of a text that Excel or UTF-8 cannot hold."""
    return "".join("\ufffd" if not is_xml(c) else c for c in re.sub("\r\n?", "\n", text))


def is_xml(c: str) -> bool:
    return c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"


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
