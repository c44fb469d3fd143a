"""Other values stand where the old ones stood; the language of the page stays."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from kie_app.text import find_runs, words_of
from kie_app.training.other_values import names, with_other_values
from kie_app.types import Box, Document, Line, Page

SHOPS = [f"{'ABCDEFGHIJ'[n // 10] * 3}{'KLMNOPQRST'[n % 10] * 2} SDN BHD" for n in range(60)]
POOL = names({"company": shop, "total": f"TOTAL{n % 3} 1.00"} for n, shop in enumerate(SHOPS))
TEXTS = (
    "AAAKK SDN BHD",
    "Aaakk, branch 2, thanks you",
    "DATE:25/12/2018",
    "TOTAL RM9.05",
    "CASH 9.05",
)
VALUES = {"company": "AAAKK SDN BHD", "date": "25/12/2018", "total": "9.05", "fax": None}


def document(texts: tuple[str, ...]) -> Document:
    lines = tuple(Line(text, Box(0.1, y / 10, 0.9, y / 10 + 0.05)) for y, text in enumerate(texts))
    return Document("d", "d", (Page(0, 9, 9),), lines, "given")


def test_names_are_the_rare_words_of_keys_with_many() -> None:
    assert list(POOL) == ["company"]
    assert len(POOL["company"]) == 60
    assert "SDN" not in POOL["company"]


@given(st.integers(0, 10_000))
def test_values_change_everywhere_and_their_form_and_place_stay(seed: int) -> None:
    page, told = with_other_values(document(TEXTS), VALUES, POOL, random.Random(seed))
    assert [line.box for line in page.lines] == [line.box for line in document(TEXTS).lines]
    texts = [line.text for line in page.lines]
    name = texts[0].removesuffix(" SDN BHD")
    assert name in POOL["company"]
    assert texts[1] == f"{name.capitalize()}, branch 2, thanks you"
    assert texts[3].removeprefix("TOTAL RM") == texts[4].removeprefix("CASH ") == told["total"]
    day, month, year = map(int, texts[2].removeprefix("DATE:").split("/"))
    assert 13 <= day <= 23
    assert 1 <= month <= 12
    assert 2010 <= year <= 2024
    assert told["fax"] is None
    words = [word.text for word in words_of(page.lines)]
    assert all(find_runs(words, value) for value in told.values() if value)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6), st.integers(0, 99), st.data())
def test_a_value_that_is_printed_is_never_lost(texts: list[str], seed: int, data: st.Data) -> None:
    old = document(tuple(texts))
    values = {"company": data.draw(st.sampled_from(texts)), "other": "9.05"}
    page, told = with_other_values(old, values, POOL, random.Random(seed))
    before, after = ([word.text for word in words_of(one.lines)] for one in (old, page))
    assert bool(find_runs(before, values["company"])) <= bool(find_runs(after, told["company"]))


def test_what_would_be_lost_stays() -> None:
    """ "4:5" is one number and "4" another, so the words of the page would part from the value."""
    old = document(("4:5", "next"))
    for seed in range(20):
        page, told = with_other_values(old, {"a": "45"}, {}, random.Random(seed))
        assert (page, told) == (old, {"a": "45"})
