"""What people take away: complete JSON, and CSV that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from kie_app import export
from kie_app.types import Extraction
from tests.ui import recorded


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def csv_of(*extractions: Extraction) -> str:
    return export.grid_to_csv(export.long_grid(extractions))


def with_value(value: str | None) -> Extraction:
    one = recorded.extractions()[0]
    return replace(one, fields=(replace(one.fields[0], value=value),))


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1-1", "-1+1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "\N{FULLWIDTH EQUALS SIGN}1"],
)
def test_what_a_spreadsheet_would_compute_is_text(value: str) -> None:
    assert rows(csv_of(with_value(value)))[0]["value"] == "'" + value


@pytest.mark.parametrize("value", ["-5.00", "+60123456", "12,50", "SDN = BHD", 'a "b", c', "é⏎"])
def test_plain_values_and_numbers_stay_as_they_are(value: str) -> None:
    assert rows(csv_of(with_value(value)))[0]["value"] == value


def test_an_absent_value_is_an_empty_cell() -> None:
    assert rows(csv_of(with_value(None)))[0]["value"] == ""


def test_csv_has_one_row_a_field_of_every_extraction() -> None:
    done = recorded.extractions()
    assert len(rows(csv_of(*done))) == sum(len(one.fields) for one in done)


def test_json_round_trips_through_the_recorded_reader() -> None:
    done = recorded.extractions()
    assert json.loads(export.to_json(done)) == json.loads(recorded.FILE.read_text("utf-8"))
