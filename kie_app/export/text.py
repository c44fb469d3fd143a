"""Grids as text: CSV that is safe to open in a spreadsheet, and lists of JSON objects.

Text of a document never becomes a formula: an apostrophe goes before what a spreadsheet would
compute (OWASP, "CSV Injection"), but not before plain numbers such as -12.50. Separators within a
text are quoted, which holds where the comma is the separator. JSON is the lossless format: text as
it was read, decimal numbers as strings.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

from kie_app.export.field import Cell
from kie_app.export.grid import Grid
from kie_app.values import plain

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


def grid_to_json(grid: Grid) -> str:
    """A list with one object a row, by column; an empty cell is null."""
    return json_text([dict(zip(grid.columns, row, strict=True)) for row in grid.rows])


def grid_to_csv(grid: Grid) -> str:
    """Comma-separated text with a line of column names, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (grid.columns, *grid.rows):
        writer.writerow([_guarded(cell_text(cell)) for cell in row])
    return out.getvalue()


def json_text(value: object) -> str:
    """JSON in which half a surrogate pair, which UTF-8 cannot hold, is an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=plain)
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def cell_text(cell: Cell) -> str:
    """A cell as text: confidences to four decimals, pages between blanks, boxes as JSON."""
    if cell is None or cell == ():
        return ""
    if isinstance(cell, tuple):
        boxes = isinstance(cell[0], list)
        return json.dumps(cell) if boxes else " ".join(str(page) for page in cell)
    return f"{cell:.4f}" if isinstance(cell, float) else plain(cell)


def _guarded(text: str) -> str:
    """The text with an apostrophe before anything that a spreadsheet would compute."""
    text = _SURROGATE.sub("\ufffd", text)
    return "'" + text if is_formula(text) and not _NUMBER.fullmatch(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute the text: its first visible character, in whatever width,
    begins a formula, or it begins with a tab or line break, which some programs drop."""
    shown = (c for c in text if c.isprintable() and c != " ")
    first = unicodedata.normalize("NFKC", next(shown, " "))[0]
    return text[:1] in ("\t", "\r", "\n") or first in "=+-@\u2212"
