"""What the fields of a document must say of each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.library.rules import broken
from kie_app.types import Key

KEYS = {
    "subtotal": "amount",
    "tax": "amount",
    "gst": "amount",
    "tips": "amount",
    "total": "amount",
    "discount": "amount",
    "invoice date": "date",
    "due_date": "date",
}


def values(**said: str | None) -> dict[Key, str | None]:
    return {
        Key(name.replace("__", " "), kind=KEYS[name.replace("__", " ")]): value
        for name, value in said.items()
    }


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (values(subtotal="10.00", tax="0.60", total="11.00"), "total 11.00 is not subtotal"),
        (values(subtotal="10.00", total="9.00"), "total 9.00 is not subtotal 10.00"),
        (values(total="ten"), "total 'ten' does not read as an amount"),
        (values(invoice__date="5 May 2024", due_date="4 May 2024"), "before invoice date"),
    ],
)
def test_a_broken_rule_is_told(said: dict[Key, str | None], sentence: str) -> None:
    (told,) = broken(said)
    assert sentence in told


@pytest.mark.parametrize(
    "said",
    [
        values(subtotal="10.00", tax="0.60", total="10.60"),
        values(subtotal="10.60", tax="0.60", total="10.60"),  # the tax is contained
        values(subtotal="10.60", gst="0.60", total="10.60"),
        values(subtotal="RM 1,000.00", tips="5.00", total="1,005.00"),
        values(subtotal="10.00", discount="-1.00", total="9.00"),
        values(subtotal="10.00", discount="1.00", total="9.00"),
        values(subtotal=None, total="9.00"),
        values(invoice__date="4 May 2024", due_date="5 May 2024"),
        values(invoice__date="05/04/2024", due_date="04/05/2024"),  # the order is unknown
        values(total=None),
    ],
)
def test_what_may_be_right_is_left_in_peace(said: dict[Key, str | None]) -> None:
    assert broken(said) == ()


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), st.none() | st.text(max_size=20)))
def test_any_text_gives_sentences_of_one_line(said: dict[str, str | None]) -> None:
    for sentence in broken({Key(name, kind=KEYS[name]): value for name, value in said.items()}):
        assert sentence
        assert "\n" not in sentence
