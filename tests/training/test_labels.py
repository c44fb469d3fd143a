"""Pairs that a page prints, and the words that an analyst might use for their labels."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from kie_app.training.labels import priced_labels, printed_labels, renamed, reworded
from kie_app.types import Box, Line


def rows(*texts: str) -> list[Line]:
    """Each text on a row of its own; `|` parts a row into lines beside each other."""
    out = []
    for number, text in enumerate(texts):
        parts = text.split("|")
        for at, part in enumerate(parts):
            x = at / len(parts)
            box = Box(x, number / 20, x + 0.9 / len(parts), (number + 0.8) / 20)
            out.append(Line(part, box))
    return out


def test_printed_labels_are_pairs_that_the_page_states_once() -> None:
    lines = rows(
        "CASHIER: MANIS",
        "GST ID : 0012 3456",
        "DATE:|25/12/2018",
        "ITEM: A",
        "ITEM: B",
        "ABC:|DEF:",
        "TEL: 12 FAX : 13",
    )
    assert printed_labels(lines) == {
        "cashier": "MANIS",
        "gst id": "0012 3456",
        "date": "25/12/2018",
    }


def test_priced_labels_are_words_with_the_amount_that_closes_their_row() -> None:
    lines = rows(
        "TEH AIS 2.50",
        "2 X MILO PANAS  RM 5.00",
        "VISA CARD|12.30",
        "NOODLES|x 2|9.00",
        "TOTAL",
        "33.00",
        "SOUP 4.00",
        "SOUP 5.00",
        "12 33.00",
    )
    assert priced_labels(lines) == {
        "teh ais": "2.50",
        "x milo panas": "RM 5.00",
        "visa card": "12.30",
    }


def test_a_label_is_asked_as_printed_with_a_word_more_or_with_one_less() -> None:
    lines = rows("VISA CARD 12.30", "VISA 9.00", "MEMBER: AHMAD", "REF: A-12")
    rng = random.Random(0)
    said = {reworded("visa card", "12.30", lines, rng) for _ in range(300)}
    assert said == {
        *("visa card", "card"),  # "visa" alone could be the other row
        *(f"visa card {word}" for word in ("amount", "value", "price", "sum")),
    }
    assert {reworded("member", "AHMAD", lines, rng) for _ in range(99)} >= {"member", "member name"}
    assert {reworded("ref", "A-12", lines, rng) for _ in range(99)} >= {"ref", "ref number"}


@given(st.lists(st.text(max_size=40), max_size=12), st.integers(0, 9))
def test_any_page_has_labels_with_letters_and_values(texts: list[str], seed: int) -> None:
    lines = rows(*texts)
    for pairs in (printed_labels(lines), priced_labels(lines)):
        for label, value in pairs.items():
            assert any(c.isalpha() for c in label)
            assert value
            assert reworded(label, value, lines, random.Random(seed)).strip()


@given(st.integers(0, 10_000))
def test_renamed_labels_stand_where_the_old_ones_stood(seed: int) -> None:
    texts = ["CASHIER: MANIS", "DOC NO: CS-1", "CASH 50.00", "TABLE 23", "CASH 50.00 CASH"]
    before = rows(*texts)
    pairs = {"cashier": "MANIS", "doc no": "CS-1", "cash": "50.00", "table": "23"}
    after, told = renamed(before, pairs, random.Random(seed))
    assert [line.box for line in after] == [line.box for line in before]
    assert after[4] == before[4], "a label that stands twice stays"
    for name, value in told.items():
        assert name not in pairs
        assert value in pairs.values()
        [line] = [line.text for line in after if line.text.lower().startswith(name)]
        assert line.endswith(value)
    kept = [a.text for a, b in zip(after, before, strict=True) if a == b]
    assert len(told) == len(texts) - len(kept)
