"""A field's text read by its key's kind, by rules that never guess silently.

`normalised` is strict. It reads a text that is one value and nothing else, and says None to all
other text, since a wrong amount that looks right costs more than one that a person reads off the
page. What print leaves open is read by a fixed rule, and `doubt` says so:

- date: `05/03/2018` is read day first unless the caller knows better (`proven_order` finds what the
  other dates of a document prove). A two-digit year stands last unless the first number can be no
  day; it is of this century up to 49, of the last from 50 on (RFC 5322, section 4.3). Times and
  weekdays are dropped. Months are read by name in the languages of `LANGUAGES`.
- amount and number: of two different marks the last one is the decimal point. A single `,` or `.`
  before exactly three digits separates thousands (`1,234` and `1.234` are 1234), unless a zero
  stands before it or the currency has three decimals and the mark is a point. Blanks and
  apostrophes separate thousands only.
- sign: brackets, a leading or a trailing minus make an amount negative, and so does CR (a credit to
  the reader of an invoice or card statement); DR does not. Bank statements say it the other way.
- currency: a code or a sign that only one currency has; `$`, `kr`, `Rs` and the yen sign are shared
  by several, so the currency stays unknown.
- id: blanks and invisible characters go, dashes become one kind. Case, punctuation and leading
  zeros stay, since they may tell two ids apart.
- text and address: Unicode NFKC, every run of white space one blank.

Currency codes, their decimals and the names of months are those of Unicode CLDR (Babel).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from kie_app.values.amounts import read_amount, read_number
from kie_app.values.characters import DASHES, clean
from kie_app.values.dates import read_date
from kie_app.values.value import Normalised


def normalised(text: str, kind: str, day_first: bool | None = None) -> Normalised | None:
    """A field's text read as a value of its key's kind, by the rules above; it never raises.

    None where the text cannot be read as that kind. `day_first` says how the document writes dates
    of numbers alone, None where that is not known.
    """
    if kind == "date":
        return read_date(text, day_first)
    reader = _READERS.get(kind)
    return reader(text) if reader else None


def _text(text: str) -> Normalised | None:
    return Normalised(shown) if (shown := clean(text)) else None


def _id(text: str) -> Normalised | None:
    shown = "".join(
        c for c in clean(text) if c != " " and unicodedata.category(c) not in ("Cc", "Cf")
    )
    # Letters and accents that a blank parted may now compose.
    bare = unicodedata.normalize("NFKC", shown).translate(DASHES)
    return Normalised(bare) if bare else None


_READERS: dict[str, Callable[[str], Normalised | None]] = {
    "text": _text,
    "address": _text,
    "id": _id,
    "amount": read_amount,
    "number": read_number,
}
