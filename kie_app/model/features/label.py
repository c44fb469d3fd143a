"""How far a key's own words are printed beside each word of a page.

A small language model learns the labels of its training documents; an analyst's keys are new to it,
but the page often prints them: `CASHIER : MANIS`. This match of spelling needs no learning. It is
no answer: the pointer head gets it as a feature and learns how much each key should lean on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler
from torch import Tensor

from kie_app.text import Word

Numbers = NDArray[Any]

PLACES = ("before it on its line", "left of its line", "above its line", "the word itself")
REACH = 5  # words before, on the same line
DECAY = 0.85  # of a match, for every word that stands between
ALIKE = 0.82  # at or below, two words are not the same word spelt otherwise
SHORTENED = 0.8  # match of a word and its beginning: "reg" and "registration"
SHORTEST = 3  # letters of such a beginning
# What says of a value only what kind it is, and weighs so little beside other words of a name.
GENERIC = {"amount", "and", "code", "field", "id", "name", "number", "of", "the", "value"}
GENERIC_WEIGHT = 0.3
UNPRINTED_WEIGHT = 0.5  # of a word that stands nowhere on the page
# What print shortens in another way than to its beginning.
ABBREVIATIONS = {
    "acct": "account",
    "amt": "amount",
    "dept": "department",
    "no": "number",
    "nos": "number",
    "nr": "number",
    "ph": "phone",
    "qty": "quantity",
    "rcpt": "receipt",
}


@dataclass(frozen=True)
class Print:
    """What the match needs of a page's w words and l lines, whatever is asked.

    `spellings` are the distinct ones; `spelt` (w,) is each word's place in them, -1 where it has no
    letter or digit; `line` (w,) is each word's line as the document counts them, `home` (w,) as
    counted here; `starts` (l,) are the lines' first words; `left` and `above` (l,) the lines beside
    each, -1 where there is none.
    """

    spellings: tuple[str, ...]
    spelt: Numbers
    line: Numbers
    home: Numbers
    starts: Numbers
    left: Numbers
    above: Numbers

    @classmethod
    def of(cls, words: Sequence[Word]) -> Print:
        spelt = [spelling(word.text) for word in words]
        distinct = sorted({word for word in spelt if word})
        number = {word: at for at, word in enumerate(distinct)}
        line = np.array([word.line for word in words], dtype=int)
        begins = np.r_[True, line[1:] != line[:-1]][: len(words)]
        starts = np.flatnonzero(begins)
        left, above = neighbours(words, starts) if words else (starts, starts)
        return cls(
            tuple(distinct),
            np.array([number.get(word, -1) for word in spelt], dtype=int),
            line,
            np.cumsum(begins) - 1,
            starts,
            left,
            above,
        )


def label_features(page: Print, names: Sequence[str]) -> Tensor:
    """A page of w words, names (k) of keys -> (k, w, len(PLACES)) in [0, 1]: the mean over a
    name's words of how much they are alike a word at each place. The fewer words of the page one is
    alike, the more it weighs: of "fax number", "fax" tells more."""
    if not len(page.line) or not names:
        return torch.zeros(len(names), len(page.line), len(PLACES))
    parts = [[part for part in map(spelling, name.split()) if part] or [""] for name in names]
    flat = [part for name in parts for part in name]
    alike = _alike(flat, page.spellings)[:, page.spelt]  # (parts, w)
    of_line = np.maximum.reduceat(alike, page.starts, axis=1)  # (parts, lines)
    # Column -1 stands for "no such line".
    of_line = np.concatenate([of_line, np.zeros((len(flat), 1), of_line.dtype)], axis=1)
    left, above = page.left[page.home], page.above[page.home]
    places = [_before(alike, page.line), of_line[:, left], of_line[:, above], alike]
    count = (alike > 0).sum(axis=1)
    weight = np.where(count, 1 / np.maximum(count, 1), UNPRINTED_WEIGHT)  # (parts,)
    weight *= [GENERIC_WEIGHT if part in GENERIC else 1.0 for part in flat]
    ends = np.cumsum([len(name) for name in parts])
    matches = np.stack(
        [
            [np.average(place[own], axis=0, weights=weight[own]) for place in places]
            for name, end in zip(parts, ends, strict=True)
            for own in [slice(end - len(name), end)]
        ]
    )  # (k, places, w)
    return torch.from_numpy(matches.astype(np.float32)).transpose(1, 2).contiguous()


def spelling(text: str) -> str:
    """Letters and digits alone, in one case and written out: "ITEM(S):" is "items"."""
    word = re.sub(r"[\W_]+", "", text).casefold()
    return ABBREVIATIONS.get(word, word)


def neighbours(words: Sequence[Word], starts: Numbers) -> tuple[Numbers, Numbers]:
    """For each line, the nearest line with a letter to its left in its row, and above it in its
    column; -1 where there is none. `starts` are the first words of the lines."""
    ends = np.r_[starts[1:], len(words)]
    box = np.array(
        [
            (
                words[a].box.x0,
                min(w.box.y0 for w in words[a:b]),
                words[b - 1].box.x1,
                max(w.box.y1 for w in words[a:b]),
            )
            for a, b in zip(starts, ends, strict=True)
        ]
    )
    page = np.array([words[a].page for a in starts])
    lettered = np.array(
        [
            any(any(c.isalpha() for c in w.text) for w in words[a:b])
            for a, b in zip(starts, ends, strict=True)
        ]
    )
    x0, y0, x1, y1 = box.T
    middle = (y0 + y1) / 2
    may = (page[:, None] == page[None, :]) & lettered[None, :]  # [line, its neighbour]
    row = may & (y0[None, :] < middle[:, None]) & (middle[:, None] < y1[None, :])
    gap = np.where(row & (x1[None, :] <= x0[:, None] + 0.01), x0[:, None] - x1[None, :], np.inf)
    column = may & (x0[None, :] < x1[:, None]) & (x0[:, None] < x1[None, :])
    higher = column & (middle[None, :] < y0[:, None])
    rise = np.where(higher, y0[:, None] - y1[None, :], np.inf)
    return _nearest(gap), _nearest(rise)


def _nearest(distance: Numbers) -> Numbers:
    at = distance.argmin(axis=1)
    return np.where(np.isfinite(distance[np.arange(len(at)), at]), at, -1)


def _alike(parts: Sequence[str], spellings: Sequence[str]) -> Numbers:
    """(parts, spellings + 1): how much each part of a name is alike each spelling: 1 where equal, 0
    where their Jaro-Winkler similarity is ALIKE or less. The last column is of no spelling."""
    found = process.cdist(parts, spellings, scorer=JaroWinkler.normalized_similarity)
    found = np.maximum(found - ALIKE, 0) / (1 - ALIKE)
    shortened = [[_begins(part, word) for word in spellings] for part in parts]
    found = np.maximum(found, SHORTENED * np.array(shortened).reshape(found.shape))
    return np.concatenate([found, np.zeros((len(parts), 1), found.dtype)], axis=1)


def _begins(one: str, other: str) -> bool:
    """Whether the shorter is the beginning of the longer, and long enough to tell."""
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST and short.isalpha() and long.startswith(short)


def _before(alike: Numbers, line: Numbers) -> Numbers:
    """(parts, w): the best of REACH words before on the same line, nearer ones weighing more."""
    best = np.zeros_like(alike)
    for back in range(1, min(REACH, alike.shape[1] - 1) + 1):
        same = line[back:] == line[:-back]
        best[:, back:] = np.maximum(best[:, back:], alike[:, :-back] * same * DECAY ** (back - 1))
    return best
