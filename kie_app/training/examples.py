"""Labelled documents -> supervised examples: which keys are asked, and what is right.

Beside a document's labelled keys, its own printed labels ("CASHIER: MANIS") are asked as keys.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kie_app.model.tokens import WordTokenizer, line_lengths, tokenise
from kie_app.schemas.kinds import guess_kind
from kie_app.schemas.naming import plain_name
from kie_app.text import find_runs
from kie_app.training.labels import invented, priced_labels, printed_labels, renamed, reworded
from kie_app.types import Document, Key, Line, Schema

T = TypeVar("T")

MAX_POINTED = 18  # keys of an example that only the pointers are asked for
MAX_PRICED = 5  # of them, words and the amount beside them
RENAMED = 0.6  # share of documents whose printed labels are partly replaced by invented words


@dataclass(frozen=True)
class Example:
    """A document, the keys that are asked of it, and their values (None: absent). The words of
    `hidden`, as (first, last), are on the page but covered by the `[mask]` vector. `pointed` are
    further keys and values that only the pointers are asked for."""

    document: Document
    schema: Schema
    values: tuple[str | None, ...]
    hidden: tuple[tuple[int, int], ...] = ()
    pointed: tuple[tuple[Key, str | None], ...] = ()


@dataclass(frozen=True)
class Naming:
    """How keys are asked in training: `described` holds keys with their descriptions, `other` the
    other names of a key, `left_out` the printed labels that are never asked (so that they can test
    keys that the model has not met)."""

    described: Mapping[str, Key] = field(default_factory=dict)
    other: Mapping[str, Sequence[str]] = field(default_factory=dict)
    left_out: re.Pattern[str] | None = None

    def printed(self, lines: Sequence[Line]) -> dict[str, str]:
        """The document's own printed labels that may be asked."""
        return self.allowed(printed_labels(lines))

    def priced(self, lines: Sequence[Line]) -> dict[str, str]:
        """Words and the amount beside them that may be asked."""
        return self.allowed(priced_labels(lines))

    def allowed(self, pairs: Mapping[str, T]) -> dict[str, T]:
        """Those of the pairs whose labels may be asked."""
        return {k: v for k, v in pairs.items() if not (self.left_out and self.left_out.search(k))}

    def key(self, name: str, rng: random.Random) -> Key:
        """The key under its own name, described, or under another name."""
        plain, way = plain_name(name), rng.random()
        if way < 0.2 and name in self.described:
            return self.described[name]
        if way < 0.45 and plain in self.other:
            plain = rng.choice(list(self.other[plain]))
        return Key(plain, kind=guess_kind(plain))


def example(
    document: Document,
    values: Mapping[str, str | None],
    rng: random.Random,
    naming: Naming,
    foreign: Sequence[str] = (),
    tidy: bool = True,
    most: int = 9,
) -> Example:
    """One training example: at most `most` of the labelled keys in random order (one that is None
    is absent), up to two labels that the page prints itself (one if its lines are not `tidy`, as
    one in a few is then misread), and sometimes one of other pages (`foreign`). What else is known
    is asked of the pointers alone."""
    targets = {name: values[name] for name in rng.sample(sorted(values), min(most, len(values)))}
    new: dict[str, str | None] = {}
    if tidy and rng.random() < RENAMED:
        document, new = with_new_names(document, values, rng)
        new = naming.allowed(new)  # a word of the label may have stayed as it was
    own = naming.printed(document.lines)
    if not tidy:
        own = dict(rng.sample(sorted(own.items()), min(1, len(own))))
    extra = [name for name in own if name not in targets]
    for name in rng.sample(extra, min(rng.randint(0, 2), len(extra))):
        targets[name] = own[name]
    if foreign and rng.random() < 0.25:
        name = rng.choice(foreign)
        text = "\n".join(line.text for line in document.lines).lower()
        if name not in text and name not in targets:
            targets[name] = None
    names = list(targets)
    rng.shuffle(names)
    keys: dict[str, Key] = {}
    for name in names:
        key = naming.key(name, rng)
        keys[name] = Key(name) if any(key.name == one.name for one in keys.values()) else key
    schema = Schema("training", tuple(keys.values()))
    priced = naming.priced(document.lines) if tidy else {}
    chosen = rng.sample(sorted(priced), min(MAX_PRICED, len(priced)))
    pairs = {**{name: priced[name] for name in chosen}, **own, **new}
    return Example(
        document,
        schema,
        tuple(targets[name] for name in names),
        pointed=pointed(document, schema, {**values, **targets}, pairs, rng, naming),
    )


