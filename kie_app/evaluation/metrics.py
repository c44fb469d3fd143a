"""How right values are: exact match, edit similarity, and whether a value stands on the page.

Two values match exactly when they are equal after Unicode NFKC and after every run of white space
became one blank. Nothing else is forgiven: case and punctuation count, and so does the form of a
date or an amount. Text that is empty after that counts as absent, in labels as in predictions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True)
class Answer:
    """What a decoder said for one key; `grounded` when the value was located on the document."""

    value: str | None
    grounded: bool = False


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
        return normalise(label), normalise((answer.value if answer else None) or "")


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and false negatives."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where nothing was labelled nor predicted."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True)
class Scores:
    """`keys` holds each key's F1. `similarity` is the mean over labelled values, `grounded` the
    share of predicted values that were located; both are 0 where there are none."""

    micro_f1: float
    keys: dict[str, float]
    similarity: float
    grounded: float


def score(documents: Sequence[Judged], keys: Sequence[str]) -> Scores:
    """Judge the answers to `keys` over all documents."""
    counts = {key: sum((count(one, key) for one in documents), Counts()) for key in keys}
    return Scores(
        micro_f1=sum(counts.values(), Counts()).f1,
        keys={key: counted.f1 for key, counted in counts.items()},
        similarity=_mean(_similarities(documents, keys)),
        grounded=_mean(_grounded(documents, keys)),
    )


def count(document: Judged, key: str) -> Counts:
    """One key of one document. A wrong value for a labelled key is both wrong and missed."""
    values = document.values(key)
    if values is None:
        return Counts()
    label, predicted = values
    right = bool(label) and label == predicted
    return Counts(
        right=int(right),
        wrong=int(bool(predicted) and not right),
        missed=int(bool(label) and not right),
    )


def normalise(text: str) -> str:
    """Unicode NFKC, then white space collapsed; "" when nothing is left."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def similarity(label: str, predicted: str | None) -> float:
    """1 less the edits from one to the other over the longer length, both normalised, in [0, 1]."""
    return Levenshtein.normalized_similarity(normalise(label), normalise(predicted or ""))


def _similarities(documents: Sequence[Judged], keys: Sequence[str]) -> Iterable[float]:
    for document in documents:
        for key in keys:
            values = document.values(key)
            if values and values[0]:
                yield similarity(*values)


def _grounded(documents: Sequence[Judged], keys: Sequence[str]) -> Iterable[float]:
    for document in documents:
        for key in keys:
            answer = document.answers.get(key)
            if answer and normalise(answer.value or ""):
                yield float(answer.grounded)


def _mean(values: Iterable[float]) -> float:
    total, size = 0.0, 0
    for value in values:
        total, size = total + value, size + 1
    return total / size if size else 0.0
