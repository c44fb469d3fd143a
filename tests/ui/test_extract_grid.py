"""The grid of documents: rows and columns of what is kept, and nothing of it becomes markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kie_app.library import Record, standing
from kie_app.store import Correction, Prediction, StoredDocument
from kie_app.types import Extraction, Field, Key, Schema, Stats
from kie_app.ui import extract_grid
from tests.ui.hostile import ATTACK, harmless

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def record(name: str, values: dict[str, str | None] | None, said: tuple[str, ...] = ()) -> Record:
    """A document whose fields were predicted, some of them confirmed."""
    document = StoredDocument(name * 8, "ann", f"{name}.png", name * 64, 9, NOW)
    if values is None:
        return standing(document, (), {})
    fields = tuple(Field(Key(key), value, 0.5, (), (), "slots") for key, value in values.items())
    schema = Schema("s", tuple(field.key for field in fields))
    made = Extraction("mask_parallel", document.digest, schema, fields, Stats((), 0, 0), (), "m")
    corrections = {
        key: Correction(1, document.id, 1, key, "confirmed", values[key], (), "ann", NOW, None)
        for key in said
    }
    return standing(document, [Prediction(1, document.id, made, NOW)], corrections)


RECORDS = [
    record("a", {"total": "1.00", "date": None}),
    record("b", {"total": "2.00", "tax": "x"}, ("total", "tax")),
    record("c", None),
    record("d", {}),
]


def test_a_row_a_document_and_a_column_a_key() -> None:
    grid = extract_grid.grid(RECORDS)
    keys = ("total", "date", "tax")
    assert grid.headers == (*extract_grid.FIRST, *keys, *extract_grid.LAST)
    assert grid.rows[0] == ("a.png", "0 of 2", "50 %", "1.00", "", "", "", "aaaaaaaa")
    assert grid.rows[1][:6] == ("b.png", "2 of 2", "", "2.00", "", "x")
    assert grid.rows[2] == ("c.png", "not filled", "", "", "", "", "", "cccccccc")


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        ("All", "abcd"),
        ("Added now", "c"),
        ("Not filled", "c"),
        ("To check", "a"),
        ("Checked", "b"),
        ("Failed rule", ""),
    ],
)
def test_every_filter_shows_its_own(shown: str, names: str) -> None:
    assert shown in extract_grid.SHOWN
    found = extract_grid.chosen(RECORDS, shown, ["c" * 8])
    assert "".join(one.document.name[0] for one in found) == names


def test_hostile_names_and_values_stay_text() -> None:
    evil = record("e", {ATTACK: ATTACK})
    evil = replace(evil, document=replace(evil.document, name=ATTACK))
    assert harmless(extract_grid.files([evil]))
    assert harmless(extract_grid.failures([ATTACK]))
    assert "<img" not in extract_grid.progress(0, 1, ATTACK)
    assert extract_grid.files([record("c", None)]) == ""
