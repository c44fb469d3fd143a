"""What a person says stands until it is taken back, and means the same from everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kie_app.engine.engine import Engine
from kie_app.errors import Overtaken, StoreError
from kie_app.library.corrections import (
    LONGEST,
    TOKEN_CHARS,
    Meaning,
    SentCorrection,
    check_seen,
    mark,
    meaning,
    stands_already,
)
from kie_app.library.library import Library
from kie_app.library.standing import StandingField
from kie_app.types import Box, Document, Key, Line, Page, Reading, Source, State
from tests.library.conftest import SCHEMA, picture
from tests.ui.kept import correct, undo


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


READ = Document(
    "d",
    "d.png",
    (Page(0, 600, 900),),
    tuple(
        Line(text, Box(0.1, 0.1 * at, 0.9, 0.1 * at + 0.05))
        for at, text in enumerate(("PELITA  HARDWARE", "CASH 80.00", "TOTAL 75.75", "80.00"))
    ),
    "given",
)
SEEN, WEIGHED = (Source(0, Box(0, 0, at, 1)) for at in (0.5, 0.6))


def standing_field(predicted: str | None, said: tuple[State, str | None] | None = None) -> Any:
    """A field with one other reading, "4.25"."""
    readings = (Reading(predicted, 0.9, (SEEN,)),) if predicted else ()
    state, value = said or ("predicted", predicted)
    return StandingField(
        Key("total"),
        value,
        state,
        0.9,
        (SEEN,) if value and value == predicted else (),
        (*readings, Reading("4.25", 0.1, (WEIGHED,))),
        False,
        predicted,
        7,
        3,
    )


def sent(**what: Any) -> SentCorrection:
    return SentCorrection(**{"key": "total", "token": "t", "author": "ann", **what})


def made(field: StandingField, **what: Any) -> Meaning:
    return meaning(field, sent(**what), lambda: READ)


@pytest.mark.parametrize(
    ("predicted", "value", "state", "held"),
    [
        ("75.75", " 75.75\n", "confirmed", "75.75"),
        ("75.75", "80.00", "corrected", "80.00"),
        ("75.75", "80\n 00", "corrected", "80 00"),
        ("75.75", " ", "absent", None),
        ("75.75", None, "absent", None),
        (None, None, "confirmed", None),
        (None, "80.00", "corrected", "80.00"),
        ("two\n lines", "two lines", "confirmed", "two\n lines"),
    ],
)
def test_a_value_alone_means_what_it_means_with_its_state(
    predicted: str | None, value: str | None, state: State, held: str | None
) -> None:
    field = standing_field(predicted)
    assert (made(field, value=value).state, made(field, value=value).value) == (state, held)
    assert made(field, value=value, state=state) == made(field, value=value)


@pytest.mark.parametrize(
    ("state", "value"),
    [
        ("confirmed", "80.00"),
        ("confirmed", None),
        ("corrected", "75.75"),
        ("corrected", None),
        ("absent", "75.75"),
        ("illegible", "80.00"),
    ],
)
def test_a_state_and_a_value_that_do_not_go_together_are_not_saved(
    state: State, value: str | None
) -> None:
    with pytest.raises(StoreError, match=f"does not go with {state}"):
        made(standing_field("75.75"), state=state, value=value)


def test_a_value_stands_on_its_lines_where_the_model_saw_it_or_where_its_text_is() -> None:
    field = standing_field("75.75")
    assert made(field, value="75.75").sources == (SEEN,)
    assert made(field, value="4.25").sources == (WEIGHED,)
    (total,) = made(field, value="75.75", lines=(2,)).sources
    assert total.box.y0 == READ.lines[2].box.y0
    (first,) = made(field, value="80.00").sources
    (last,) = made(field, value="80.00", lines=(3, 99)).sources
    assert (first.box.y0, last.box.y0) == (READ.lines[1].box.y0, READ.lines[3].box.y0)
    whole = made(field, value="quite something else", lines=(0, 1)).sources
    assert [one.box for one in whole] == [line.box for line in READ.lines[:2]]
    assert made(field, value="nothing like it").sources == ()
    assert made(field, state="illegible", lines=(0,)).sources == ()


def test_what_stands_already_is_known_by_state_value_and_named_place() -> None:
    field = standing_field("75.75", ("confirmed", "75.75"))
    for what, same in (
        ({"value": "75.75"}, True),
        ({"value": "75.75", "lines": (2,)}, False),
        ({"value": "80.00"}, False),
        ({}, False),
    ):
        assert stands_already(field, made(field, **what), sent(**what)) == same
    predicted = standing_field("75.75")
    assert not stands_already(predicted, made(predicted, value="75.75"), sent(value="75.75"))


def test_only_what_was_seen_may_be_overwritten() -> None:
    field = standing_field("75.75", ("corrected", "80.00"))
    for seen in ({}, {"after": 3}, {"seen": mark(field)}, {"after": 3, "seen": mark(field)}):
        check_seen(field, sent(**seen))
    other = mark(standing_field("75.75"))
    for unseen in ({"after": 0}, {"after": 4}, {"seen": ""}, {"seen": other}):
        with pytest.raises(Overtaken, match="meanwhile: look at it again"):
            check_seen(field, sent(**unseen))


@pytest.mark.parametrize(
    ("what", "part"),
    [
        ({"key": 7}, "key is '7': give it as text"),
        ({"token": ""}, "The token has 0 characters"),
        ({"token": "t" * (TOKEN_CHARS + 1)}, f"the limits are 1 and {TOKEN_CHARS}"),
        ({"token": None}, "token is 'None'"),
        ({"after": -1}, "after is '-1'"),
        ({"after": True}, "after is 'True'"),
        ({"after": 2**63}, "after is "),
        ({"value": 7}, "value is '7'"),
        ({"value": "x" * (LONGEST + 1)}, f"the limit is {LONGEST}"),
        ({"state": "predicted"}, "no state 'predicted' to say: use one of confirmed"),
        ({"state": ["absent"]}, "There is no state"),
        ({"lines": ("0",)}, "a line is '0'"),
        ({"lines": (None,)}, "a line is 'None'"),
        ({"prediction": "1"}, "prediction is '1'"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(what: dict[str, Any], part: str) -> None:
    with pytest.raises(StoreError) as raised:
        sent(**what)
    assert part in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_correction_that_is_sent_again_tells_whom_it_overtook(library: Library) -> None:
    kept = library.add("ann", "a.png", picture())
    library.fill("ann", kept.id, SCHEMA)
    first = sent(state="absent", after=0)
    library.correct("ann", kept.id, first)
    assert library.correct("ann", kept.id, first).field("total").state == "absent"
    correct(library, "ann", kept.id, "total", "illegible")
    with pytest.raises(Overtaken):
        library.correct("ann", kept.id, first)
    careless = replace(first, after=None)
    assert library.correct("ann", kept.id, careless).field("total").state == "illegible"
