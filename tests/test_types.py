"""Words, boxes and guessed kinds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.types import SLOTS_BY_KIND, Box, Document, Line, Page, guess_kind


@given(st.text(max_size=60))
def test_words_are_the_lines_words_from_left_to_right_within_its_box(text: str) -> None:
    line = Line(text, Box(0.2, 0.1, 0.8, 0.2))
    words = list(Document("i", "n", (Page(0, 1, 1),), (line,), "given").words())
    assert [word.text for word in words] == text.split()
    edges = [edge for word in words for edge in (word.box.x0, word.box.x1)]
    assert edges == sorted(edges)
    assert all(0.2 - 1e-9 <= edge <= 0.8 + 1e-9 for edge in edges)


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
