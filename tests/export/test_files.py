"""Every format tells what a person said of a value, and JSON all that the decoders returned."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook

from kie_app import export
from kie_app.export import (
    long_grid,
    wide_grid,
)
from kie_app.types import State
from kie_app.values.amounts import THOUSANDS
from kie_app.values.dates import DAY_OR_MONTH
from tests.export.things import cells, extraction, field


def from_json(data: bytes) -> list[dict[str, Any]]:
    """The fields in a file, each with the name of its document's file."""
    return [field | {"file": one["file"]} for one in json.loads(data) for field in one["fields"]]


def from_csv(data: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def from_xlsx(data: bytes) -> list[dict[str, Any]]:
    header, *rows = load_workbook(io.BytesIO(data))["fields"].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


files = {"json": from_json, "csv": from_csv, "xlsx": from_xlsx}


@pytest.mark.parametrize("state", ["absent", "illegible"])
def test_every_format_tells_what_a_person_said_of_a_value(state: State) -> None:
    said = replace(field("total", None, "amount"), origin="person", state=state)
    some = [extraction(field("tax", None, "amount"), said)]
    wide, long = cells(wide_grid(some)), [cells(long_grid(some), row=row) for row in (0, 1)]
    assert wide["state"] == f"total: {state}"
    assert [row["state"] for row in long] == ["predicted", state]
    names = {"d": "=receipt.jpg"}
    for ending, (_, write) in export.FILES.items():
        told = files[ending](write(some, names))
        assert [row["state"] for row in told] == ["predicted", state]
        assert {row["file"].removeprefix("'") for row in told} == {"=receipt.jpg"}


def test_the_lossless_format_has_what_was_read_beside_what_was_printed() -> None:
    total, day = field("total", "RM 1,234", "amount"), field("day", "5/3/2018", "date")
    [one] = json.loads(export.to_json([extraction(total, day, field("tax", None, "amount"))]))
    assert one["file"] is None
    read = [[row[name] for name in ("value", "normalised", "currency")] for row in one["fields"]]
    assert read == [
        ["RM 1,234", "1234", "MYR"],
        ["5/3/2018", "2018-03-05", None],
        [None, None, None],
    ]
    assert [row["doubt"] for row in one["fields"]] == [THOUSANDS, DAY_OR_MONTH, ""]
