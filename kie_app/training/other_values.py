"""A labelled document with other values in the same places.

Few folders hold more than some hundred documents, and a model soon knows their shops, dates and
totals by heart: it then writes what it remembers instead of copying what it reads. Names drawn from
other documents and numbers drawn at random cannot be remembered.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kie_app.text import find_runs, words_of
from kie_app.types import Document

TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,:/-]\d+)*")
AMOUNT = re.compile(r"\d[\d,]*\.\d{2}")
SHORTEST_NAME = 3  # letters
COMMON = 4  # values that a word must stand in to be part of the language, as SDN, BHD and JALAN
FEWEST = 40  # rare words of a key of names; the few of an amount or a time are its labels

Names = Mapping[str, tuple[str, ...]]


def names(labelled: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """For each key of names the words that only few different values hold, in capitals."""
    values = {(key, value.upper()) for one in labelled for key, value in one.items()}
    words = {(key, word) for key, value in values for word in _words(value)}
    held = Counter(word for value in {value for _, value in values} for word in set(_words(value)))
    rare = sorted((key, word) for key, word in words if held[word] < COMMON)
    found = {key: tuple(w for k, w in rare if k == key) for key in {key for key, _ in rare}}
    return {key: rare_words for key, rare_words in found.items() if len(rare_words) >= FEWEST}


def with_other_values(
    document: Document, values: Mapping[str, str | None], names: Names, rng: random.Random
) -> tuple[Document, dict[str, str | None]]:
    """The document and its values with every name and number of these replaced, wherever it is
    printed. Both stay as they are where a value would no longer be found."""
    new: dict[str, str] = {}
    for key, value in values.items():
        for token in TOKEN.findall((value or "").upper()):
            if token[0].isdigit():
                new.setdefault(token, _other_number(token, rng))
            elif token in names.get(key, ()):
                new.setdefault(token, rng.choice(names[key]))

    def other(text: str) -> str:
        return TOKEN.sub(lambda found: _cased(new.get(found[0].upper(), found[0]), found[0]), text)

    changed = replace(
        document, lines=tuple(replace(line, text=other(line.text)) for line in document.lines)
    )
    replaced = {key: value and other(value) for key, value in values.items()}
    before, after = ([word.text for word in words_of(one.lines)] for one in (document, changed))
    lost = any(
        find_runs(before, values[key]) and not find_runs(after, replaced[key]) for key in replaced
    )
    return (document, dict(values)) if lost else (changed, replaced)


def _words(text: str) -> list[str]:
    return [t for t in TOKEN.findall(text) if t.isalpha() and len(t) >= SHORTEST_NAME]


def _cased(new: str, old: str) -> str:
    """`new`, which is in capitals, written as `old` is."""
    if old.islower():
        return new.lower()
    return new.capitalize() if old.istitle() and len(old) > 1 else new


def _other_number(token: str, rng: random.Random) -> str:
    """An amount stays an amount; days, months, years and hours stay possible."""
    other = _digits if AMOUNT.fullmatch(token) else _group
    return re.sub(r"\d+", lambda found: other(found[0], rng), token)


def _group(old: str, rng: random.Random) -> str:
    if len(old) == 4 and old.startswith("20"):
        return f"20{rng.randint(10, 24)}"
    if len(old) <= 2 and int(old) <= 31:
        low, high = (1, 9) if len(old) == 1 else (1, 12) if int(old) <= 12 else (13, 23)
        return f"{rng.randint(low, high):0{len(old)}}"
    return _digits(old, rng)


def _digits(old: str, rng: random.Random) -> str:
    first = "0" if old[0] == "0" else str(rng.randint(1, 9))
    return first + "".join(str(rng.randint(0, 9)) for _ in old[1:])
