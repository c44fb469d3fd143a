"""Fit the few numbers that turn scores into answers and confidences, on validation documents.

How much the slots add to the pointers, how ready "absent" and the slots' own text are to win, the
temperatures and how legible recognised text is: all by grid search, since there are six numbers and
a few hundred fields.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import fmean

import torch
from torch import Tensor

from kie_app.decoding import spans
from kie_app.evaluation.metrics import MatchCounts
from kie_app.model.backbone import Backbone
from kie_app.model.checkpoint import Calibration
from kie_app.training.judging import Judgements, ScoredField, judge, written
from kie_app.training.questions import question_sets, scanned_questions, spread
from kie_app.training.sources import Mix

SLOT_WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
ABSENT_BIASES = (-6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0)
NEVER = -1e3
NOISE = 0.005  # of a mean F1 on some hundred fields
OWN_TEXT_BIASES = (NEVER, -4.0, -2.0, 0.0, 2.0)
WRITTEN = 60  # prompts decoded token by token: one temperature needs no more
TEMPERATURES = tuple(0.5 * 1.15**i for i in range(22))  # 0.5 to 9.4
SCANNED = 40  # documents read from their images: one number needs no more
LEGIBILITIES = tuple(1 - 0.0005 * i for i in range(61))  # 1 to 0.97 a character


def calibrate(backbone: Backbone, mix: Mix, each: int = 60) -> Calibration:
    """The calibration that fits `each` documents of every source of `mix` best: the highest mean of
    the F1 of all sets (`question_sets`), then the likeliest confidences."""
    questions = question_sets(backbone, mix, each)
    judged = [[field for one in some for field in judge(backbone, one)] for some in questions]
    fitted = best_of(judged)
    everything = [one for some in questions for one in some]
    tokens = [field for one in spread(everything, WRITTEN) for field in written(backbone, one)]

    def pointed(temperature: float) -> list[Judgements]:
        calibration = replace(fitted, temperature=temperature)
        return [[one.answer(calibration) for one in some] for some in judged]

    def typed(temperature: float) -> list[Judgements]:
        return [[(math.exp(log / temperature), right) for log, right in tokens]]

    fitted = replace(
        fitted,
        temperature=likeliest(pointed, TEMPERATURES),
        token_temperature=likeliest(typed, TEMPERATURES),
    )
    read = [
        field for one in scanned_questions(backbone, mix, SCANNED) for field in judge(backbone, one)
    ]

    def legible(legibility: float) -> list[Judgements]:
        calibration = replace(fitted, legibility=legibility)
        return [[one.answer(calibration) for one in read]]

    return replace(fitted, legibility=likeliest(legible, LEGIBILITIES))


def best_of(judged: Sequence[Sequence[ScoredField]]) -> Calibration:
    """Slot weight and biases that come within NOISE of the highest mean F1 over the sets: of those
    the least slot weight, since slots know the keys of these sets by heart and lead astray where an
    analyst's own keys are asked; then the least ready "absent", since a wrong value is seen and
    corrected where a missing one is overlooked; then the highest F1."""
    found: dict[Calibration, float] = {}
    for weight in SLOT_WEIGHTS:
        weighed = [Weighed.of(some, weight) for some in judged]
        for absent, own in product(ABSENT_BIASES, OWN_TEXT_BIASES):
            f1 = sum(one.counts(absent, own).f1 for one in weighed) / len(weighed)
            found[Calibration(weight, absent, own)] = f1
    enough = max(found.values()) - NOISE
    return min(
        (one for one, f1 in found.items() if f1 >= enough),
        key=lambda one: (one.slot_weight, one.absent_bias, -found[one]),
    )


@dataclass(frozen=True)
class Weighed:
    """Many fields with the slots weighed in: the scores (n, 3) of the best run, of "absent" and of
    the slots' own text, and whether each is right. The biases that are left only shift columns, so
    that each is tried in no time."""

    scores: Tensor
    right: Tensor

    @classmethod
    def of(cls, fields: Sequence[ScoredField], weight: float) -> Weighed:
        scores, right = [], []
        for field in fields:
            runs, total = spans.weighed(field.scores, Calibration(weight))
            by_run = total[:-2]
            best = float(by_run.max()) if len(by_run) else -math.inf
            at = 0
            if len(by_run):
                at = spans.first_choice(runs, field.scores.text, int(by_run.argmax()))
            scores.append([best, float(total[-2]), float(total[-1])])
            right.append([field.right[one] for one in (at, spans.ABSENT, spans.OWN_TEXT)])
        return cls(torch.tensor(scores).reshape(-1, 3), torch.tensor(right).reshape(-1, 3))

    def counts(self, absent: float, own: float) -> MatchCounts:
        """True and false positives and false negatives with these biases."""
        answer = (self.scores + torch.tensor([0.0, absent, own])).argmax(dim=1, keepdim=True)
        answered = answer.squeeze(1) != 1
        labelled = ~self.right[:, 1]
        right = labelled & self.right.gather(1, answer).squeeze(1)
        return MatchCounts(
            int(right.sum()), int((answered & ~right).sum()), int((labelled & ~right).sum())
        )


def likeliest(confidences: Callable[[float], list[Judgements]], numbers: Sequence[float]) -> float:
    """The number whose confidences are the likeliest given what was right, however many fields a
    set has: the windows of long documents hold mostly keys that are plainly absent, and would have
    all others taken for as sure. The first of equals."""

    def surprise(number: float) -> float:
        return sum(_surprise(some) for some in confidences(number) if some)

    return min(numbers, key=surprise)


def _surprise(judgements: Judgements) -> float:
    """Nats a field."""
    sure = [(min(max(confidence, 1e-4), 1 - 1e-4), right) for confidence, right in judgements]
    return -fmean(math.log(p if right else 1 - p) for p, right in sure)
