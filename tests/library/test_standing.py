"""What stands of a document, whatever was asked of it since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kie_app.errors import StoreError
from kie_app.library.library import Library
from kie_app.types import Key, Schema
from tests.library.conftest import SCHEMA, picture
from tests.ui.kept import Guess, correct, keep, undo


def test_what_was_verified_outlives_a_filling_with_other_keys(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    before = library.fill("ann", kept.id, SCHEMA)
    correct(library, "ann", kept.id, "date", "corrected", "1 May")
    cashier = Schema("other", (Key("cashier"),))
    record = library.fill("ann", kept.id, cashier)
    assert library.all("ann") == [record] == [library.one("ann", kept.id)]
    asked, date = record.fields
    assert (asked.key.name, asked.state) == ("cashier", "predicted")
    assert (date.key, date.value, date.state) == (SCHEMA.keys[1], "1 May", "corrected")
    assert (date.predicted, date.prediction) == (
        before.fields[1].predicted,
        before.fields[1].prediction,
    )
    exported = record.extraction()
    assert exported is not None
    assert [key.name for key in exported.schema.keys] == ["cashier", "date"]
    assert [field.key for field in exported.fields] == list(exported.schema.keys)
    field = exported.fields[1]
    assert (field.value, field.origin, field.confidence) == ("1 May", "person", 1.0)

    correct(library, "ann", kept.id, "date", "illegible")
    again = undo(library, "ann", kept.id, "date")
    assert again.fields == record.fields
    opened = undo(library, "ann", kept.id, "date")
    assert opened.fields == record.fields[:1], "what nobody verified is of the newest alone"
    with pytest.raises(StoreError, match="no field 'date'"):
        correct(library, "ann", kept.id, "date", "absent")
    assert library.fill("ann", kept.id, SCHEMA).fields == before.fields


def test_a_value_is_as_likely_among_the_readings_as_its_field_is_sure(library: Library) -> None:
    """Whatever another decoder thinks of the same value."""
    kept = keep(library.store, "ann", (Guess("total", "29.35", 0.51, ("4.25",)),))
    prediction = library.one("ann", kept).prediction
    assert prediction is not None
    said = prediction.extraction
    fields = tuple(replace(field, confidence=0.4, readings=()) for field in said.fields)
    written = replace(said, decoder="autoregressive", fields=fields)
    library.store.answers.save_prediction("ann", kept, written)
    [field] = library.one("ann", kept).fields
    assert field.confidence == 0.4
    assert {one.value: one.probability for one in field.readings}["29.35"] == 0.4
