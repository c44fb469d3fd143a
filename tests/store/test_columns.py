"""Columns read what was saved, whatever characters it holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from sqlalchemy.dialects import sqlite

from kie_app.errors import StoreError
from kie_app.store.columns import Json, Utc, escaped, now, unescaped
from kie_app.types import Extraction, Part, Pass, Stats
from tests.store import anything

DIALECT = sqlite.dialect()


@given(anything.ANY_TEXT)
def test_escaped_text_is_storable_and_comes_back(text: str) -> None:
    assert "\0" not in escaped(text)
    escaped(text).encode()  # no lone surrogate is left
    assert unescaped(escaped(text)) == text


def test_usual_text_is_kept_as_it_is() -> None:
    text = 'Straße 収据 🧾 \\u0000 "quoted"\n\t'
    assert escaped(text) == text


def test_a_pair_of_lone_surrogates_does_not_become_their_character() -> None:
    column = Json(list[str])
    pair = ["\ud83d\ude00", "\U0001f600"]
    assert column.process_result_value(column.process_bind_param(pair, DIALECT), DIALECT) == pair


def test_a_number_that_is_none_is_kept() -> None:
    column = Json(list[float])
    kept = column.process_bind_param([float("nan"), float("inf")], DIALECT)
    assert str(column.process_result_value(kept, DIALECT)) == "[nan, inf]"


@pytest.mark.parametrize("kept", ["", "{", "null", "[]", '{"decoder": 1}'])
def test_damaged_values_are_refused_in_one_line(kept: str) -> None:
    with pytest.raises(StoreError, match="A stored Extraction cannot be read") as raised:
        Json(Extraction).process_result_value(kept, DIALECT)
    assert "\n" not in str(raised.value)


def test_json_is_readable_in_the_database() -> None:
    kept = Json(dict[str, str]).process_bind_param({"Ort": "Köln 収"}, DIALECT)
    assert kept == '{"Ort":"Köln 収"}'
    assert json.loads(kept) == {"Ort": "Köln 収"}


def test_times_are_the_same_moment_in_utc() -> None:
    column = Utc()
    there = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    kept = column.process_bind_param(there, DIALECT)
    assert kept is not None
    read = column.process_result_value(kept.replace(tzinfo=None), DIALECT)
    assert (read, read.tzinfo if read else None) == (there, UTC)
    assert now().tzinfo is UTC


def test_an_account_that_was_kept_before_it_had_parts_is_read() -> None:
    column = Json(Stats)
    fill = {"kind": "fill", "start": 0.1, "seconds": 0.2, "tokens": 15}
    kept = json.dumps({"passes": [fill], "prefill": 0.1, "decode": 0.2, "cached": False})
    found = column.process_result_value(kept, sqlite.dialect())
    assert found == Stats((Pass("fill", 0.1, 0.2, 15),), 0.1, 0.2)
    parted = Stats((), 0.1, 0.2, True, (Part("features", 0.0, 0.1),))
    written = column.process_bind_param(parted, sqlite.dialect())
    assert column.process_result_value(written, sqlite.dialect()) == parted
