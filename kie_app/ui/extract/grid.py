"""The library as a grid: a row a document, a column a key, and what of it is shown.

Gradio's table sorts in the browser, by what JavaScript makes of `a > b`. So a cell has, besides its
text, what it sorts by, and a column of numbers has nothing but numbers in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kie_app import export
from kie_app.library.standing import Record, StandingField
from kie_app.ui.shared.formatting import count, percent, safe
from kie_app.values import normalised, proven_order

SHOWN = ("All", "Added now", "Not filled", "To check", "Checked", "Failed rule")
FIRST = ("File", "Checked", "Least sure")
LAST = ("To look at", "Id")
ID_CHARS = 8
LONGEST = 400  # characters of a value in a cell
COUNTED = ("amount", "number")
PROSE = ("text", "address")  # kinds whose normal form has other blanks and nothing else
UNREAD = ("absent", "illegible")  # what a person says of a field that has no value
UNFILLED = -1.0  # before those of which nothing is checked


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and what it sorts by: None in a column of numbers for a cell without."""

    text: str
    rank: str | float | None


@dataclass(frozen=True)
class Grid:
    """Headers and rows; the last cell of a row begins the document's id."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def value(self) -> dict[str, Any]:
        """The grid as the page's table takes it."""
        return {
            "headers": list(self.headers),
            "data": [[cell.rank for cell in row] for row in self.rows],
            "metadata": {"display_value": [[cell.text for cell in row] for row in self.rows]},
        }


def chosen(
    records: Sequence[Record], shown: str, added: Sequence[str], words: str = ""
) -> list[Record]:
    """The records of one of the `SHOWN` in whose rows all the words stand; `added` are the ids of
    this visit's documents."""
    tests = {
        "Added now": lambda one: one.document.id in added,
        "Not filled": lambda one: one.prediction is None,
        "To check": lambda one: bool(one.fields) and not one.done,
        "Checked": lambda one: one.done,
        "Failed rule": lambda one: bool(one.broken),
    }
    some = [one for one in records if shown not in tests or tests[shown](one)]
    wanted = words.casefold().split()
    return [one for one in some if _holds(one, wanted)] if wanted else some


def _holds(record: Record, words: Sequence[str]) -> bool:
    row = "\n".join(cell.text for cell in _row(record, _columns([record]))).casefold()
    return all(word in row for word in words)


def grid(records: Sequence[Record]) -> Grid:
    """One row a record, and a column for every key of any of them."""
    columns = _columns(records)
    return Grid((*FIRST, *columns, *LAST), tuple(_row(one, columns) for one in records))


def _columns(records: Sequence[Record]) -> dict[str, bool]:
    """The keys' names, and whether all that have the name are of numbers."""
    columns: dict[str, bool] = {}
    for key in (field.key for one in records for field in one.fields):
        columns[key.name] = columns.get(key.name, True) and key.kind in COUNTED
    return columns


def _row(record: Record, columns: Mapping[str, bool]) -> tuple[Cell, ...]:
    fields = len(record.fields)
    checked = f"{record.verified} of {fields}" if fields else "not filled"
    least = percent(record.least) if fields and not record.done else ""
    values = _values(record, columns)
    return (
        _plain(record.document.name),
        Cell(checked, record.verified / fields if fields else UNFILLED),
        Cell(least, record.least),
        *(values.get(name, Cell("", None if counted else "")) for name, counted in columns.items()),
        _plain("; ".join(record.broken)),
        _plain(record.document.id[:ID_CHARS]),
    )


def _plain(text: str) -> Cell:
    return Cell(text, text)


def _values(record: Record, columns: Mapping[str, bool]) -> dict[str, Cell]:
    """The cells of a document's values, by key. Its own dates decide on their order."""
    dates = (one.value for one in record.fields if one.value and one.key.kind == "date")
    order = proven_order(dates)
    return {one.key.name: _value(one, order, columns[one.key.name]) for one in record.fields}


def _value(field: StandingField, day_first: bool | None, counted: bool) -> Cell:
    """A value as printed and, where that says more, as it was read; "?" marks a doubtful one. Of a
    field without a value, what a person said of it."""
    if field.state in UNREAD:
        return Cell(f"({field.state})", None if counted else "")
    text, kind = (field.value or "")[:LONGEST], field.key.kind
    read = normalised(text, kind, day_first) if text else None
    shown = text
    if read and kind not in PROSE and read.text != text:
        shown = f"{text} \N{RIGHTWARDS ARROW} {read.text}{'?' if read.doubt else ''}"
    if counted:
        return Cell(shown, float(read.value) if read and isinstance(read.value, Decimal) else None)
    return Cell(shown, read.text if read and kind == "date" else text)


def summary(records: Sequence[Record], shown: Sequence[Record]) -> str:
    """How much there is, as one line."""
    if not records:
        return "Nothing is kept yet: drop documents above, or add the samples."
    filled = sum(one.prediction is not None for one in shown)
    done = sum(one.done for one in shown)
    of = "" if len(shown) == len(records) else f" of {len(records)}"
    return f"{count(len(shown), 'document')}{of} shown: {filled} filled, {done} checked."


def files(records: Sequence[Record]) -> str:
    """Buttons that download the filled ones; nothing where none is. The files are made when asked
    for: of a library of hundreds they would slow every showing."""
    filled = " ".join(one.document.id for one in records if one.prediction)
    if not filled:
        return ""
    buttons = "".join(
        f'<button class="take" name="kind" value="{ending}">Download {ending.upper()}</button>'
        for ending in export.FILES
    )
    return (
        '<form class="downloads" method="post" action="downloads">'
        f'<input type="hidden" name="documents" value="{safe(filled)}">{buttons}</form>'
    )


def progress(done: int, of: int, what: str) -> str:
    """A bar and what is being worked on."""
    return (
        f'<div class="progress"><progress max="{of}" value="{done}" aria-label="Progress">'
        "</progress>"
        f"<span>{done} of {of}: {safe(what)}</span></div>"
    )


def failures(found: Sequence[str]) -> str:
    """What did not work, a line each; nothing where all did."""
    if not found:
        return ""
    lines = "".join(f"<li>{safe(one)}</li>" for one in found)
    head = f"{count(len(found), 'document')} could not be worked on:"
    return f'<div class="failures" role="alert"><p>{head}</p><ul>{lines}</ul></div>'
