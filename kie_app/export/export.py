"""Extractions to take away: all that the decoders returned, or a grid of values of many documents.

A grid is long (one row a field, with everything known of it) or wide (one row an extraction, one
column a key). Beside each value as printed stands the value that it was read as, never in its place
(`kie_app.values`); `doubt` says what a rule decided there that print leaves open, and `state`
whether the value is a model's or what a person said of it.

Boxes are `[x0, y0, x1, y1]` as fractions of the page, pages count from 1, times are seconds.

Text of a document never becomes a formula. In CSV an apostrophe goes before what a spreadsheet
would compute (OWASP, "CSV Injection"), but not before plain numbers such as -12.50; separators
within a text are quoted, which holds where the comma is the separator. In XLSX all text is stored
as text; what XML cannot hold becomes U+FFFD there, and text over Excel's limit is cut. JSON is the
lossless format: text as it was read, decimal numbers as strings.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

from kie_app.errors import DataError
from kie_app.types import Extraction, Field, Source
from kie_app.values import Normalised, normalised, plain, proven_order

COLUMNS = (
    *("file", "document", "decoder", "key", "value", "normalised", "currency", "doubt", "kind"),
    *("confidence", "origin", "pages", "boxes", "model", "state"),
)
WIDE_COLUMNS = ("file", "document", "decoder", "model", "doubt", "state")

# Excel's own limits; text counts in UTF-16 units, and a number keeps 15 digits.
MOST_TEXT = 32_767
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_TITLE = 31
MOST_DIGITS = 15
FIRST_DAY = date(1900, 3, 1)  # Excel's calendar has a wrong day before, and none before 1900

Cell = str | float | Decimal | date | tuple[Any, ...] | None
_NOTHING: tuple[Cell, ...] = (None, None, None)
NO_NAMES: Mapping[str, str] = MappingProxyType({})

_Fields = list[tuple[Field, Normalised | None]]
_Read = tuple[Extraction, _Fields]

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True)
class Grid:
    """Rows of as many cells as there are columns, whose names differ. None is an empty cell, and a
    tuple holds pages or boxes."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def to_json(extractions: Sequence[Extraction], names: Mapping[str, str] = NO_NAMES) -> str:
    """Everything that the decoders returned, as one JSON list of extractions; `names` as for
    `long_grid`."""
    read = _read(extractions, day_first=None)
    return _json([_extraction(one, fields, names.get(one.document)) for one, fields in read])


def to_csv(*extractions: Extraction) -> str:
    """The long grid as CSV: one row a field under `COLUMNS`; an absent value is an empty cell."""
    return grid_to_csv(long_grid(extractions))


def long_grid(
    extractions: Sequence[Extraction],
    names: Mapping[str, str] = NO_NAMES,
    day_first: bool | None = None,
) -> Grid:
    """One row a field under `COLUMNS`.

    `names` gives the file names of documents by id. `day_first` says how dates are written in
    documents whose own dates do not tell; with None such dates are marked with a doubt.
    """
    rows = [
        _long_row(one, field, read, names.get(one.document))
        for one, fields in _read(extractions, day_first)
        for field, read in fields
    ]
    return Grid(COLUMNS, tuple(rows))


def wide_grid(
    extractions: Sequence[Extraction],
    names: Mapping[str, str] = NO_NAMES,
    day_first: bool | None = None,
) -> Grid:
    """One row an extraction: `WIDE_COLUMNS`, then for each key its value, its normalised value and,
    for an amount, its currency. Keys of one name share columns; arguments as for `long_grid`."""
    widths: dict[str, int] = {}
    for key in (field.key for one in extractions for field in one.fields):
        widths[key.name] = max(widths.get(key.name, 0), 3 if key.kind == "amount" else 2)
    rows = [
        _wide_row(one, fields, names.get(one.document), widths)
        for one, fields in _read(extractions, day_first)
    ]
    parts = ("", " (normalised)", " (currency)")
    heads = [key + part for key, width in widths.items() for part in parts[:width]]
    return Grid(_distinct([*WIDE_COLUMNS, *heads]), tuple(rows))


def grid_to_json(grid: Grid) -> str:
    """A list with one object a row, by column; an empty cell is null."""
    return _json([dict(zip(grid.columns, row, strict=True)) for row in grid.rows])


