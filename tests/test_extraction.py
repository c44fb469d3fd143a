"""Text in, fields out: bad keys, empty pages, long documents, several decoders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kie_app.config import Settings
from kie_app.decoding import DECODERS
from kie_app.errors import SchemaError
from kie_app.extraction import END_MARK, WINDOW_TOKENS, extract, extract_stacked, surest
from kie_app.model.backbone import Backbone
from kie_app.model.checkpoint import Calibration, Checkpoint
from kie_app.text import words_of
from kie_app.types import Field, Key, Reading, Schema
from tests.conftest import make_document

SETTINGS = Settings()


def test_an_unknown_decoder_is_refused_with_the_names_there_are(
    tiny_backbone: Backbone, receipt_schema: Schema
) -> None:
    with pytest.raises(SchemaError, match=r"magic.*mask_parallel"):
        extract(tiny_backbone, make_document(), receipt_schema, "magic")


@pytest.mark.parametrize("decoder", list(DECODERS))
def test_a_page_without_text_has_every_field_absent(
    tiny_backbone: Backbone, receipt_schema: Schema, decoder: str
) -> None:
    for document in (make_document(lines=0), blank()):
        found = extract(tiny_backbone, document, receipt_schema, decoder)
        assert [field.value for field in found.fields] == [None] * 4
        assert not found.stats.passes


def blank():
    document = make_document(lines=2)
    return replace(document, lines=tuple(replace(line, text="  ") for line in document.lines))


@pytest.mark.parametrize("decoder", list(DECODERS))
def test_keys_with_markup_and_emoji_work(tiny_backbone: Backbone, decoder: str) -> None:
    names = ["<b>total</b>", "💶 sum", '"><script>', "a, b: c"]
    schema = Schema("odd", tuple(Key(name) for name in names))
    found = extract(tiny_backbone, make_document(), schema, decoder)
    assert [field.key.name for field in found.fields] == names


@pytest.mark.parametrize("decoder", list(DECODERS))
def test_a_long_document_is_read_to_its_end(
    tiny_backbone: Backbone, receipt_schema: Schema, decoder: str
) -> None:
    document = make_document(7, lines=260)
    found = extract(tiny_backbone, document, receipt_schema, decoder, reuse=False)
    prefills = [one for one in found.stats.passes if one.kind == "prefill"]
    assert len(prefills) > 1
    assert all(one.tokens <= WINDOW_TOKENS + 40 for one in prefills)
    starts = [one.start for one in found.stats.passes]
    assert starts == sorted(starts)


def test_pointed_values_are_words_of_the_page_with_their_boxes(
    tiny_backbone: Backbone, receipt_schema: Schema
) -> None:
    document = make_document(9)
    found = extract(tiny_backbone, document, receipt_schema)
    text = " ".join(word.text for word in words_of(document.lines))
    pointed = [field for field in found.fields if field.origin == "pointer" and field.value]
    assert pointed
    for field in pointed:
        assert field.value in text
        assert field.sources
        assert 0 <= field.confidence <= 1


def test_a_pointed_value_is_a_reading_that_is_as_likely_as_the_field_is_sure(
    tiny_backbone: Backbone, receipt_schema: Schema
) -> None:
    for document in (make_document(9), make_document(7, lines=260)):
        found = extract(tiny_backbone, replace(document, text_source="ocr"), receipt_schema)
        pointed = [field for field in found.fields if field.origin == "pointer" and field.value]
        assert pointed
        for field in pointed:
            likely = {one.value: one.probability for one in field.readings}
            assert likely[str(field.value)] == pytest.approx(field.confidence)


def test_a_changed_key_set_reuses_the_encoding(tiny_backbone: Backbone) -> None:
    document = make_document(11)
    first = extract(tiny_backbone, document, Schema("a", (Key("total"),)))
    second = extract(tiny_backbone, document, Schema("b", (Key("total"), Key("date"))))
    assert not first.stats.cached or first.stats.prefill == 0
    assert second.stats.cached
    assert second.fields[0].value == first.fields[0].value
    assert second.fields[0].confidence == pytest.approx(first.fields[0].confidence, abs=1e-4)
    fresh = extract(tiny_backbone, document, Schema("b", (Key("total"), Key("date"))), reuse=False)
    assert not fresh.stats.cached
    assert [f.value for f in fresh.fields] == [f.value for f in second.fields]


@pytest.mark.parametrize("decoder", list(DECODERS))
def test_events_tell_the_values_and_fall_within_the_run(
    tiny_backbone: Backbone, receipt_schema: Schema, decoder: str
) -> None:
    told = []
    found = extract(tiny_backbone, make_document(13), receipt_schema, decoder, told.append)
    assert tuple(told) == found.events
    total = found.stats.prefill + found.stats.decode
    assert all(0 <= event.at <= total for event in told)
    if decoder != "mask_parallel":  # there, slots and what a pointer reads may differ in number
        for k, field in enumerate(found.fields):
            positions = [event.position for event in told if event.key == k]
            assert positions == list(range(len(positions)))
            assert len(positions) == sum(slot.text != END_MARK for slot in field.slots)


@pytest.mark.parametrize("decoder", ["mask_parallel", "hyper_parallel"])
def test_a_stack_answers_what_each_document_alone_answers(
    tiny_backbone: Backbone, receipt_schema: Schema, decoder: str
) -> None:
    """Long documents in windows and one without text among them."""
    documents = [make_document(1, 9), blank(), make_document(2, 700), make_document(1, 9)]
    stacked = extract_stacked(tiny_backbone, documents, receipt_schema, decoder)
    assert len(stacked) == 4
    for document, found in zip(documents, stacked, strict=True):
        alone = extract(tiny_backbone, document, receipt_schema, decoder, reuse=False)
        assert [one.value for one in found.fields] == [one.value for one in alone.fields]
        assert [one.sources for one in found.fields] == [one.sources for one in alone.fields]
        assert (found.document, found.model) == (alone.document, alone.model)
    assert stacked[0].stats == stacked[2].stats
    assert not stacked[1].stats.passes


def test_nothing_stacks_to_nothing(tiny_backbone: Backbone, receipt_schema: Schema) -> None:
    assert extract_stacked(tiny_backbone, [], receipt_schema) == []


def test_a_decoder_that_cannot_stack_says_which_can(
    tiny_backbone: Backbone, receipt_schema: Schema
) -> None:
    with pytest.raises(SchemaError, match=r"autoregressive.*mask_parallel, hyper_parallel"):
        extract_stacked(tiny_backbone, [], receipt_schema, "autoregressive")


def test_recognised_text_is_as_sure_as_its_characters_are_legible(
    tiny_backbone: Backbone, receipt_schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = make_document(3, 6)
    doubted = Checkpoint(Path("doubted"), "tiny", Calibration(legibility=0.9))
    monkeypatch.setattr(tiny_backbone, "checkpoint", doubted)
    known, read = (
        extract(tiny_backbone, one, receipt_schema, reuse=False).fields
        for one in (given, replace(given, text_source="ocr"))
    )
    for one, other in zip(known, read, strict=True):
        assert other.value == one.value
        assert other.confidence == pytest.approx(one.confidence * 0.9 ** len(one.value or ""))


def test_windows_that_disagree_take_from_each_others_confidence() -> None:
    def said(value: str | None, confidence: float) -> Field:
        return Field(Key("total"), value, confidence, (), (), "pointer")

    first, second, absent = said("1.00", 0.8), said("2.00", 0.75), said(None, 0.99)
    assert surest([absent, first]) == first, "an absence elsewhere is no rival"
    assert surest([absent, absent]) == absent
    assert surest([first, said("1.00", 0.5)]) == first, "nor is the same value"
    both = surest([second, first])
    assert both.value == "1.00"
    assert both.confidence == pytest.approx(4 / (1 + 4 + 3))
    sure = surest([said("1.00", 1.0), second])
    assert 0.99 < sure.confidence < 1


def test_readings_are_as_likely_as_the_answers_of_all_windows_leave_them() -> None:
    def said(value: str, confidence: float, *others: tuple[str, float]) -> Field:
        read = tuple(Reading(*one, ()) for one in ((value, confidence), *others))
        return Field(Key("total"), value, confidence, (), (), "pointer", read)

    first, second = said("1.00", 0.8, ("1.50", 0.1)), said("2.00", 0.75, ("2.50", 0.2))
    best = surest([second, first])
    assert [one.value for one in best.readings] == ["1.00", "2.00", "1.50"]
    assert [one.probability for one in best.readings] == pytest.approx([0.5, 0.375, 0.0625])
    assert best.readings[0].probability == pytest.approx(best.confidence)
    assert surest([first, said("1.00", 0.5)]).readings == first.readings
