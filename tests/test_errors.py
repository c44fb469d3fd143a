"""An error is told in one line: its own, or that the app broke while the log has the rest."""

from __future__ import annotations

import pytest

from kie_app.errors import BROKEN, DocumentError, Overtaken, line_of


def test_an_error_that_a_person_can_mend_is_told_as_it_says_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert line_of(DocumentError("too long: cut it"), "a.png") == "too long: cut it"
    assert caplog.records == []


def test_an_error_that_nobody_foresaw_is_told_by_its_kind_and_logged_whole(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = line_of(ZeroDivisionError("by\nnothing"), "a.png")
    assert told == f"{BROKEN} (ZeroDivisionError)"
    [record] = caplog.records
    assert record.exc_info is not None
    assert "'a.png'" in record.message


def test_what_was_overtaken_is_told_by_a_short_name() -> None:
    told = str(Overtaken("k" * 1000))
    assert len(told) < 120
    assert "meanwhile: look at it again" in told
