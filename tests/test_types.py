"""Words, boxes and guessed kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.schemas.kinds import SLOTS_BY_KIND, guess_kind
from kie_app.text import as_printed, split_words, words_of
from kie_app.types import Box, Line


@given(st.text(max_size=60))
def test_words_are_the_lines_words_from_left_to_right_within_its_box(text: str) -> None:
    line = Line(text, Box(0.2, 0.1, 0.8, 0.2))
    words = list(words_of((line,)))
    assert "".join(word.text for word in words) == "".join(text.split())
    assert as_printed(words) == " ".join(text.split())
    edges = [edge for word in words for edge in (word.box.x0, word.box.x1)]
    assert edges == sorted(edges)
    assert all(0.2 - 1e-9 <= edge <= 0.8 + 1e-9 for edge in edges)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DOC NO:CS-1", ["DOC", "NO:", "CS-1"]),
        ("TEL:03-123", ["TEL:", "03-123"]),
        (":MANIS", [":", "MANIS"]),
        ("ROC:(1072-A)", ["ROC:", "(1072-A)"]),
        ("DATE:01/02/2018 10:45:05PM", ["DATE:", "01/02/2018", "10:45:05PM"]),
        ("02/26/20-03/02/20", ["02/26/20", "-", "03/02/20"]),
        ("http://example.org 1:12", ["http://example.org", "1:12"]),
    ],
)
def test_what_is_printed_together_is_as_many_words_as_values(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("date", "date"),
        ("due date", "date"),
        ("total", "amount"),
        ("gross_amount", "amount"),
        ("address", "address"),
        ("invoice number", "id"),
        ("GST id", "id"),
        ("quantity", "number"),
        ("company", "text"),
        ("cashier", "text"),
        ("dated", "text"),
        ("💶", "text"),
    ],
)
def test_a_bare_name_suggests_its_kind(name: str, kind: str) -> None:
    assert guess_kind(name) == kind


@given(st.text())
def test_every_name_has_a_kind(name: str) -> None:
    assert guess_kind(name) in SLOTS_BY_KIND
