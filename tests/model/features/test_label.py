"""The fast match of keys to printed labels against a plain one, and what it is meant to find."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler

from kie_app.model.features.label import (
    ALIKE,
    DECAY,
    GENERIC,
    GENERIC_WEIGHT,
    PLACES,
    REACH,
    SHORTENED,
    SHORTEST,
    UNPRINTED_WEIGHT,
    Print,
    label_features,
    spelling,
)
from kie_app.text import Word, words_of
from kie_app.types import Box, Line
from tests.conftest import make_document


def naive(words: list[Word], names: list[str]) -> torch.Tensor:
    """One pair of words at a time, one line at a time."""
    out = torch.zeros(len(names), len(words), len(PLACES))

    def alike(part: str, word: Word) -> float:
        read = spelling(word.text)
        if not read:
            return 0.0
        near = (JaroWinkler.normalized_similarity(part, read) - ALIKE) / (1 - ALIKE)
        short = min(part, read, key=len)
        begins = (part.startswith(short), read.startswith(short)) == (True, True)
        if begins and len(short) >= SHORTEST and short.isalpha():
            near = max(near, SHORTENED)
        return max(near, 0.0)

    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)

    def box(line: list[Word]) -> Box:
        return Box(
            line[0].box.x0,
            min(w.box.y0 for w in line),
            line[-1].box.x1,
            max(w.box.y1 for w in line),
        )

    def nearest(own: list[Word], left: bool) -> list[Word]:
        here, best, found = box(own), None, []
        for other in lines.values():
            there = box(other)
            if other[0].page != own[0].page or not any(c.isalpha() for w in other for c in w.text):
                continue
            middle, other_middle = (here.y0 + here.y1) / 2, (there.y0 + there.y1) / 2
            if left:
                fits = there.y0 < middle < there.y1 and there.x1 <= here.x0 + 0.01
                gap = here.x0 - there.x1
            else:
                fits = there.x0 < here.x1 and here.x0 < there.x1 and other_middle < here.y0
                gap = here.y0 - there.y1
            if fits and (best is None or gap < best):
                best, found = gap, other
        return found

    for k, name in enumerate(names):
        parts = [spelling(part) for part in name.split() if spelling(part)] or [""]
        like = [sum(alike(part, word) > 0 for word in words) for part in parts]
        weights = [1 / count if count else UNPRINTED_WEIGHT for count in like]
        for at, part in enumerate(parts):
            weights[at] *= GENERIC_WEIGHT if part in GENERIC else 1
        for at, word in enumerate(words):
            for part, weight in zip(parts, weights, strict=True):
                before = [
                    alike(part, words[at - back]) * DECAY ** (back - 1)
                    for back in range(1, REACH + 1)
                    if at - back >= 0 and words[at - back].line == word.line
                ]
                left = [alike(part, one) for one in nearest(lines[word.line], True)]
                above = [alike(part, one) for one in nearest(lines[word.line], False)]
                found = [max(one, default=0.0) for one in (before, left, above)]
                out[k, at] += torch.tensor([*found, alike(part, word)]) * weight / sum(weights)
    return out


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 12), st.lists(st.text(max_size=20), max_size=4))
def test_it_says_what_the_plain_one_says(seed: int, lines: int, names: list[str]) -> None:
    words = list(words_of(make_document(seed, lines).lines))
    asked = [*names, "cash total", "tax invoice number", "name"]
    torch.testing.assert_close(label_features(Print.of(words), asked), naive(words, asked))


def page(*lines: tuple[str, float, float]) -> list[Word]:
    """Lines of text at x and y, each 0.2 wide."""
    made = tuple(Line(text, Box(x, y, x + 0.2, y + 0.03)) for text, x, y in lines)
    return list(words_of(made))


@pytest.mark.parametrize(
    ("words", "at", "place"),
    [
        (page(("CASHIER : MANIS", 0.1, 0.1)), 2, 0),
        (page(("Cashier", 0.1, 0.1), (":", 0.4, 0.1), ("MANIS", 0.7, 0.1)), 2, 1),
        (page(("CASHIER", 0.1, 0.1), ("MANIS", 0.1, 0.2)), 1, 2),
        (page(("Cashler#12", 0.1, 0.1)), 0, 3),
    ],
)
def test_a_label_is_found_at_each_place(words: list[Word], at: int, place: int) -> None:
    assert label_features(Print.of(words), ["cashier"])[0, at, place] > 0.4


def test_nothing_to_match_gives_zeros() -> None:
    assert label_features(Print.of([]), ["a"]).shape == (1, 0, len(PLACES))
    assert label_features(Print.of(page(("A", 0, 0))), []).shape == (0, 1, len(PLACES))
    assert not label_features(Print.of(page(("12.50", 0.1, 0.1))), ["\N{ZERO WIDTH SPACE}!"]).any()
