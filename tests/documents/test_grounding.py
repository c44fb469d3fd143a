"""Values are found where they stand: exactly first, else nearly, else not at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from kie_app.documents import locate
from kie_app.documents.grounding import LIKE_ENOUGH
from kie_app.text import Word, words_of
from kie_app.types import Box, Document, Line, Page, Source

LETTERS = "abcXYZ019.,-/&()€éß"


def document(*texts: str, page_of: dict[int, int] | None = None) -> Document:
    """One line under the other, each as wide as the page."""
    lines = [
        Line(text, Box(0, n / 100, 1, (n + 1) / 100), (page_of or {}).get(n, 0))
        for n, text in enumerate(texts)
    ]
    pages = tuple(Page(n, 1000, 1000) for n in range(1 + max((0, *(page_of or {}).values()))))
    return Document("id", "test", pages, tuple(lines), "given")


def covered(sources: tuple[Source, ...], page: Document) -> list[str]:
    """The words whose middle lies in one of the boxes."""

    def within(word: Word, source: Source) -> bool:
        x, y = (word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2
        x0, y0, x1, y1 = source.box
        return word.page == source.page and x0 <= x <= x1 and y0 <= y <= y1

    return [word.text for word in words_of(page.lines) if any(within(word, one) for one in sources)]


RECEIPT = document(
    "GREEN LEAF SDN. BHD.", "12, MARKET STREET,", "50450 SPRINGFIELD", "TOTAL:RM12.50", "CASH 20.00"
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("GREEN LEAF SDN. BHD.", ["GREEN", "LEAF", "SDN.", "BHD."]),
        ("green leaf sdn bhd", ["GREEN", "LEAF", "SDN.", "BHD."]),
        ("GreenLeaf", ["GREEN", "LEAF"]),
        (
            "12 MARKET STREET, 50450 Springfield",
            ["12,", "MARKET", "STREET,", "50450", "SPRINGFIELD"],
        ),
        ("20.00", ["20.00"]),
        ("GREEM LEAF SDN BHD", ["GREEN", "LEAF", "SDN.", "BHD."]),
    ],
)
def test_a_value_is_found_on_its_words(value: str, words: list[str]) -> None:
    assert covered(locate(value, RECEIPT), RECEIPT) == words


@pytest.mark.parametrize(
    "value", ["", " ", "\n", "…", "RED BRICK", "0.00", "2.5", "LEA", "GREEN SDN", "🧾"]
)
def test_what_is_not_there_is_not_found(value: str) -> None:
    assert locate(value, RECEIPT) == ()


def test_a_value_over_two_lines_has_a_box_on_each() -> None:
    sources = locate("MARKET STREET 50450", RECEIPT)
    assert [round(one.box.y0, 2) for one in sources] == [0.01, 0.02]
    assert sources[1].box.x1 == pytest.approx(5 / 17)


def test_a_value_over_two_pages_has_a_box_on_each() -> None:
    page = document("to be", "continued here", page_of={1: 1})
    assert [one.page for one in locate("be continued", page)] == [0, 1]


@pytest.mark.parametrize(
    ("value", "word", "share"),
    [
        ("12.50", "TOTAL:RM12.50", (8 / 13, 1)),
        ("RM12.50", "TOTAL:RM12.50", (6 / 13, 1)),
        ("TOTAL", "TOTAL:RM12.50", (0, 6 / 13)),  # a label is a word with its colon
        ("03/04/2018", "Date=03/04/2018,", (5 / 16, 15 / 16)),
    ],
)
def test_part_of_a_word_is_found_where_a_word_may_be_parted(
    value: str, word: str, share: tuple[float, float]
) -> None:
    (source,) = locate(value, document("HEADING", word))
    assert (source.box.x0, source.box.x1) == pytest.approx(share)


@pytest.mark.parametrize("word", ["112.50", "12.505", "1,12.50", "12.50.7", "12.50,00"])
def test_a_number_is_not_found_inside_another_number(word: str) -> None:
    assert locate("12.50", document(word)) == ()


def test_an_exact_place_wins_over_an_earlier_like_one() -> None:
    page = document("GREEN LEAF STORES LTF", "GREEN LEAF STORES LTD")
    assert locate("Green Leaf Stores Ltd", page)[0].box.y0 == pytest.approx(0.01)


def test_a_whole_word_wins_over_an_earlier_part_of_a_word() -> None:
    assert locate("12.50", document("RM12.50", "12.50"))[0].box.y0 == pytest.approx(0.01)


def test_accents_and_wide_forms_do_not_matter() -> None:
    assert locate("CAFE 12.50", document("Café １２.５０"))
    assert locate("Café", document("CAFE"))


words = st.text(LETTERS, min_size=1, max_size=8)
pages = st.lists(st.lists(words, min_size=1, max_size=6), min_size=1, max_size=8)


@given(pages, st.data())
def test_any_run_of_words_is_found_and_its_boxes_cover_it(
    rows: list[list[str]], data: st.DataObject
) -> None:
    page = document(*(" ".join(row) for row in rows))
    every = list(words_of(page.lines))
    start = data.draw(st.integers(0, len(every) - 1))
    end = data.draw(st.integers(start + 1, len(every)))
    value = data.draw(st.sampled_from((" ", "\n", ""))).join(w.text for w in every[start:end])
    sources = locate(value, page)
    assert sources
    found = "".join(covered(sources, page))
    assert found.casefold() == value.replace(" ", "").replace("\n", "").casefold()
    assert len({one.box.y0 for one in sources}) == len(sources)


@given(pages, st.text("abcXYZ019 ", min_size=1, max_size=30))
def test_what_is_found_nearly_is_the_run_most_like_the_value(
    rows: list[list[str]], value: str
) -> None:
    page = document(*(" ".join(row) for row in rows))

    def plain(text: str) -> str:
        folded = text.casefold().replace("é", "e")
        return "".join(c for c in folded if c.isalnum())

    every = [plain(word.text) for word in words_of(page.lines)]
    runs = ["".join(every[a:b]) for a in range(len(every)) for b in range(a + 1, len(every) + 1)]
    best = max(fuzz.ratio(plain(value), run) for run in runs) if plain(value) else 0
    sources = locate(value, page)
    if best >= LIKE_ENOUGH:
        found = plain("".join(covered(sources, page)))
        assert fuzz.ratio(plain(value), found) == pytest.approx(best)
    elif sources:  # part of a word
        assert plain(value) in "".join(every)


def test_500_words_take_under_10_milliseconds() -> None:
    page = document(*(f"item {n} of green leaf {n * 37 % 1000}.50" for n in range(84)))
    values = ("item 80 of green leaf", "not on this page at all", "itwm 70 og green laef 590.50")
    best = min(_seconds(values, page) for _ in range(5))
    assert best / len(values) < 0.01


def _seconds(values: tuple[str, ...], page: Document) -> float:
    start = time.process_time()
    for value in values:
        locate(value, page)
    return time.process_time() - start
