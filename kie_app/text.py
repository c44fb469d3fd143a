"""Lines of text as words, with a box each, and where a value stands among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from kie_app.types import (
    Box,
    Line,
    Source,
)


class Word(NamedTuple):
    """A word of a line (see `split_words`), its box a share of the line's by characters. A `glued`
    one is printed without a blank after the word before it."""

    text: str
    box: Box
    page: int
    line: int
    glued: bool = False


_DATE = r"\d{1,4}[/.]\d{1,2}[/.]\d{2,4}"
_DATE_RANGE = re.compile(rf"(?<!\d)({_DATE})([-\u2013])({_DATE})(?!\d)")

# A colon with a letter on either side, or before a bracket or at a start, is a label's and not a
# time's. (The colon of "http://" stands before neither.)
_LABEL_COLON = re.compile(r"(?<!\d):(?=[^\W_]|\()|:(?=[^\W\d_])")


def split_words(text: str) -> list[str]:
    """Blank-separated parts, but what is printed together is several words where it is several
    values: a label and its value ("NO:123") are two words, a range of two dates is three."""
    return _DATE_RANGE.sub(r"\1 \2 \3", _LABEL_COLON.sub(": ", text)).split()


def words_of(lines: Iterable[Line]) -> Iterator[Word]:
    """Every word of every line."""
    for index, line in enumerate(lines):
        width = (line.box.x1 - line.box.x0) / max(len(line.text), 1)
        end = 0
        for text in split_words(line.text):
            start = line.text.index(text, end)
            glued, end = start == end > 0, start + len(text)
            box = Box(
                line.box.x0 + start * width,
                line.box.y0,
                line.box.x0 + end * width,
                line.box.y1,
            )
            yield Word(text, box, line.page, index, glued)


def as_printed(words: Iterable[Word]) -> str:
    """Words as one text, with blanks where the page has them."""
    return "".join(word.text if word.glued else f" {word.text}" for word in words).strip()


def find_runs(words: Sequence[str], value: str | None) -> list[tuple[int, int]]:
    """(first, last) of every run of words that is the value, else of every run with the same
    letters and digits.

    Labels often join lines by a comma or drop a blank: the place is right all the same.
    """
    return _equal_runs(words, value or "", str) or _equal_runs(words, value or "", _letters)


def _equal_runs(
    words: Sequence[str], value: str, reduce: Callable[[str], str]
) -> list[tuple[int, int]]:
    wanted = "".join(reduce(word) for word in split_words(value))
    if not wanted:
        return []
    reduced = [reduce(word) for word in words]
    runs = []
    for first, word in enumerate(reduced):
        if not word or not wanted.startswith(word):
            continue
        text, last = word, first
        while text != wanted and wanted.startswith(text) and last + 1 < len(reduced):
            last += 1
            text += reduced[last]
        if text == wanted:
            runs.append((first, last))
    return runs


def _letters(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def sources_of(words: Sequence[Word]) -> tuple[Source, ...]:
    """One box a line: the union of its words' boxes."""
    out = []
    for (page, _), group in groupby(words, key=lambda word: (word.page, word.line)):
        on_line = list(group)
        box = on_line[0].box
        for word in on_line[1:]:
            box = box.union(word.box)
        out.append(Source(page, box))
    return tuple(out)
