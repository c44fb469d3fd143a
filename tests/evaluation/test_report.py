"""Tables: aligned in a terminal, and safe to print there."""

from __future__ import annotations

from kie_app.evaluation import report


def test_columns_are_aligned() -> None:
    lines = report.aligned(["key", "n"], [["company", "1"], ["date", "10"]], [1]).splitlines()
    assert lines == ["key       n", "company   1", "date     10"]


def test_wide_characters_take_two_columns() -> None:
    lines = report.aligned(["a", "b"], [["日本", "x"], ["abcd", "y"]]).splitlines()
    assert lines[1:] == ["日本  x", "abcd  y"]


def test_control_characters_of_a_document_do_not_reach_the_terminal() -> None:
    table = report.aligned(["value"], [["a\x1b[31mb\nc\r\x9bd"]])
    assert table.splitlines() == ["value", "a [31mb c  d"]


def test_a_table_without_rows_is_its_header() -> None:
    assert report.aligned(["key", "value"], []) == "key  value"


def test_an_evaluation_without_times_is_shown() -> None:
    arm = {
        "micro_f1": 0.0,
        "keys": {"total": None},
        "normalised_f1": 0.0,
        "normalised_keys": {"total": 0.0},
        "similarity": 0.0,
        "grounded": 0.0,
        "placed": 0.0,
        "absent": None,
        "calibration_error": 0.0,
        "seconds": {"ocr": {"median": None, "p95": None}, "total": {"median": 1.0, "p95": 2.0}},
    }
    text = report.evaluation({"documents": 1, "decoders": {"verified": arm}})
    assert "1.000 / 2.000" in text
    assert text.splitlines()[2].split() == ["verified", "exact", "0.000", "-"]
    assert text.startswith("1 documents")
