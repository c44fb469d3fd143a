"""How right values are: exact and normalised match, edit similarity, grounding, calibration.

Two values match exactly when they are equal after Unicode NFKC and after every run of white space
became one blank. Nothing else is forgiven: case and punctuation count, and so does the form of a
date or an amount. Text that is empty after that counts as absent, in labels as in predictions.

The normalised match also forgives case, blanks and punctuation, since labels of scanned documents
differ from the print in these ("NO. 5,JALAN" for "NO.5, JALAN"). Amounts match when they are the
same number: "RM 3.90" is "3.90". Other amounts, and numbers, keep minus signs and the points and
commas within them; dates keep where their parts begin. Text, addresses and ids keep nothing between
digits: "LOT 1/23" is "LOT 12/3".

This match is our own, not the official script of SROIE's task 3. Labels come as
`documents/labelled` reads them: one that repeats a value with a digit ("200.36 200.36", as in
WildReceipt) is already shortened to it once. A value is placed (`places`) on any line that prints
it, unless the set labels what each line holds and the lines of one class make up the value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from rapidfuzz.distance import Levenshtein

from kie_app.schemas.kinds import guess_kind
from kie_app.types import Source
from kie_app.values import clean, normalised

BINS = 10


@dataclass(frozen=True)
class Answer:
    """What a decoder said for one key, how sure it was, and whether the value was located on the
    document (at `sources`); `placed` says whether in the right place, None where the label does not
    tell."""

    value: str | None
    grounded: bool = False
    confidence: float = 0.0
    placed: bool | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Judged:
    """One document: its label, and the answers to the keys asked; a key left out is absent.

    A key whose label is a list is skipped: one value for it is neither right nor wrong.
    """

    label: Mapping[str, str | Sequence[str]]
    answers: Mapping[str, Answer]

    def values(self, key: str) -> tuple[str, str] | None:
        """The normalised label and prediction, "" where absent; None when the key is skipped."""
        label = self.label.get(key, "")
        if not isinstance(label, str):
            return None
        answer = self.answers.get(key)
        return clean(label), clean((answer.value if answer else None) or "")


@dataclass(frozen=True)
class MatchCounts:
    """True positives, false positives and false negatives."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: MatchCounts) -> MatchCounts:
        return MatchCounts(
            self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where nothing was labelled nor predicted."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    @property
    def support(self) -> int:
        """How many labels were counted."""
        return self.right + self.missed

    @property
    def reported(self) -> float | None:
        """F1 as a figure to report: None where no label supports one."""
        return self.f1 if self.support else None


@dataclass(frozen=True)
class Scores:
    """Exact and normalised F1, over all and by key, None where nothing is labelled; `support`
    counts a key's labels. `similarity` is the mean over labelled values, `grounded` the share of
    predicted values that were located; both are 0 where there are none. `placed` is the share of
    right values whose place is the label's, None where none is known."""

    micro_f1: float | None
    keys: dict[str, float | None]
    normalised_f1: float | None
    normalised_keys: dict[str, float | None]
    support: dict[str, int]
    similarity: float
    grounded: float
    placed: float | None
    calibration: Reliability


@dataclass(frozen=True)
class Bin:
    """Answers whose confidence falls into one tenth: how many, how sure, how often right."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Reliability:
    """Confidence against truth in ten equal bins (Guo et al., arXiv 1706.04599).

    `error` is the expected calibration error: the mean distance of the two, weighted by count.
    """

    bins: tuple[Bin, ...]
    error: float


def score(documents: Sequence[Judged], keys: Sequence[str]) -> Scores:
    """Judge the answers to `keys` over all documents."""
    exact = {key: sum((count(one, key) for one in documents), MatchCounts()) for key in keys}
    loose = {
        key: sum((count(one, key, loosely) for one in documents), MatchCounts()) for key in keys
    }
    return Scores(
        micro_f1=sum(exact.values(), MatchCounts()).reported,
        keys={key: counted.reported for key, counted in exact.items()},
        normalised_f1=sum(loose.values(), MatchCounts()).reported,
        normalised_keys={key: counted.reported for key, counted in loose.items()},
        support={key: counted.support for key, counted in exact.items()},
        similarity=_mean(_similarities(documents, keys)),
        grounded=_mean(_grounded(documents, keys)),
        placed=_mean(places) if (places := list(_placed(documents, keys))) else None,
        calibration=reliability(list(_judgements(documents, keys))),
    )


def reliability(judgements: Sequence[tuple[float, bool]]) -> Reliability:
    """(confidence, right) of every answer -> ten bins and their expected calibration error."""
    tenths: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judgements:
        tenths[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    bins = tuple(
        Bin(len(some), _mean(c for c, _ in some), _mean(float(r) for _, r in some))
        for some in tenths
    )
    total = max(1, len(judgements))
    return Reliability(bins, sum(b.count * abs(b.confidence - b.right) for b in bins) / total)


def count(
    document: Judged, key: str, form: Callable[[str, str], str] = lambda text, key: text
) -> MatchCounts:
    """One key of one document. A wrong value for a labelled key is both wrong and missed; `form`
    brings both values (and the key) into the form in which they are compared."""
    values = document.values(key)
    if values is None:
        return MatchCounts()
    label, predicted = values
    right = bool(label) and form(label, key) == form(predicted, key)
    return MatchCounts(
        right=int(right),
        wrong=int(bool(predicted) and not right),
        missed=int(bool(label) and not right),
    )


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


def _similarities(documents: Sequence[Judged], keys: Sequence[str]) -> Iterable[float]:
    for document in documents:
        for key in keys:
            values = document.values(key)
            if values and values[0]:
                yield similarity(*values)


def _judgements(documents: Sequence[Judged], keys: Sequence[str]) -> Iterable[tuple[float, bool]]:
    """Confidence and normalised rightness of every answer, "absent" included."""
    for document in documents:
        for key in keys:
            values, answer = document.values(key), document.answers.get(key)
            if values and answer:
                yield answer.confidence, loosely(values[0], key) == loosely(values[1], key)


def _placed(documents: Sequence[Judged], keys: Sequence[str]) -> Iterable[float]:
    for document in documents:
        for key in keys:
            answer = document.answers.get(key)
            if answer and answer.placed is not None and count(document, key, loosely).right:
                yield float(answer.placed)


def _grounded(documents: Sequence[Judged], keys: Sequence[str]) -> Iterable[float]:
    for document in documents:
        for key in keys:
            answer = document.answers.get(key)
            if answer and clean(answer.value or ""):
                yield float(answer.grounded)


def _mean(values: Iterable[float]) -> float:
    total, size = 0.0, 0
    for value in values:
        total, size = total + value, size + 1
    return total / size if size else 0.0
