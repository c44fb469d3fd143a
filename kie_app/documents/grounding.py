"""Where a value stands on a document.

An exact run of words comes first: blanks, punctuation, case, accents and line breaks may differ.
Then a part of one word ("TOTAL:12.50" holds "12.50"). Then the run of words most like the value
(rapidfuzz), if it is like enough. The first of several equally good places wins.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import fuzz, process

from kie_app.text import Word, sources_of, words_of
from kie_app.types import Box, Document, Source

LIKE_ENOUGH = 90.0  # fuzz.ratio, 0 to 100
_REACH = LIKE_ENOUGH / (200 - LIKE_ENOUGH)  # lengths further apart cannot be like enough


class _Char(NamedTuple):
    """A folded character and where it comes from."""

    text: str
    word: int
    at: int  # index in the word's text


class _Span(NamedTuple):
    """From character `start` of word `first` up to, without, character `end` of word `last`."""

    first: int
    start: int
    last: int
    end: int


def locate(value: str, document: Document) -> tuple[Source, ...]:
    """The boxes of a value's words, one for each line it covers; () when it is not found."""
    words = list(words_of(document.lines))
    chars = [
        _Char(text, index, at) for index, word in enumerate(words) for text, at in _fold(word.text)
    ]
    plain = [char for char in chars if char.text.isalnum()]
    exact, loose = _key(value, False), _key(value, True)
    span = (
        _whole(exact, chars, words)
        or _whole(loose, plain, words)
        or _part(exact, chars, words)
        or _alike(loose, plain, words)
    )
    return _sources(span, words) if span else ()


def _fold(text: str) -> Iterator[tuple[str, int]]:
    """Comparable characters with their index in `text`; blanks are left out."""
    for at, char in enumerate(text):
        folded = char.casefold()
        if not folded.isascii():
            folded = unicodedata.normalize("NFKD", folded)
        for piece in folded:
            if not (piece.isspace() or unicodedata.combining(piece)):
                yield piece, at


def _key(value: str, plain: bool) -> str:
    return "".join(piece for piece, _ in _fold(value) if piece.isalnum() or not plain)


def _join(chars: list[_Char]) -> str:
    return "".join(char.text for char in chars)


def _found(key: str, chars: list[_Char]) -> Iterator[tuple[int, int]]:
    """Every place of `key`, as the indices of its first and last character."""
    text = _join(chars)
    start = text.find(key) if key else -1
    while start >= 0:
        yield start, start + len(key) - 1
        start = text.find(key, start + 1)


def _words(one: _Char, other: _Char, words: list[Word]) -> _Span:
    """All of the words from that of one character to that of another."""
    return _Span(one.word, 0, other.word, len(words[other.word].text))


def _whole(key: str, chars: list[_Char], words: list[Word]) -> _Span | None:
    """The first run of whole words that reads `key`."""
    for first, last in _found(key, chars):
        begins = first == 0 or chars[first - 1].word != chars[first].word
        ends = last + 1 == len(chars) or chars[last + 1].word != chars[last].word
        if begins and ends:
            return _words(chars[first], chars[last], words)
    return None


def _part(key: str, chars: list[_Char], words: list[Word]) -> _Span | None:
    """The first run that reads `key` and begins and ends where a word may be parted."""
    for first, last in _found(key, chars):
        one, other = chars[first], chars[last]
        if _parts(words[one.word].text, one.at) and _parts(words[other.word].text, other.at + 1):
            return _Span(one.word, one.at, other.word, other.at + 1)
    return None


def _parts(text: str, at: int) -> bool:
    """Whether a value may begin or end before `text[at]`: not inside a number or a name."""
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    if before.isdigit() and after in ".,":
        return not text[at + 1 : at + 2].isdigit()
    if before in ".," and after.isdigit():
        return not text[at - 2 : at - 1].isdigit()
    return before.isdigit() != after.isdigit() or not (before.isalnum() and after.isalnum())


def _alike(key: str, chars: list[_Char], words: list[Word]) -> _Span | None:
    """The run of whole words most like `key`."""
    text = _join(chars)
    runs = list(_runs(len(key), chars)) if key else []
    best = process.extractOne(
        key, [text[a:b] for a, b in runs], scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH
    )
    if best is None:
        return None
    start, end = runs[best[2]]
    return _words(chars[start], chars[end - 1], words)


def _runs(length: int, chars: list[_Char]) -> Iterator[tuple[int, int]]:
    """Every run of whole words whose length allows it to be like a key of that length."""
    edges = [i for i, char in enumerate(chars) if i == 0 or chars[i - 1].word != char.word]
    edges.append(len(chars))
    low = 0
    for index, start in enumerate(edges):
        low = max(low, index + 1)
        while low < len(edges) and edges[low] - start < length * _REACH:
            low += 1
        for end in edges[low:]:
            if end - start > length / _REACH:
                break
            yield start, end


def _sources(span: _Span, words: list[Word]) -> tuple[Source, ...]:
    """One box a line; of the first and the last word the part within the span."""
    covered: list[Word] = []
    for index in range(span.first, span.last + 1):
        word = words[index]
        start = span.start if index == span.first else 0
        end = span.end if index == span.last else len(word.text)
        share = (word.box.x1 - word.box.x0) / len(word.text)
        left, right = word.box.x0 + start * share, word.box.x0 + end * share
        covered.append(word._replace(box=Box(left, word.box.y0, right, word.box.y1)))
    return sources_of(covered)
