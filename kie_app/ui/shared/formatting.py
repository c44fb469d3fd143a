"""How the page says things: numbers with units, decoders by their short names, untrusted text made
harmless."""

from __future__ import annotations

import html

from kie_app.decoding import DECODERS


def short(decoder: str) -> str:
    """The decoder's short name; a decoder of an earlier version goes by its name."""
    return DECODERS[decoder].short if decoder in DECODERS else decoder


def safe(text: str) -> str:
    """Text for HTML content and quoted attributes."""
    return html.escape(text, quote=True)


def seconds(value: float) -> str:
    """A time with three decimals below ten seconds, else one: `0.045 s`, `12.3 s`."""
    return f"{value:.3f} s" if value < 10 else f"{value:.1f} s"


def percent(share: float) -> str:
    """A share as whole percent. Only certainty is called 100 %."""
    whole = round(share * 100)
    return "99 %" if whole == 100 and share < 1 else f"{whole} %"


def times(ratio: float) -> str:
    """A ratio as people read it: `45x`, `5.2x`, `0.81x`."""
    if ratio >= 20:
        return f"{ratio:.0f}\N{MULTIPLICATION SIGN}"
    return f"{ratio:.{1 if ratio >= 2 else 2}f}\N{MULTIPLICATION SIGN}"


def count(number: int, noun: str) -> str:
    """`1 pass`, `2 passes`, `4 fields`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun}{'es' if noun.endswith('s') else 's'}"
