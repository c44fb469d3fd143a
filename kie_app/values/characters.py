"""The characters of printed text in one form: white space, digits, dashes, quotes, accents."""

from __future__ import annotations

import unicodedata

DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc`", "'"))


def clean(text: str) -> str:
    """NFKC, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def legible(text: str) -> str:
    """A date or number with one kind of digits, dashes and apostrophes, and nothing invisible.

    "" for a text with raised or ringed digits: they are exponents and notes, not parts of a number.
    """
    if any(c.isdigit() and not c.isdecimal() for c in text):
        return ""
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(QUOTES)
    return "".join(str(unicodedata.decimal(c, c)) for c in clean(shown).translate(DASHES))


def folded(text: str) -> str:
    """Lower case without accents, which recognition often loses."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
