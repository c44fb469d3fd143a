"""What a word looks like: an amount, a date, a whole number.

An analyst's key says what its value looks like more surely than where it stands: the cash tendered
is an amount, whatever its label. The pointer head gets these as features of the words that a run
begins and ends with, and each key learns how much they weigh.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch
from torch import Tensor

from kie_app.text import Word

_FORMS = {
    "amount": re.compile(r"[-(]?(RM|MYR|[$£€])?-?\d[\d.,]*[.,]\d\d\)?[A-Z]{0,2}", re.IGNORECASE),
    "date": re.compile(r"\d{1,4}([/.-])(\d{1,2}|[A-Za-z]{3,9})\1\d{2,4}"),
    "time": re.compile(r"\d{1,2}:\d\d(:\d\d)?([AaPp][Mm])?"),
    "whole number": re.compile(r"\d{1,3}"),
    "code": re.compile(r"(?=.*\d).{4,}"),  # none of the above
    "letters": re.compile(r"[^\W\d_]+[.,]?"),
    "currency": re.compile(r"RM|MYR|USD|EUR|[$£€]", re.IGNORECASE),
    "colon": re.compile(r".*:"),
    "brackets": re.compile(r"\(.*|.*\)"),
}
WORD_FEATURES = tuple(_FORMS)


def word_features(words: Sequence[Word]) -> Tensor:
    """Words (w) of a document -> (w, len(WORD_FEATURES)), 1 where a word has the form. Amounts,
    dates, times and whole numbers are no codes."""
    found = torch.zeros(len(words), len(WORD_FEATURES))
    for at, word in enumerate(words):
        for number, (name, form) in enumerate(_FORMS.items()):
            if form.fullmatch(word.text) and not (name == "code" and found[at].any()):
                found[at, number] = 1
    return found
