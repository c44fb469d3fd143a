"""A field as it leaves the app: as cells of a table, and as JSON.

Every table and every JSON of a field is made here: those of the page, the API, the commands and of
a batch. Beside the value as printed stands the value that it was read as, never in its place
(`kie_app.values`); `doubt` says what a rule decided there that print leaves open, and `state`
whether the value is a model's or what a person said of it. Boxes are `[x0, y0, x1, y1]` as
fractions of the page, pages count from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from kie_app.types import Extraction, Field
from kie_app.values import Normalised, normalised, plain, proven_order

FIELD_COLUMNS = (
    *("key", "value", "normalised", "currency", "doubt", "kind"),
    *("confidence", "origin", "pages", "boxes", "state"),
)

Cell = str | float | Decimal | date | tuple[Any, ...] | None  # a tuple holds pages or boxes
ReadFields = list[tuple[Field, Normalised | None]]


def read_fields(
    extractions: Sequence[Extraction], day_first: bool | None
) -> list[tuple[Extraction, ReadFields]]:
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


def field_cells(field: Field, read: Normalised | None) -> dict[str, Cell]:
    """What is known of a field by `FIELD_COLUMNS`; `read` is what its value was read as."""
    value, normal, currency = value_cells(field, read)
    return {
        "key": field.key.name,
        "value": value,
        "normalised": normal,
        "currency": currency,
        "doubt": read.doubt if read else "",
        "kind": field.key.kind,
        "confidence": round(field.confidence, 4),
        "origin": field.origin,
        "pages": tuple(source.page + 1 for source in field.sources),
        "boxes": tuple([round(edge, 5) for edge in source.box] for source in field.sources),
        "state": field.state,
    }


def value_cells(field: Field, read: Normalised | None) -> tuple[Cell, Cell, Cell]:
    """The value as printed, as it was read, and its currency."""
    return (field.value, read.value, read.currency) if read else (field.value, None, None)


def field_json(field: Field, read: Normalised | None) -> dict[str, Any]:
    """The cells of a field in types of JSON: dates in ISO 8601, decimal numbers as strings."""
    return {column: _json_value(cell) for column, cell in field_cells(field, read).items()}


def _json_value(cell: Cell) -> object:
    if isinstance(cell, tuple):
        return list(cell)
    return plain(cell) if isinstance(cell, date | Decimal) else cell


def _value(field: Field, day_first: bool | None) -> Normalised | None:
    return normalised(field.value, field.key.kind, day_first) if field.value else None
