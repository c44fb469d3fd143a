"""The library as a grid: a row a document, a column a key, and what of it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kie_app import export
from kie_app.library import Record
from kie_app.ui.words import count, percent, safe

SHOWN = ("All", "Added now", "Not filled", "To check", "Checked", "Failed rule")
FIRST = ("File", "Checked", "Least sure")
LAST = ("To look at", "Id")
ID_CHARS = 8
LONGEST = 400  # characters of a value in a cell


@dataclass(frozen=True)
class Grid:
    """Headers and rows of text; the last cell of a row begins the document's id."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def chosen(records: Sequence[Record], shown: str, added: Sequence[str]) -> list[Record]:
    """The records of one of the `SHOWN`; `added` are the ids of this visit's documents."""
    tests = {
        "Added now": lambda one: one.document.id in added,
        "Not filled": lambda one: one.prediction is None,
        "To check": lambda one: bool(one.entries) and not one.done,
        "Checked": lambda one: one.done,
        "Failed rule": lambda one: bool(one.broken),
    }
    return [one for one in records if shown not in tests or tests[shown](one)]


def grid(records: Sequence[Record]) -> Grid:
    """One row a record, and a column for every key of any of them."""
    keys = tuple(dict.fromkeys(e.key.name for one in records for e in one.entries))
    return Grid((*FIRST, *keys, *LAST), tuple(_row(one, keys) for one in records))


def _row(record: Record, keys: Sequence[str]) -> tuple[str, ...]:
    values = {entry.key.name: entry.value or "" for entry in record.entries}
    fields = len(record.entries)
    checked = f"{record.verified} of {fields}" if fields else "not filled"
    least = percent(record.least) if fields and not record.done else ""
    cells = (values.get(key, "")[:LONGEST] for key in keys)
    found = "; ".join(record.broken)
    return (record.document.name, checked, least, *cells, found, record.document.id[:ID_CHARS])


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


def download(records: Sequence[Record], kind: str) -> bytes:
    """The records' extractions as a file of a kind of `export.FILES`."""
    filled = {one: said for one in records if (said := one.extraction())}
    names = {one.document.digest: one.document.name for one in filled}
    return export.FILES[kind][1](list(filled.values()), names)


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