def grid_to_csv(grid: Grid) -> str:
    """Comma-separated text with a line of column names, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (grid.columns, *grid.rows):
        writer.writerow([_guarded(_text(cell)) for cell in row])
    return out.getvalue()


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


def _read(extractions: Sequence[Extraction], day_first: bool | None) -> list[_Read]:
    """Each field of each extraction with what its value was read as. A document's own dates decide
    on their order before `day_first` does."""
    dates: dict[str, list[str]] = {one.document: [] for one in extractions}
    for one in extractions:
        dates[one.document] += [f.value for f in one.fields if f.value and f.key.kind == "date"]
    proven = {document: proven_order(texts) for document, texts in dates.items()}
    orders = {key: day_first if order is None else order for key, order in proven.items()}
    return [
        (one, [(f, _value(f, orders[one.document])) for f in one.fields]) for one in extractions
    ]


def _value(field: Field, day_first: bool | None) -> Normalised | None:
    return normalised(field.value, field.key.kind, day_first) if field.value else None


def _long_row(
    one: Extraction, field: Field, read: Normalised | None, name: str | None
) -> tuple[Cell, ...]:
    return (
        name,
        one.document,
        one.decoder,
        field.key.name,
        *_value_cells(field, read),
        read.doubt if read else "",
        field.key.kind,
        round(field.confidence, 4),
        field.origin,
        tuple(source.page + 1 for source in field.sources),
        tuple(_box(source) for source in field.sources),
        one.model,
        field.state,
    )


def _wide_row(
    one: Extraction, fields: _Fields, name: str | None, widths: Mapping[str, int]
) -> tuple[Cell, ...]:
    doubts = _by_key((field, read.doubt if read else "") for field, read in fields)
    said = _by_key((field, field.state) for field, _ in fields if field.state != "predicted")
    cells = {field.key.name: _value_cells(field, read) for field, read in fields}
    row: list[Cell] = [name, one.document, one.decoder, one.model, doubts, said]
    for key, width in widths.items():
        row += cells.get(key, _NOTHING)[:width]
    return tuple(row)


def _by_key(told: Iterable[tuple[Field, str]]) -> str:
    """What is told of several fields, in one cell."""
    return "; ".join(f"{field.key.name}: {text}" for field, text in told if text)


def _value_cells(field: Field, read: Normalised | None) -> tuple[Cell, ...]:
    """The value as printed, as it was read, and its currency."""
    return (field.value, read.value, read.currency) if read else (field.value, None, None)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names, a number after each that was there before."""
    found: dict[str, None] = {}
    for name in names:
        counted, number = name, 1
        while counted in found:
            number += 1
            counted = f"{name} ({number})"
        found[counted] = None
    return tuple(found)


def _json(value: object) -> str:
    """JSON in which half a surrogate pair, which UTF-8 cannot hold, is an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=plain)
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _text(cell: Cell) -> str:
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
    return "'" + text if _is_formula(text) and not _NUMBER.fullmatch(text) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute the text: its first visible character, in whatever width,
    begins a formula, or it begins with a tab or line break, which some programs drop."""
    shown = (c for c in text if c.isprintable() and c != " ")
    first = unicodedata.normalize("NFKC", next(shown, " "))[0]
    return text[:1] in ("\t", "\r", "\n") or first in "=+-@\u2212"


def _xlsx_cell(sheet: Any, cell: Cell) -> Any:
    """A typed cell where Excel keeps the value exactly, else text; None for an empty cell."""
    if isinstance(cell, date) and cell >= FIRST_DAY:
        return WriteOnlyCell(sheet, cell)
    if isinstance(cell, float):
        return WriteOnlyCell(sheet, cell)
    text = _text(cell)
    if isinstance(cell, Decimal) and sum(c.isdecimal() for c in text) <= MOST_DIGITS:
        number = WriteOnlyCell(sheet, cell)
        number.number_format = re.sub("[0-9]", "0", re.sub(r"^-?[0-9]+", "0", text))
        return number
    if not text:
        return None
    written = WriteOnlyCell(sheet, _excel_text(text))
    written.data_type = "s"  # openpyxl takes "=..." for a formula and "#N/A" for an error
    written.quotePrefix = _is_formula(text)  # stays text when a person edits the cell
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


def _box(source: Source) -> list[float]:
    return [round(edge, 5) for edge in source.box]


def _extraction(one: Extraction, fields: _Fields, name: str | None) -> dict[str, Any]:
    return {
        "file": name,
        "document": one.document,
        "schema": one.schema.name,
        "decoder": one.decoder,
        "model": one.model,
        "fields": [_field(field, read) for field, read in fields],
        "stats": {
            "prefill": _time(one.stats.prefill),
            "decode": _time(one.stats.decode),
            "cached": one.stats.cached,
            "passes": [
                {**asdict(part), "start": _time(part.start), "seconds": _time(part.seconds)}
                for part in one.stats.passes
            ],
        },
        "events": [{**asdict(event), "at": _time(event.at)} for event in one.events],
    }


def _time(seconds: float) -> float:
    """Whole microseconds: finer is noise."""
    return round(seconds, 6)


def _field(field: Field, read: Normalised | None) -> dict[str, Any]:
    value, normal, currency = _value_cells(field, read)
    return {
        "key": field.key.name,
        "kind": field.key.kind,
        "value": value,
        "normalised": normal,
        "currency": currency,
        "doubt": read.doubt if read else "",
        "state": field.state,
        "confidence": round(field.confidence, 4),
        "origin": field.origin,
        "sources": [{"page": source.page + 1, "box": _box(source)} for source in field.sources],
        "slots": [
            {
                "text": slot.text,
                "probability": round(slot.probability, 4),
                "top": [[one.text, round(one.probability, 4)] for one in slot.top],
            }
            for slot in field.slots
        ],
    }


def _json_file(extractions: Sequence[Extraction], names: Mapping[str, str]) -> bytes:
    return to_json(extractions, names).encode("utf-8")


def _csv_file(extractions: Sequence[Extraction], names: Mapping[str, str]) -> bytes:
    return grid_to_csv(long_grid(extractions, names)).encode("utf-8-sig")  # Excel asks for the mark


def _xlsx_file(extractions: Sequence[Extraction], names: Mapping[str, str]) -> bytes:
    grids = {"values": wide_grid(extractions, names), "fields": long_grid(extractions, names)}
    return grids_to_xlsx(grids)


# By ending: the media type, and extractions with the names of their documents as such a file.
FILES: Mapping[str, tuple[str, Callable[[Sequence[Extraction], Mapping[str, str]], bytes]]] = {
    "json": ("application/json", _json_file),
    "csv": ("text/csv;charset=utf-8", _csv_file),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx_file),
}
