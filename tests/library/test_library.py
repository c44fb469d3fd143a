"""Kept documents: filled, said something of, exported and deleted, each owner's own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.errors import DocumentError, Overtaken, SchemaError, StoreError
from kie_app.library.library import Library
from kie_app.library.queue import ORDERS, queue
from kie_app.store import Store
from kie_app.types import Key, Schema
from tests.conftest import make_backbone
from tests.ui.kept import Guess, correct, keep, predict, undo

SCHEMA = Schema("s", (Key("total", kind="amount"), Key("date", kind="date")))


def picture(text: str = "TOTAL 12.50") -> bytes:
    image = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(image).text((20, 60), text, fill="black", font_size=40)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    backbone = make_backbone()
    backbone.model.save_pretrained(folder)
    backbone.text.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def settings(model: Path, tmp_path: Path) -> Settings:
    return Settings(backbone=str(model), models_dir=model, dtype="float32", data_dir=tmp_path)


@pytest.fixture
def engine(settings: Settings) -> Engine:
    return Engine(settings)


@pytest.fixture
def library(engine: Engine) -> Iterator[Library]:
    library = Library(engine, Store.of(engine.settings))
    yield library
    library.store.close()


def test_a_document_is_kept_once_and_opened_without_reading_it_again(
    library: Library, settings: Settings
) -> None:
    kept = library.add("ann", "../bill.png", picture())
    assert library.add("ann", "again.png", picture()) == kept
    assert kept.name == "bill.png"
    read = library.open("ann", kept.id)
    later = Library(Engine(settings), Store.of(settings))
    opened = later.open("ann", kept.id)
    assert opened == read
    assert opened.lines
    assert opened.pages[0].image is not None
    assert Image.open(io.BytesIO(later.page_jpeg("ann", kept.id, 0))).size == (400, 200)
    with pytest.raises(DocumentError, match="no page 2"):
        later.page_jpeg("ann", kept.id, 1)


def test_a_file_that_was_lost_is_back_when_it_is_added_again(
    library: Library, tmp_path: Path
) -> None:
    kept = library.add("ann", "a.png", picture())
    (tmp_path / "files" / kept.digest).unlink()
    assert library.add("ann", "a.png", picture()) == kept
    assert library.store.documents.data("ann", kept.id) == picture()


def test_a_bad_file_is_told_and_not_kept(library: Library) -> None:
    with pytest.raises(DocumentError, match=r"bad\.png"):
        library.add("ann", "bad.png", b"no picture")
    assert library.all("ann") == []


def test_owners_see_nothing_of_each_other(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    library.fill("ann", kept.id, SCHEMA)
    assert library.all("bob") == []
    for act in (
        lambda: library.open("bob", kept.id),
        lambda: library.fill("bob", kept.id, SCHEMA),
        lambda: library.one("bob", kept.id),
        lambda: library.page_jpeg("bob", kept.id, 0),
        lambda: library.delete("bob", kept.id),
        lambda: correct(library, "bob", kept.id, "total", "absent"),
    ):
        with pytest.raises(StoreError, match=kept.id):
            act()


def test_a_changed_key_is_asked_alone(library: Library, engine: Engine) -> None:
    kept = library.add("ann", "a.png", picture())
    first = library.fill("ann", kept.id, SCHEMA)
    wider = Schema("s", (*SCHEMA.keys, Key("cashier")))
    second = library.fill("ann", kept.id, wider)
    assert [field.key.name for field in second.fields] == ["total", "date", "cashier"]
    assert second.fields[:2] == first.fields
    assert second.prediction is not None
    asked = engine.extract(library.open("ann", kept.id), Schema("s", (Key("cashier"),)))
    assert second.fields[2].value == asked.fields[0].value
    (again,) = second.prediction.extraction.stats.passes[-1:]
    assert again.tokens == asked.stats.passes[-1].tokens, "only the new key's slots"
    narrower = library.fill("ann", kept.id, Schema("s", SCHEMA.keys[:1]))
    assert narrower.fields == first.fields[:1]
    assert library.fill("ann", kept.id, Schema("s", SCHEMA.keys[:1])) == narrower, "nothing new"
    whole = engine.extract(library.open("ann", kept.id), wider)
    assert [f.value for f in whole.fields] == [field.value for field in second.fields]


def test_bad_questions_are_refused(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    with pytest.raises(SchemaError, match="No keys"):
        library.fill("ann", kept.id, Schema("s", ()))
    with pytest.raises(SchemaError, match="nonsense"):
        library.fill("ann", kept.id, SCHEMA, "nonsense")
    assert library.one("ann", kept.id).prediction is None


def test_what_a_person_says_stands_until_it_is_taken_back(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    predicted = library.fill("ann", kept.id, SCHEMA).fields[0]

    def said(token: str, **what: str | None) -> str | None:
        record = correct(library, "ann", kept.id, "total", token=token, **what)
        return record.fields[0].value

    assert said("1", state="corrected", value="9.99") == "9.99"
    assert said("1", state="corrected", value="8.88") == "9.99", "a repeated send says nothing new"
    assert said("2", state="illegible") is None
    record = library.one("ann", kept.id)
    assert (record.verified, record.done) == (1, False)
    assert record.fields[0].predicted == predicted.value
    exported = record.extraction()
    assert exported is not None
    assert (exported.fields[0].value, exported.fields[0].origin) == (None, "person")
    assert [field.state for field in exported.fields] == ["illegible", "predicted"]
    assert undo(library, "ann", kept.id, "total").fields[0].value == "9.99"
    assert undo(library, "ann", kept.id, "total").fields[0] == predicted
    correct(library, "ann", kept.id, "total", "confirmed")
    refilled = library.fill("ann", kept.id, SCHEMA)
    assert refilled.fields[0].state == "confirmed", "a new prediction does not undo a person"
    with pytest.raises(StoreError, match="no field 'tax'"):
        correct(library, "ann", kept.id, "tax", "absent")


def test_what_was_not_seen_is_neither_overwritten_nor_taken_back(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    seen = library.fill("ann", kept.id, SCHEMA).fields[0]
    after = seen.correction
    correct(library, "ann", kept.id, "total", "absent", author="bea", after=after)
    with pytest.raises(Overtaken, match="'total' meanwhile: look at it again"):
        correct(library, "ann", kept.id, "total", "illegible", token="2", after=after)
    with pytest.raises(Overtaken, match="'total' meanwhile: look at it again"):
        undo(library, "ann", kept.id, "total", after=after)
    now = library.one("ann", kept.id).fields[0]
    assert (now.state, library.store.answers.saved("ann", kept.id, "2")) == ("absent", None)
    record = undo(library, "ann", kept.id, "total", after=now.correction)
    assert record.fields[0] == seen


def test_a_correction_names_the_prediction_that_was_seen(library: Library, engine: Engine) -> None:
    kept = library.add("ann", "a.png", picture())
    seen = library.fill("ann", kept.id, SCHEMA).fields[0]
    library.races.save(
        "ann", kept.id, SCHEMA, [engine.extract(library.open("ann", kept.id), SCHEMA)]
    )
    stands = library.one("ann", kept.id).fields[0]
    assert stands.prediction > seen.prediction
    for state, named in (("absent", seen.prediction), ("illegible", None)):
        correct(library, "ann", kept.id, "total", state, prediction=named)
    written = library.store.answers.corrections_of("ann", kept.id)
    assert [one.prediction for one in written] == [seen.prediction, stands.prediction]


def test_what_was_verified_outlives_a_filling_with_other_keys(
    library: Library, engine: Engine
) -> None:
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


def test_what_was_written_stays_with_its_key(library: Library, engine: Engine) -> None:
    kept = library.add("ann", "a.png", picture())
    cashier = Key("cashier")
    library.fill("ann", kept.id, Schema("s", (cashier, *SCHEMA.keys)))
    record = library.fill("ann", kept.id, Schema("s", (*SCHEMA.keys, Key("shop"), cashier)))
    assert record.prediction is not None
    found = record.prediction.extraction
    alone = engine.extract(library.open("ann", kept.id), Schema("s", (Key("shop"),)))
    assert [(e.key, e.text) for e in found.events] == [(2, e.text) for e in alone.events]


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


def test_the_queue_holds_open_documents_in_its_order(library: Library) -> None:
    ids = []
    for number in range(3):
        kept = library.add("ann", f"{number}.png", picture(f"TOTAL {number}.50"))
        ids.append(library.fill("ann", kept.id, SCHEMA).document.id)
    library.add("ann", "unfilled.png", picture("DATE 03/04/2018"))
    records = library.all("ann")
    least = queue(records, "least certain")
    assert {one.document.id for one in least} == set(ids)
    assert [one.least for one in least] == sorted(one.least for one in least)
    assert [one.document.id for one in queue(records, "newest")] == ids[::-1]
    assert queue(records, "decoders disagree") == []
    for key in ("total", "date"):
        correct(library, "ann", ids[0], key, "absent")
    for order in ORDERS:
        assert ids[0] not in [one.document.id for one in queue(library.all("ann"), order)]


def test_documents_on_which_decoders_disagree_come_first_where_most_is_disputed(
    library: Library, engine: Engine
) -> None:
    guesses = (Guess("total", "29.35", 0.9), Guess("date", "1 May", 0.8), Guess("tip", None, 0.7))
    others = (Guess("total", "29.85", 0.9), Guess("date", "7 May", 0.8), Guess("tip", "", 0.7))
    ids = []
    for disputed, sample in enumerate(("cafe_receipt", "hardware_receipt", "garden_receipt")):
        kept = keep(library.store, "ann", guesses, sample, decoder="autoregressive")
        read = library.open("ann", kept)
        predict(library.store, "ann", kept, read, (*others[:disputed], *guesses[disputed:]))
        ids.append(kept)

    def waiting() -> list[str]:
        return [one.document.id for one in queue(library.all("ann"), "decoders disagree")]

    assert waiting() == [ids[2], ids[1]]
    for key in ("total", "date"):
        correct(library, "ann", ids[2], key, "absent")
    assert waiting() == ids[1:2], "what a person settled is disputed no more"


def test_a_value_is_as_likely_among_the_readings_as_its_field_is_sure(
    library: Library, engine: Engine
) -> None:
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


def test_documents_that_break_rules_come_first_where_most_are_broken(
    library: Library, engine: Engine
) -> None:
    due = (Guess("date", "yesterday", 0.8), Guess("due date", "tomorrow", 0.8))
    fine = (Guess("date", "1 May 2018", 0.8), Guess("due date", "2 May 2018", 0.8))
    samples = ("cafe_receipt", "hardware_receipt", "garden_receipt")
    ids = [
        keep(library.store, "ann", (*due[:wrong], *fine[wrong:]), sample)
        for wrong, sample in enumerate(samples)
    ]

    def waiting() -> list[str]:
        return [one.document.id for one in queue(library.all("ann"), "failed rule")]

    assert waiting() == [ids[2], ids[1]]
    for key in ("date", "due date"):
        correct(library, "ann", ids[2], key, "corrected", "1 May 2018")
    assert waiting() == ids[1:2]
