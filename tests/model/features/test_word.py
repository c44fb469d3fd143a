"""What words look like, by example: these are the forms that values of keys have."""

from __future__ import annotations

import pytest

from kie_app.model.features.word import WORD_FEATURES, word_features
from kie_app.text import Word
from kie_app.types import Box


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("12.50", {"amount"}),
        ("RM1,012.50", {"amount"}),
        ("-0.02", {"amount"}),
        ("4.24SR", {"amount"}),
        ("12/03/2018", {"date"}),
        ("3-Mar-18", {"date"}),
        ("12:30PM", {"time"}),
        ("5", {"whole number"}),
        ("000849813504", {"code"}),
        ("CS-67832", {"code"}),
        ("(1072825-A)", {"code", "brackets"}),
        ("MANIS", {"letters"}),
        ("RM", {"letters", "currency"}),
        ("$", {"currency"}),
        ("TOTAL:", {"colon"}),
        (":", {"colon"}),
        ("&", set()),
    ],
)
def test_a_word_has_the_forms_that_it_looks_like(text: str, forms: set[str]) -> None:
    [found] = word_features([Word(text, Box(0, 0, 1, 1), 0, 0)])
    assert {name for name, has in zip(WORD_FEATURES, found.tolist(), strict=True) if has} == forms


def test_no_words_have_no_forms() -> None:
    assert word_features([]).shape == (0, len(WORD_FEATURES))
