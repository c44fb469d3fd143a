"""CSV and JSON read back hold what was read; no cell of a CSV is computed."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import pytest
from hypothesis import given

from kie_app import export
from kie_app.export import (
    Grid,
    grid_to_csv,
    grid_to_json,
    long_grid,
    wide_grid,
)
from kie_app.types import Extraction
from tests.export.things import EXTRACTIONS, extraction, field, grids, slow


def csv_rows(grid: Grid) -> list[list[str]]:
    return list(csv.reader(io.StringIO(grid_to_csv(grid), newline="")))


@slow
@given(EXTRACTIONS)
def test_json_holds_every_value_as_it_was_read(some: list[Extraction]) -> None:
    rows = json.loads(grid_to_json(long_grid(some)).encode("utf-8"))
    fields = [(one, part) for one in some for part in one.fields]
    assert len(rows) == len(fields)
    for row, (one, part) in zip(rows, fields, strict=True):
        assert (row["document"], row["key"], row["value"]) == (
            one.document,
            part.key.name,
            part.value,
        )
        assert row["confidence"] == pytest.approx(part.confidence, abs=1e-4)
        assert row["pages"] == [source.page + 1 for source in part.sources]
        assert row["boxes"] == [[0.1, 0.2, 0.5, 1]] * len(part.sources)


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


def test_csv_tells_pages_boxes_and_confidences_as_text() -> None:
    header, row = csv_rows(long_grid([extraction(field("total", "-12.50", "amount"))]))
    told = dict(zip(header, row, strict=True))
    assert (told["value"], told["normalised"], told["file"]) == ("-12.50", "-12.50", "")
    assert (told["confidence"], told["pages"], told["boxes"]) == ("0.9877", "2", "[[0, 0, 0.5, 1]]")


def test_no_extraction_gives_headers_alone() -> None:
    assert csv_rows(long_grid([])) == [[*export.COLUMNS]]
    assert csv_rows(wide_grid([])) == [[*export.WIDE_COLUMNS]]
