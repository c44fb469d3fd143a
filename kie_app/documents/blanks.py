"""Blanks between words that the recogniser saw and did not write.

It labels a line slice by slice (CTC), and most slices say "nothing new". Where words stand close,
that verdict wins over " ", which still gets a few per cent. A letter takes two or three slices, so
between two letters four slices apart there is room for a blank, and a small share for it decides.
Where they are nearer, as small a share is mostly a faint or broken letter; and in spaced-out print,
where every gap gets one, only what stands out from its line counts. A slice is a sixth of the
line's height, so the rule is the same for every size of print.

Room and share were chosen on receipts of SROIE's training side (`splits`) and looked at on the
validation side on the way, so its lines are not unseen print; OUTSTANDING was chosen on drawn lines
of spaced-out letters. To refit, keep `starts` and `blank` of recognised lines that equal a labelled
one but for blanks, and count right lines over the three numbers. Tried and left out, since they
added next to nothing: the ink-free gap, slices relative to the line's, kinds of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float32]

ROOM = 4  # slices between the starts of two letters with room for a blank
LEAST_SHARE = 0.02  # of " " in one of those slices, over which it is a blank
OUTSTANDING = 5  # times the share that three in four gaps of its line stay under
CLOSING = frozenset(",.;!?)%]")  # nobody writes a blank before these
INNER = frozenset(".:,/-")  # between two digits these belong to a number, a time or a date
SQUARE = "\u2e80"  # from here on letters are as wide as high, and apart without any blank


class Spacing:
    """RapidOCR's CTC decoder, with the blanks put back into the texts that it returns.

    It stands where the engine calls its own (`text_rec.postprocess_op`), since only there the
    shares of " " are at hand: afterwards the recogniser would have to run again.
    """

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._blanks = [n for n, letter in enumerate(decoder.character) if letter.isspace()]

    def __call__(
        self, shares: Shares, *_: Any, **__: Any
    ) -> tuple[list[tuple[str, float]], list[Any]]:
        """Text and score of each line of a batch, from shares by line, slice and letter.

        The score stays the decoder's, so that what counts as legible does not change.
        """
        chosen = shares.argmax(axis=2)
        sure = np.take_along_axis(shares, chosen[:, :, None], axis=2)[:, :, 0]
        lines, _words = self._decoder.decode(chosen, sure, remove_duplicate=True)
        blank = shares[:, :, self._blanks].sum(axis=2)
        return [
            (self._text(row, share), score)
            for row, share, (_, score) in zip(chosen, blank, lines, strict=True)
        ], []

    def _text(self, chosen: npt.NDArray[np.intp], blank: Shares) -> str:
        new = chosen != 0  # 0 is "nothing new"
        new[1:] &= chosen[1:] != chosen[:-1]
        starts = np.flatnonzero(new)
        return spaced([self._decoder.character[n] for n in chosen[starts]], starts.tolist(), blank)


def spaced(letters: Sequence[str], starts: Sequence[int], blank: Shares) -> str:
    """The letters as text with the missing blanks; `starts` are their slices in `blank`, the share
    of " " in each slice of the line."""
    shares = {
        at: float(blank[starts[at - 1] : starts[at] + 1].max())
        for at in range(1, len(letters))
        if not (letters[at - 1].isspace() or letters[at].isspace())
    }
    least = max(LEAST_SHARE, OUTSTANDING * _usual(sorted(shares.values())))
    text = "".join(letters[:1])
    for at in range(1, len(letters)):
        roomy = starts[at] - starts[at - 1] >= ROOM
        if roomy and shares.get(at, 0.0) > least and _may_part(letters, at):
            text += " "
        text += letters[at]
    return text


def _usual(ascending: Sequence[float]) -> float:
    """What most gaps of a line stay under; a line of one or two says nothing about the larger."""
    count = len(ascending)
    if count < 3:
        return ascending[0] if count == 2 else 0.0
    return ascending[count * 3 // 4]


def _may_part(letters: Sequence[str], at: int) -> bool:
    """Whether a blank may stand before letter `at`: not beside a Chinese letter, not before a
    mark that closes, not within a number or a run of one mark ("****383")."""
    before, after = letters[at - 1], letters[at]
    if after in CLOSING or max(before, after) >= SQUARE:
        return False
    if before == after and not after.isalnum():
        return False
    within = (before in INNER and _digits(letters, at - 2, at)) or (
        after in INNER and _digits(letters, at - 1, at + 1)
    )
    return not within


def _digits(letters: Sequence[str], *places: int) -> bool:
    return all(0 <= place < len(letters) and letters[place].isdigit() for place in places)
