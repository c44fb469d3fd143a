"""What a page itself prints as label and value, as questions that cost nobody any work.

Such pairs teach the model to find a value by the words beside it rather than by heart, which is
what an analyst's own keys need. An item and its price are a pair like any other.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kie_app.text import split_words
from kie_app.types import Line

PRINTED_LABEL = re.compile(r"^([A-Za-z][A-Za-z./ ]{1,24}?) ?(?:[:#]|: ?) +(\S.*)$")
LABEL_ALONE = re.compile(r"^([A-Za-z][A-Za-z./ ]{1,24}?) ?:$")
PRICED = re.compile(r"^(.*?[A-Za-z].*?) +((?:RM|[$£€])? ?-?[0-9][0-9,]*\.[0-9]{2})$")
NUMBERED = re.compile(r"^([A-Za-z][A-Za-z./ ]{2,24}?) +(#?[0-9]{1,4})$")
AMOUNT = re.compile(r"(?:RM|[$£€])? ?-?[0-9][0-9,]*\.[0-9]{2}")
INNER_LABEL = re.compile(r"[A-Za-z]{2} ?:|:$")  # "07-826 FAX: 07-827" is more than one value
MAX_VALUE_WORDS = 8
MAX_LABEL_WORDS = 5
MAX_RENAMED = 5  # labels of a page that get invented words

# Words that an analyst adds to a label, by what the value looks like.
ADDED = (
    (re.compile(r"(RM|[$£€])? ?-?[0-9][0-9,]*\.[0-9]{2}"), ("amount", "value", "price", "sum")),
    (re.compile(r".*[0-9].*"), ("number", "no.", "code", "id")),
    (re.compile(r"[^0-9]+"), ("name", "field", "as printed")),
)


def printed_labels(lines: Sequence[Line]) -> dict[str, str]:
    """Pairs that the document prints as `label: value`, labels in lower case.

    A label that stands twice with different values is left out: it would be ambiguous.
    """
    return _unambiguous(_with_colon(lines))


def priced_labels(lines: Sequence[Line]) -> dict[str, str]:
    """Words and the amount or whole number that closes their row: `TEH AIS 2.50`, `TABLE 23`."""
    return _unambiguous(_with_amount(lines))


def reworded(label: str, value: str, lines: Sequence[Line], rng: random.Random) -> str:
    """The label as printed, or with a word that an analyst would add, or without one that is not
    needed to find it."""
    way = rng.random()
    words = ["number" if word == "no" and rng.random() < 0.5 else word for word in label.split()]
    label = " ".join(words)
    if way < 0.35:
        added = next(words for shape, words in ADDED if shape.fullmatch(value))
        return f"{label} {rng.choice(added)}"
    if way < 0.55 and len(words) > 1:
        del words[rng.randrange(len(words))]
        shorter = " ".join(words)
        if len(shorter) > 2 and sum(shorter in line.text.lower() for line in lines) == 1:
            return shorter
    return label


def renamed(
    lines: Sequence[Line], pairs: Mapping[str, str], rng: random.Random
) -> tuple[tuple[Line, ...], dict[str, str]]:
    """The lines with some of the labels of `pairs` replaced by invented words, and the pairs under
    these: nobody has met such a key, so only its print tells where the value is."""
    out, values = list(lines), dict[str, str]()
    for label in rng.sample(sorted(pairs), min(MAX_RENAMED, len(pairs))):
        words = [word for word in label.split() if word.isalpha() and len(word) > 2]
        printed = re.compile(r"\W+".join(map(re.escape, label.split())), re.IGNORECASE)
        places = [
            (at, found) for at, line in enumerate(out) if (found := printed.search(line.text))
        ]
        if not words or len(places) != 1:
            continue
        [(at, found)] = places
        new = {word: invented(rng) for word in words}
        name = " ".join(new.get(word, word) for word in label.split())
        text, start, end = out[at].text, found.start(), found.end()
        shown = name.upper() if found[0].isupper() else name.capitalize()
        out[at] = replace(out[at], text=f"{text[:start]}{shown}{text[end:]}")
        values[name] = pairs[label]
    return tuple(out), values


def invented(rng: random.Random) -> str:
    """A word of two or three syllables that hardly any language has."""
    parts = (
        f"{rng.choice('bdfgklmnprstvz')}{rng.choice('aeiou')}" for _ in range(rng.randint(2, 3))
    )
    return "".join(parts) + rng.choice("dklmnrstx")


def _with_colon(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    for index, line in enumerate(lines):
        text = " ".join(split_words(line.text))
        if match := PRINTED_LABEL.match(text):
            yield match[1], match[2]
        elif (alone := LABEL_ALONE.match(text)) and (right := _right_of(lines, index)):
            yield alone[1], right.text


def _with_amount(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    for index, line in enumerate(lines):
        if match := PRICED.match(line.text) or NUMBERED.match(line.text):
            yield match[1], match[2]
        elif (right := _right_of(lines, index)) and AMOUNT.fullmatch(right.text.strip()):
            yield line.text, right.text


def _right_of(lines: Sequence[Line], index: int) -> Line | None:
    """The next line, where it stands in the same row to the right."""
    if index + 1 == len(lines):
        return None
    line, right = lines[index], lines[index + 1]
    middle = (right.box.y0 + right.box.y1) / 2
    beside = line.box.y0 < middle < line.box.y1 and right.box.x0 >= line.box.x1
    return right if beside and right.page == line.page else None


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs whose label stands for one value alone. A label is its words without digits."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for label, text in pairs:
        words = [w for w in label.lower().split() if not any(c.isdigit() for c in w)]
        name, value = " ".join(words).strip(" :#.-*"), " ".join(text.split())
        if sum(c.isalpha() for c in name) < 3 or len(words) > MAX_LABEL_WORDS:
            continue
        if INNER_LABEL.search(value) or not 0 < len(value.split()) <= MAX_VALUE_WORDS:
            continue
        if found.get(name, value) != value:
            twice.add(name)
        found[name] = value
    return {name: value for name, value in found.items() if name not in twice}
