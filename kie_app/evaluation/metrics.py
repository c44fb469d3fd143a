"""How right the answers to many documents are: F1, edit similarity, grounding, calibration.

What counts as right is said in `matching`. A value is placed (`places`) on any line that prints
it, unless the set labels what each line holds and the lines of one class make up the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kie_app.evaluation.matching import loosely, similarity
from kie_app.evaluation.reliability import Reliability, reliability
from kie_app.types import Source
from kie_app.values import clean


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

    A key that is not among `asked` (None: all are asked) is skipped, and so is one whose label is a
    list: one value for it is neither right nor wrong.
    """

    label: Mapping[str, str | Sequence[str]]
    answers: Mapping[str, Answer]
    asked: tuple[str, ...] | None = None

    def values(self, key: str) -> tuple[str, str] | None:
        """The normalised label and prediction, "" where absent; None when the key is skipped."""
        label = self.label.get(key, "")
        if not isinstance(label, str) or (self.asked is not None and key not in self.asked):
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
    right values whose place is the label's, None where none is known; `absent` that of the keys
    without a label that are answered absent, None where all have one."""

    micro_f1: float | None
    keys: dict[str, float | None]
    normalised_f1: float | None
    normalised_keys: dict[str, float | None]
    support: dict[str, int]
    similarity: float
    grounded: float
    placed: float | None
    absent: float | None
    calibration: Reliability


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
        absent=_mean(absent) if (absent := list(_absent(documents, keys))) else None,
        calibration=reliability(list(_judgements(documents, keys))),
    )


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


def _absent(documents: Sequence[Judged], keys: Sequence[str]) -> Iterable[float]:
    """Of every key without a label, whether it is answered so."""
    for document in documents:
        for key in keys:
            values = document.values(key)
            if values and not values[0] and key in document.answers:
                yield float(not values[1])


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
