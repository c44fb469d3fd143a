"""A grid of the values of many documents: long, one row a field, or wide, one column a key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kie_app.export.field import (
    FIELD_COLUMNS,
    Cell,
    ReadFields,
    field_cells,
    read_fields,
    value_cells,
)
from kie_app.types import Extraction, Field

COLUMNS = ("file", "document", "decoder", *FIELD_COLUMNS[:-1], "model", "state")
WIDE_COLUMNS = ("file", "document", "decoder", "model", "doubt", "state")
NO_NAMES: Mapping[str, str] = MappingProxyType({})

_NOTHING: tuple[Cell, ...] = (None, None, None)


@dataclass(frozen=True)
class Grid:
    """Rows of as many cells as there are columns, whose names differ. None is an empty cell, and a
    tuple holds pages or boxes."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


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
        long_row(
            field_cells(field, read),
            {
                "file": names.get(one.document),
                "document": one.document,
                "decoder": one.decoder,
                "model": one.model,
            },
        )
        for one, fields in read_fields(extractions, day_first)
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
        for one, fields in read_fields(extractions, day_first)
    ]
    parts = ("", " (normalised)", " (currency)")
    heads = [key + part for key, width in widths.items() for part in parts[:width]]
    return Grid(_distinct([*WIDE_COLUMNS, *heads]), tuple(rows))


def long_row(cells: Mapping[str, Cell], whole: Mapping[str, Cell]) -> tuple[Cell, ...]:
    """A field's cells beside those of its extraction, under `COLUMNS`; empty where both lack it."""
    return tuple(cells.get(column, whole.get(column)) for column in COLUMNS)


def _wide_row(
    one: Extraction, fields: ReadFields, name: str | None, widths: Mapping[str, int]
) -> tuple[Cell, ...]:
    doubts = _by_key((field, read.doubt if read else "") for field, read in fields)
    states = _by_key((field, field.state) for field, _ in fields if field.state != "predicted")
    cells = {field.key.name: value_cells(field, read) for field, read in fields}
    row: list[Cell] = [name, one.document, one.decoder, one.model, doubts, states]
    for key, width in widths.items():
        row += cells.get(key, _NOTHING)[:width]
    return tuple(row)


def _by_key(remarks: Iterable[tuple[Field, str]]) -> str:
    """Remarks on several fields in one cell."""
    return "; ".join(f"{field.key.name}: {text}" for field, text in remarks if text)


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
