"""A race is kept with its answers, and hides nothing that a person said."""

from __future__ import annotations

from kie_app.engine.engine import Engine
from kie_app.library.library import Library
from kie_app.types import Key, Schema
from tests.library.conftest import SCHEMA, picture
from tests.ui.kept import correct


def test_a_race_is_kept_with_its_answers_and_goes_with_its_document(
    library: Library, engine: Engine
) -> None:
    kept = library.add("ann", "a.png", picture())
    document = library.open("ann", kept.id)
    result = [
        engine.extract(document, SCHEMA, name) for name in ("mask_parallel", "autoregressive")
    ]
    race = library.races.save("ann", kept.id, SCHEMA, result)
    assert library.store.races.of("ann") == [race]
    assert library.store.races.of("bob") == []
    record = library.one("ann", kept.id)
    assert record.prediction is not None
    assert record.prediction.extraction.decoder == "mask_parallel"
    for field, other in zip(record.fields, result[1].fields, strict=True):
        alike = (field.value or "").replace(" ", "") == (other.value or "").replace(" ", "")
        assert field.disputed != alike
        assert other.value is None or other.value in [one.value for one in field.readings]
    assert library.all("ann") == [record]
    library.delete("ann", kept.id)
    assert library.all("ann") == []
    assert library.store.races.of("ann") == []


def test_a_race_hides_nothing_that_was_verified(library: Library, engine: Engine) -> None:
    kept = library.add("ann", "a.png", picture())
    library.fill("ann", kept.id, SCHEMA)
    correct(library, "ann", kept.id, "date", "corrected", "1 May")
    asked = Schema("s", (Key("total"),))
    done = engine.extract(library.open("ann", kept.id), asked)
    race = library.races.save("ann", kept.id, asked, [done])
    total, date = library.one("ann", kept.id).fields
    assert (total.key.name, total.predicted) == ("total", done.fields[0].value)
    assert (date.key.name, date.value, date.state) == ("date", "1 May", "corrected")
    newest = library.one("ann", kept.id).prediction
    assert newest is not None
    assert newest.extraction == done
    assert [one.id for one, _ in library.races.of("ann")] == [race.id]
