"""Which text layers are trusted, and how their characters become segments."""

from __future__ import annotations

import pytest

from kie_app.documents.text_layer import Char, Glyphs, is_good, segments
from kie_app.types import Box

TEXT = "Invoice 4711 of Green Leaf Stores, to be paid within 30 days. "


def typed(text: str, x: float = 0, y: float = 0, known: bool = True) -> list[Char]:
    """Letters 6 wide and 12 high; a blank is 3 wide."""
    chars = []
    for letter in text:
        width = 3 if letter == " " else 6
        chars.append(Char(letter, Box(x, y, x + width, y + 12), known))
        x += width
    return chars


def page(chars: list[Char], picture: float = 0, drawn: bool = False, unseen: float = 0) -> Glyphs:
    return Glyphs(tuple(chars), 600, 800, picture, drawn, unseen)


def shown(chars: list[Char]) -> list[str]:
    return [segment.text for segment in segments(page(chars))]


def test_plain_text_is_trusted() -> None:
    assert is_good(page(typed(TEXT)))
    assert is_good(page(typed("Total 12.50")))


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param([], id="no characters"),
        pytest.param(typed("   "), id="blanks"),
        pytest.param(typed("\ufffd" * 8 + TEXT), id="replacement characters"),
        pytest.param(typed("\ue012" * 8 + TEXT), id="private characters"),
        pytest.param(typed("\x03\x04\x05\x06\x07\x0e" + TEXT), id="control characters"),
        pytest.param(typed(TEXT, known=False), id="no mapping to Unicode"),
        pytest.param(typed("(cid:12)(cid:7)(cid:133)" + TEXT), id="glyph numbers"),
        pytest.param(typed("!#%&/()=?-.,;:" * 5 + "letters"), id="mostly punctuation"),
    ],
)
def test_text_that_says_nothing_is_not_trusted(bad: list[Char]) -> None:
    assert not is_good(page(bad))


def test_a_stamp_on_a_drawing_is_not_the_page() -> None:
    assert not is_good(page(typed("Received 3 May"), drawn=True))


def test_a_scan_needs_text_all_over_it() -> None:
    stamp = typed(TEXT * 2)
    assert is_good(page(stamp, picture=0.1))
    assert not is_good(page(stamp, picture=0.9))
    lines = [char for n in range(20) for char in typed(TEXT, y=n * 30)]
    assert is_good(page(lines, picture=0.9))


def test_text_that_is_not_shown_is_another_programs_reading() -> None:
    lines = [char for n in range(20) for char in typed(TEXT, y=n * 30)]
    assert not is_good(page(lines, drawn=True, unseen=0.8))
    assert is_good(page(lines, drawn=True, unseen=0.2))
    assert is_good(page(lines, unseen=0.8)), "without a picture there is nothing else to read"


def test_words_on_one_line_are_one_segment() -> None:
    (segment,) = segments(page(typed("Green Leaf Stores", x=10, y=20)))
    assert segment.text == "Green Leaf Stores"
    assert segment.box == Box(10, 20, 10 + 15 * 6 + 2 * 3, 32)


def test_a_gap_parts_columns() -> None:
    assert shown(typed("Total due") + typed("12.50", x=80)) == ["Total due", "12.50"]


def test_the_order_of_the_content_does_not_matter() -> None:
    assert shown(typed("Leaf", x=36) + typed("Green", x=0)) == ["Green Leaf"]


def test_a_jump_parts_words_that_no_blank_parts() -> None:
    assert shown(typed("Green") + typed("Leaf", x=36)) == ["Green Leaf"]
    assert shown(typed("Green") + typed("Leaf", y=40)) == ["Green", "Leaf"]


def test_ligatures_and_broken_words_are_spelt_out() -> None:
    assert shown(typed("oﬃce hand\x02 out")) == ["office hand- out"]