def with_new_names(
    document: Document, values: Mapping[str, str | None], rng: random.Random
) -> tuple[Document, dict[str, str | None]]:
    """The document with some labels replaced by invented words, these with their values, and one
    that it does not print. Labels of the labelled `values` stay."""
    labelled = {plain_name(value) for value in values.values() if value}
    pairs = {**priced_labels(document.lines), **printed_labels(document.lines)}
    free = {name: value for name, value in pairs.items() if value not in labelled}
    lines, values_by_new_name = renamed(document.lines, free, rng)
    absent = f"{invented(rng)} {rng.choice(('number', 'amount', 'name'))}"
    return replace(document, lines=lines), {**values_by_new_name, absent: None}


def pointed(
    document: Document,
    schema: Schema,
    known: Mapping[str, str | None],
    pairs: Mapping[str, str | None],
    rng: random.Random,
    naming: Naming,
) -> tuple[tuple[Key, str | None], ...]:
    """Keys for the pointers alone, in words that `schema` does not ask in: all that is `known` of a
    document, and `pairs` of a label and a value that it prints. A question without slots is a few
    tokens long, so these teach much for little."""
    names = {key.name for key in schema.keys}
    out: list[tuple[Key, str | None]] = []
    everything = {**pairs, **known}
    for name in rng.sample(sorted(everything), len(everything)):
        key, value = naming.key(name, rng), everything[name]
        if name not in known:
            label = reworded(name, value, document.lines, rng) if value else name
            key = Key(label, kind=guess_kind(label))
        if key.name not in names and len(out) < MAX_POINTED:
            names.add(key.name)
            out.append((key, value))
    return tuple(out)


def known_absent(
    values: Mapping[str, str | None], lacking: Sequence[str], rng: random.Random, most: int = 5
) -> dict[str, str | None]:
    """`values` and up to `most` of the keys that this document is known to lack."""
    chosen = rng.sample(lacking, min(rng.randint(0, most), len(lacking)))
    return {**values, **dict.fromkeys(chosen)}


def part(
    text: WordTokenizer,
    document: Document,
    values: Mapping[str, str],
    rng: random.Random,
    most: int,
) -> tuple[Document, dict[str, str | None]]:
    """Whole lines of at most `most` tokens around one of the values (or, one time in eight, from
    anywhere). A value printed elsewhere only is absent from the part; one that the document does
    not print as such is not asked."""
    lengths = line_lengths(text, document)
    if sum(lengths) <= most:
        return document, dict(values)
    whole = tokenise(text, document)
    words = [word.text for word in whole.words]
    places = {name: find_runs(words, value) for name, value in values.items()}
    anchors = [whole.words[first].line for runs in places.values() for first, _ in runs[:3]]
    anywhere = rng.random() < 0.125 or not anchors
    anchor = rng.randrange(len(lengths)) if anywhere else rng.choice(anchors)
    start = end = anchor
    total, ahead = lengths[anchor], rng.random()
    while True:  # grow up or down, in the proportion `ahead`
        up = start > 0 and total + lengths[start - 1] <= most
        down = end + 1 < len(lengths) and total + lengths[end + 1] <= most
        if not up and not down:
            break
        if up and (not down or rng.random() < ahead):
            start -= 1
            total += lengths[start]
        else:
            end += 1
            total += lengths[end]
    kept = replace(document, lines=document.lines[start : end + 1])
    inside = {
        name: values[name]
        if any(start <= whole.words[a].line and whole.words[b].line <= end for a, b in runs)
        else None
        for name, runs in places.items()
        if runs
    }
    return kept, inside
