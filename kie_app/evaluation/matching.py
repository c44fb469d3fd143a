"""When two values match: exactly, or in the normalised form, which forgives how they are written.

Two values match exactly when they are equal after Unicode NFKC and after every run of white space
became one blank. Nothing else is forgiven: case and punctuation count, and so does the form of a
date or an amount. Text that is empty after that counts as absent, in labels as in predictions.

The normalised match also forgives case, blanks and punctuation, since labels of scanned documents
differ from the print in these ("NO. 5,JALAN" for "NO.5, JALAN"). Amounts match when they are the
same number: "RM 3.90" is "3.90". Other amounts, and numbers, keep minus signs and the points and
commas within them; dates keep where their parts begin. Text, addresses and ids keep nothing between
digits: "LOT 1/23" is "LOT 12/3".

This match is our own, not the official script of SROIE's task 3. Labels come as
`datasets.labelled` reads them: one that repeats a value with a digit ("200.36 200.36", as in
WildReceipt) is already shortened to it once.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache

from rapidfuzz.distance import Levenshtein

from kie_app.schemas.kinds import guess_kind
from kie_app.values import clean, normalised


def loosely(text: str, key: str) -> str:
    """Upper case without blanks and punctuation, except what tells amounts, numbers and dates
    apart; an amount that can be read as one is its number. In other kinds the punctuation between
    digits goes, too.

    Text of punctuation alone stays as it is: it must not equal any other.
    """
    kind = guess_kind(key)
    if kind == "amount" and (number := _number(text)):
        return number
    folded = unicodedata.normalize("NFKC", text).upper()
    if kind in ("amount", "number"):
        kept = re.sub(r"(?<!\d)[.,]|[.,](?!\d)|[^\w.,-]|_", "", folded)
    elif kind == "date":
        kept = re.sub(r"[\W_]+", "/", folded).strip("/")
    else:
        kept = re.sub(r"[\W_]+", "", folded)
    return kept or folded


@cache
def _number(text: str) -> str | None:
    """An amount without its currency and closing zeros."""
    read = normalised(text, "amount")
    return format(read.value.normalize(), "f") if read and isinstance(read.value, Decimal) else None


def similarity(label: str, predicted: str | None) -> float:
    """1 less the edits from one to the other over the longer length, both normalised, in [0, 1]."""
    return Levenshtein.normalized_similarity(clean(label), clean(predicted or ""))
