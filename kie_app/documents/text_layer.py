"""The text layer of a PDF page: whether it can be trusted, and its characters as segments.

Characters become words, words that stand on one line become segments, and a gap wider than a
blank parts segments, so that columns and amounts stay apart from what stands beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from kie_app.documents.reading_order import Segment, rows
from kie_app.types import Box

ENOUGH_LETTERS = 20  # fewer beside pictures or drawings may be a stamp on a scan
BAD_SHARE = 0.1  # of characters that mean nothing
LETTER_SHARE = 0.3  # letters and digits among the characters
SCAN_SHARE = 0.5  # of the page under one picture: then the text must cover it, too
UNSEEN_SHARE = 0.5  # of the texts: more, and it is what a program read off a picture
SCAN_LETTERS = 100
SCAN_REACH = 0.3  # of the page's height
GAP = 0.65  # parts segments, in heights of their line; a blank is about a quarter
JOIN = 0.3  # a jump this wide (in heights) parts words even without a blank

_NAMELESS = re.compile(r"\(cid:\d+\)")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_HYPHENS = {"\x02": "-", "\ufffe": "-", "\xad": "-"}  # what PDFium reports for a broken word


class Char(NamedTuple):
    """A character and its box; `known` is false where the font does not say what it means."""

    text: str
    box: Box
    known: bool = True


class Glyphs(NamedTuple):
    """A page's text layer in pixels of its image, which is `width` by `height`."""

    chars: tuple[Char, ...]
    width: float
    height: float
    picture: float  # share of the page under its largest picture
    drawn: bool  # whether the page holds anything but text
    unseen: float  # share of its texts that are invisible or under a picture of the page


def is_good(glyphs: Glyphs) -> bool:
    """Whether the text layer says what the page shows, as far as can be told without reading it.

    Text that is not shown was read off the page's picture by some program, and recognition here
    reads most such pages better.
    """
    inked = [char for char in glyphs.chars if not char.text.isspace()]
    letters = sum(char.text.isalnum() for char in inked)
    if not letters or (glyphs.drawn and letters < ENOUGH_LETTERS):
        return False
    if glyphs.drawn and glyphs.unseen > UNSEEN_SHARE:
        return False
    nameless = sum(len(m) for m in _NAMELESS.findall("".join(char.text for char in inked)))
    bad = nameless + sum(_is_bad(char) for char in inked)
    if bad > BAD_SHARE * len(inked) or letters < LETTER_SHARE * len(inked):
        return False
    if glyphs.picture < SCAN_SHARE:
        return True
    tops = [char.box.y0 for char in inked]
    return letters >= SCAN_LETTERS and max(tops) - min(tops) >= SCAN_REACH * glyphs.height


def segments(glyphs: Glyphs) -> list[Segment]:
    """Runs of text on one line each, parted at gaps."""
    found = []
    words = _words(glyphs.chars)
    for row in rows([box for _, box in words]):
        run: list[int] = []
        height = median(words[i][1].y1 - words[i][1].y0 for i in row)
        for index in row:
            if run and words[index][1].x0 - words[run[-1]][1].x1 > GAP * height:
                found.append(_segment([words[i] for i in run]))
                run = []
            run.append(index)
        found.append(_segment([words[i] for i in run]))
    return found


def _is_bad(char: Char) -> bool:
    """Replacement, private, unassigned and control characters, and those without a mapping."""
    if char.text in _HYPHENS:
        return False
    return (
        not char.known
        or char.text == "\ufffd"
        or (unicodedata.category(char.text) in ("Cc", "Cn", "Co", "Cs"))
    )


def _words(chars: Sequence[Char]) -> list[tuple[str, Box]]:
    """Words in the order of the page's content."""
    words: list[tuple[str, Box]] = []
    text, box = "", Box(0, 0, 0, 0)
    for char in chars:
        shown = _HYPHENS.get(char.text, _LIGATURES.get(char.text, char.text))
        blank = shown.isspace() or not shown.isprintable()
        if text and (blank or _jumps(box, char.box)):
            words.append((text, box))
            text = ""
        if not blank:
            box = box.union(char.box) if text else char.box
            text += shown
    return [*words, (text, box)] if text else words


def _jumps(word: Box, char: Box) -> bool:
    """Whether a character does not continue a word: elsewhere on its line, or on another one."""
    height = max(min(word.y1 - word.y0, char.y1 - char.y0), 1e-6)
    apart = max(char.x0 - word.x1, word.x0 - char.x1, char.y0 - word.y1, word.y0 - char.y1)
    return apart > JOIN * height


def _segment(words: Sequence[tuple[str, Box]]) -> Segment:
    box = words[0][1]
    for _, other in words[1:]:
        box = box.union(other)
    return Segment.of_box(" ".join(text for text, _ in words), box)
