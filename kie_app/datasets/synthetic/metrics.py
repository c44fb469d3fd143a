"""How wide text is, near enough, without a font: layout must cost microseconds, not milliseconds.

Hundredths of the type size for each character from the blank to the tilde, in the proportions of
the common sans and serif faces.
"""

from __future__ import annotations

_SANS = (
    "28 28 36 56 56 89 67 19 33 33 39 58 28 33 28 28 56 56 56 56 56 56 56 56 "
    "56 56 28 28 58 58 58 56 102 67 67 72 72 67 61 78 72 28 50 67 56 83 72 78 "
    "67 78 72 67 61 72 67 94 67 67 61 28 28 28 47 56 33 56 56 50 56 56 28 56 "
    "56 22 22 50 22 83 56 56 56 56 33 50 28 56 50 72 50 50 50 33 26 33 58 "
)
_SERIF = (
    "25 33 41 50 50 83 78 18 33 33 50 56 25 33 25 28 50 50 50 50 50 50 50 50 "
    "50 50 28 28 56 56 56 44 92 72 67 67 72 61 56 72 72 33 39 72 61 89 72 72 "
    "56 72 67 56 61 72 72 94 72 72 61 33 28 33 47 50 33 44 50 44 50 44 33 50 "
    "50 28 28 50 28 78 50 50 50 50 33 39 28 50 50 72 50 50 44 48 20 48 54 "
)
MONO = 0.6
BOLD = 1.06
NARROW = 0.82
ASCENT, DESCENT = 0.72, 0.21  # of the type size, above and below the baseline


def _widths(text: str) -> dict[str, float]:
    return {chr(32 + at): int(width) / 100 for at, width in enumerate(text.split())}


_TABLES = {"sans": _widths(_SANS), "serif": _widths(_SERIF)}
_TABLES["narrow"] = {char: width * NARROW for char, width in _TABLES["sans"].items()}


def width(text: str, family: str, size: float, bold: bool = False) -> float:
    """The width of a line of text, in the unit of `size`."""
    if family == "mono":
        return len(text) * MONO * size
    table = _TABLES[family]
    return sum(table.get(char, 0.56) for char in text) * size * (BOLD if bold else 1.0)
