"""Grids as an Excel workbook, within Excel's limits.

All text is stored as text, none as a formula; what XML cannot hold becomes U+FFFD, and text over
Excel's limit is cut.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

from kie_app.errors import DataError
from kie_app.export.field import Cell
from kie_app.export.grid import Grid
from kie_app.export.text import cell_text, is_formula

# Excel's own limits; text counts in UTF-16 units, and a number keeps 15 digits.
MOST_TEXT = 32_767
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_TITLE = 31
MOST_DIGITS = 15
FIRST_DAY = date(1900, 3, 1)  # Excel's calendar has a wrong day before, and none before 1900

_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def grids_to_xlsx(grids: Mapping[str, Grid]) -> bytes:
    """An Excel workbook with one sheet a grid, at least one, named after it as far as Excel allows.

    Numbers and dates are typed cells where Excel can hold them exactly, all else is text, and
    nothing is a formula. DataError when a grid has more rows or columns than a sheet.
    """
    book = Workbook(write_only=True)
    for name, title in zip(grids, _titles(grids), strict=True):
        _check_size(name, grids[name])
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for row in (grids[name].columns, *grids[name].rows):
            sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet: Any, cell: Cell) -> Any:
    """A typed cell where Excel keeps the value exactly, else text; None for an empty cell."""
    if isinstance(cell, date) and cell >= FIRST_DAY:
        return WriteOnlyCell(sheet, cell)
    if isinstance(cell, float):
        return WriteOnlyCell(sheet, cell)
    text = cell_text(cell)
    if isinstance(cell, Decimal) and sum(c.isdecimal() for c in text) <= MOST_DIGITS:
        number = WriteOnlyCell(sheet, cell)
        number.number_format = re.sub("[0-9]", "0", re.sub(r"^-?[0-9]+", "0", text))
        return number
    if not text:
        return None
    written = WriteOnlyCell(sheet, _excel_text(text))
    written.data_type = "s"  # openpyxl takes "=..." for a formula and "#N/A" for an error
    written.quotePrefix = is_formula(text)  # stays text when a person edits the cell
    return written


def _excel_text(text: str) -> str:
    """What Excel shows as the text: one kind of line break, no escapes by chance, within limits."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _cut(_LIKE_ESCAPE.sub("_x005F_", _NOT_XML.sub("\ufffd", lines)), MOST_TEXT)


def _cut(text: str, most: int) -> str:
    """The first `most` UTF-16 units, no character halved."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def _titles(names: Iterable[str]) -> list[str]:
    """Sheet names that Excel takes: short, without its reserved characters and words, and different
    from one another in more than case."""
    titles: list[str] = []
    taken = {"history"}
    for name in names:
        allowed = _NOT_TITLE.sub(" ", _NOT_XML.sub(" ", name))
        base = _cut(" ".join(allowed.split()).strip("' ") or "Sheet", MOST_TITLE).strip("' ")
        title, number = base, 1
        while title.casefold() in taken:
            number += 1
            ending = f" ({number})"
            title = _cut(base, MOST_TITLE - len(ending)) + ending
        taken.add(title.casefold())
        titles.append(title)
    return titles


def _check_size(name: str, grid: Grid) -> None:
    if len(grid.rows) >= MOST_ROWS or len(grid.columns) > MOST_COLUMNS:
        raise DataError(
            f"{name!r} has {len(grid.rows)} rows and {len(grid.columns)} columns, and a sheet of "
            f"Excel holds {MOST_ROWS - 1} and {MOST_COLUMNS}: take CSV or JSON, or fewer documents."
        )
