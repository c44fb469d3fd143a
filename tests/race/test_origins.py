"""What was copied is not counted as written, and a difference between the two is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kie_app.extraction import END_MARK
from kie_app.race.origins import Tokens, differing_text, slots_text, tokens_of, used_slots
from kie_app.types import Event, Field, Key, Slot
from tests.ui import recorded


def filled(value: str | None, *texts: str, origin: str = "pointer") -> Field:
    """A field whose slots hold these tokens."""
    slots = tuple(Slot(text, 0.9, ()) for text in texts)
    return Field(Key("company"), value, 0.9, (), slots, origin)


def test_tokens_of_values_off_the_page_are_copied() -> None:
    pip, baseline, *_ = recorded.extractions()
    places = {(event.key, event.position) for event in pip.events}
    assert tokens_of(pip) == Tokens(written=0, copied=len(places))
    assert tokens_of(baseline) == Tokens(written=len(baseline.events), copied=0)


def test_each_key_counts_by_its_own_origin_and_each_place_once() -> None:
    pip = recorded.extractions()[0]
    fields = (replace(pip.fields[0], origin="slots"), *pip.fields[1:])
    events = (Event(0.1, 0, 0, "A"), Event(0.2, 0, 0, "B"), Event(0.1, 1, 0, "1"))
    assert tokens_of(replace(pip, fields=fields, events=events)) == Tokens(1, 1)


def test_slots_are_used_up_to_the_end_of_the_value() -> None:
    assert used_slots(filled("AB", " A", "B", END_MARK, "x", END_MARK)) == 3
    assert used_slots(filled("AB", " A", "B")) == 2
    assert used_slots(filled("AB")) == 0
    assert slots_text(filled("AB", " A", "B", END_MARK, "x").slots) == "AB"


@pytest.mark.parametrize(
    ("value", "texts", "expected"),
    [
        ("TAN WOON", (" TAN", " WOON", END_MARK), None),
        ("TAN WOON", (" TAN", "WO", "ON", END_MARK), None),  # blanks are no difference
        ("TAN WOON YANN", (" TAN", " WOON"), None),  # no slot was left for the rest
        ("TAN WOON YANN", (" TAN", " WOON", END_MARK), "TAN WOON"),
        ("TAN", (" TAN", " WOON"), "TAN WOON"),
        ("TAN WOON", (" TAM", "AN"), "TAMAN"),
        ("TAN WOON", (END_MARK, " x"), ""),
        (None, (END_MARK, " x"), None),
        (None, (" TAN", END_MARK), "TAN"),
        (
            "CAF\N{LATIN CAPITAL LETTER E WITH ACUTE} A",
            (" CAF", "\ufffd", "\ufffd", " A", END_MARK),
            None,
        ),
        ("CAFE. B", (" CAFE", ".", " A", END_MARK), "CAFE. A"),
    ],
)
def test_what_the_slots_wrote_is_told_where_it_is_not_the_copied_value(
    value: str | None, texts: tuple[str, ...], expected: str | None
) -> None:
    assert differing_text(filled(value, *texts)) == expected


def test_where_nothing_was_copied_there_is_no_difference() -> None:
    assert differing_text(filled("TAN", " WOON", END_MARK, origin="slots")) is None
    assert differing_text(filled("TAN", " WOON", END_MARK, origin="tokens")) is None
    assert differing_text(filled("TAN")) is None  # an answer of a stack, say, without its slots
