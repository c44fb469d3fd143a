"""Grids, long and wide: distinct columns, full rows, what was read beside what was printed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given

from kie_app.export import (
    long_grid,
    wide_grid,
)
from kie_app.types import Extraction
from kie_app.values.amounts import THOUSANDS
from kie_app.values.dates import DAY_OR_MONTH
from tests.export.things import EXTRACTIONS, cells, extraction, field, grids, slow


@slow
@given(EXTRACTIONS)
def test_every_grid_has_distinct_columns_and_full_rows(some: list[Extraction]) -> None:
    for grid in grids(some):
        assert len(set(grid.columns)) == len(grid.columns)
        assert all(len(row) == len(grid.columns) for row in grid.rows)
    assert len(wide_grid(some).rows) == len(some)


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
