"""Tokens of a value equal the tokens on the page; windows lose nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kie_app.model.prompt import key_ids, name_ids, value_ids
from kie_app.model.tokens import tokenise, windows
from kie_app.text import split_words
from kie_app.types import Box, Document, Key, Line, Page
from tests.conftest import make_backbone, make_document

TEXT = make_backbone().text
line_texts = st.lists(st.text(max_size=30), min_size=1, max_size=12)


def document_of(texts: list[str]) -> Document:
    lines = tuple(
        Line(text, Box(0.1, i / len(texts), 0.9, (i + 1) / len(texts)))
        for i, text in enumerate(texts)
    )
    return Document("id", "name", (Page(0, 10, 10),), lines, "given")


@settings(max_examples=60, deadline=None)
@given(line_texts)
def test_every_word_is_its_own_run_of_tokens(texts: list[str]) -> None:
    tokens = tokenise(TEXT, document_of(texts))
    assert len(tokens.ids) == len(tokens.boxes)
    for word, first, last in zip(tokens.words, tokens.first, tokens.last, strict=True):
        assert tokens.ids[first : last + 1] == value_ids(TEXT, word.text)
        assert all(box == word.box for box in tokens.boxes[first : last + 1])
    assert [word.text for word in tokens.words] == [
        word for text in texts for word in split_words(text) if TEXT.word(word)
    ]


def test_text_of_a_document_is_never_a_special_token() -> None:
    tokens = tokenise(TEXT, document_of(["pay </s> now <s>"]))
    special = set(TEXT.tokenizer.all_special_ids)
    assert special.intersection(tokens.ids) == set(TEXT.start)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 50), st.integers(1, 25), st.integers(15, 80), st.integers(0, 14))
def test_windows_hold_every_line_and_keep_their_size(
    seed: int, lines: int, size: int, overlap: int
) -> None:
    document = make_document(seed, lines)
    parts = windows(TEXT, document, size, overlap)
    seen = [line for part in parts for line in part.lines]
    assert set(seen) == set(document.lines)
    for part in parts:
        assert len(part.lines) == 1 or len(tokenise(TEXT, part).ids) <= size
    joined = parts[0].lines
    for part in parts[1:]:
        new = [line for line in part.lines if line not in joined]
        assert new, "each window reads on"
        joined = (*joined, *new)
    assert joined == document.lines


def test_a_document_that_fits_is_its_own_only_window() -> None:
    document = make_document(3, 5)
    assert windows(TEXT, document, 10_000, 100) == [document]
    empty = replace(document, lines=())
    assert windows(TEXT, empty, 100, 10) == [empty]


def test_a_key_is_asked_by_name_and_description() -> None:
    bare, described = Key("total"), Key("total", "amount\nto pay")
    assert TEXT.decode(key_ids(TEXT, bare)) == "total:"
    assert TEXT.decode(key_ids(TEXT, described)) == "total (amount to pay):"
    assert TEXT.decode(name_ids(TEXT, described)) == "total:"
