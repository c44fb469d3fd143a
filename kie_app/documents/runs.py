"""Where a labelled value stands among a document's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kie_app.types import split_words


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
