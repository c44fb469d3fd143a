"""Fit the few numbers that turn scores into answers and confidences, on validation documents.

How much the slots add to the pointers, how ready "absent" and the slots' own text are to win, the
temperatures and how legible recognised text is: all by grid search, since there are six numbers and
a few hundred fields.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import fmean
from typing import TypeVar

import torch
from torch import Tensor

from kie_app import documents
from kie_app.decoding import hyper_parallel, mask_parallel, spans
from kie_app.decoding.base import Recorder
from kie_app.evaluation.metrics import Counts, loosely, normalise
from kie_app.extraction import WINDOW_OVERLAP, WINDOW_TOKENS
from kie_app.model.backbone import Backbone
from kie_app.model.checkpoint import Calibration
from kie_app.model.prompt import Prompt, build_prompt
from kie_app.model.tokens import windows
from kie_app.schemas.kinds import schema_of
from kie_app.text import find_runs, words_of
from kie_app.training.examples import with_new_names
from kie_app.training.sources import Mix, Source
from kie_app.types import Document

T = TypeVar("T")
Said = list[tuple[float, bool]]  # how sure each answer was, and whether it was right

SLOT_WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
ABSENT_BIASES = (-6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0)
NEVER = -1e3
NOISE = 0.005  # of a mean F1 on some hundred fields
OWN_TEXT_BIASES = (NEVER, -4.0, -2.0, 0.0, 2.0)
WRITTEN = 60  # prompts decoded token by token: one temperature needs no more
TEMPERATURES = tuple(0.5 * 1.15**i for i in range(22))  # 0.5 to 9.4
SCANNED = 40  # documents read from their images: one number needs no more
LEGIBILITIES = tuple(1 - 0.0005 * i for i in range(61))  # 1 to 0.97 a character


@dataclass(frozen=True)
class Judged:
    """One field's scores; `right[i]` says whether candidate i is the label, `right[ABSENT]` and
    `right[OWN_TEXT]` whether no value and the slots' own text are. `letters[i]` counts the
    characters of it that text recognition read: none where the text was given."""

    scores: spans.KeyScores
    right: tuple[bool, ...]
    letters: tuple[int, ...]

    def answer(self, calibration: Calibration) -> tuple[float, bool]:
        """Confidence of what `mask_parallel` answers with this calibration, and whether it is
        right."""
        best, confidence = spans.choose(self.scores, calibration)
        return confidence * calibration.legibility ** self.letters[best], self.right[best]


def calibrate(backbone: Backbone, mix: Mix, each: int = 60) -> Calibration:
    """The calibration that fits `each` documents of every source of `mix` best: the highest mean of
    the F1 of all sets (`sets`), then the likeliest confidences."""
    asked = sets(backbone, mix, each)
    judged = [[field for one in some for field in judge(backbone, one)] for some in asked]
    fitted = best_of(judged)
    everything = [one for some in asked for one in some]
    said = [field for one in spread(everything, WRITTEN) for field in written(backbone, one)]

    def pointed(temperature: float) -> list[Said]:
        calibration = replace(fitted, temperature=temperature)
        return [[one.answer(calibration) for one in some] for some in judged]

    def typed(temperature: float) -> list[Said]:
        return [[(math.exp(log / temperature), right) for log, right in said]]

    fitted = replace(
        fitted,
        temperature=likeliest(pointed, TEMPERATURES),
        token_temperature=likeliest(typed, TEMPERATURES),
    )
    read = [
        field for one in scanned_questions(backbone, mix, SCANNED) for field in judge(backbone, one)
    ]

    def legible(legibility: float) -> list[Said]:
        calibration = replace(fitted, legibility=legibility)
        return [[one.answer(calibration) for one in read]]

    return replace(fitted, legibility=likeliest(legible, LEGIBILITIES))


@dataclass(frozen=True)
class Question:
    """A prompt and, key by key, its label ("" where the key is absent); `scanned` says that text
    recognition read it."""

    prompt: Prompt
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    scanned: bool = False


def sets(backbone: Backbone, mix: Mix, each: int) -> list[list[Question]]:
    """The questions of every source, and one set more of keys that nobody has met."""
    known = [list(questions(backbone, source, mix, each)) for source in mix.sources]
    new = list(invented_questions(backbone, mix, each))
    return [*known, new] if new else known


def invented_questions(backbone: Backbone, mix: Mix, each: int) -> Iterator[Question]:
    """Labels that the documents print, replaced by invented words on the page and asked by these,
    and a word that stands nowhere: how ready "absent" should be for an analyst's own keys."""
    for item in (item for source in mix.sources for item in source.items[:each] if item.lines):
        rng = random.Random(item.id)
        document, new = with_new_names(mix.document(item), item.values(), rng)
        labels = {name: value or "" for name, value in new.items()}
        prompt = build_prompt(backbone.text, document, schema_of("calibration", labels))
        yield Question(prompt, tuple(labels), tuple(labels.values()))


def questions(backbone: Backbone, source: Source, mix: Mix, each: int) -> Iterator[Question]:
    """All keys of a source asked of its documents, window by window as `extract` does.

    A value that is no run of words of this window is absent from it, also where no other window
    prints it as such. A document of one window keeps its labels as they are.
    """
    for item in source.items[:each]:
        yield from _asked(backbone, mix.document(item), item.values(), source.asked(item))


def scanned_questions(backbone: Backbone, mix: Mix, most: int) -> Iterator[Question]:
    """All keys of `most` documents whose lines are given, asked of what text recognition reads on
    their images instead."""
    items = [
        (one, source.asked(one)) for source in mix.sources for one in source.items if one.lines
    ]
    for item, keys in spread([one for one in items if one[0].file.is_file()], most):
        found = documents.read(item.data(), item.file.name, mix.settings)
        yield from _asked(backbone, found, item.values(), keys)


def _asked(
    backbone: Backbone, document: Document, values: Mapping[str, str], keys: Sequence[str]
) -> Iterator[Question]:
    parts = windows(backbone.text, document, WINDOW_TOKENS, WINDOW_OVERLAP)
    for part in parts:
        words = [word.text for word in words_of(part.lines)]
        labels = {
            key: " ".join(values.get(key, "").split())
            if len(parts) == 1 or find_runs(words, values.get(key))
            else ""
            for key in keys
        }
        prompt = build_prompt(backbone.text, part, schema_of("calibration", labels))
        yield Question(prompt, tuple(labels), tuple(labels.values()), document.recognised)


@torch.inference_mode()
def judge(backbone: Backbone, question: Question) -> list[Judged]:
    """What pointers and slots say of every key, and which of it is right."""
    prompt = question.prompt
    asked = mask_parallel.prepare(Recorder(backbone), prompt)
    blocks = mask_parallel.blocks_of(prompt)
    logits, queries = mask_parallel.fill(backbone, [asked.encoding], blocks, prompt.end)
    keys = [block.key for block in blocks]
    scores = mask_parallel.score(backbone, asked, logits, queries, keys)
    words = [word.text for word in prompt.document.words]
    out = []
    for key, label, one, block in zip(question.keys, question.labels, scores, logits, strict=True):
        runs = [" ".join(words[a : b + 1]) for a, b in one.runs.tolist()]
        own = backbone.text.decode(spans.free_text(block, prompt.end)[0])
        said = (*runs, "", own)
        right = tuple(same(label, text, key) for text in said)
        out.append(Judged(one, right, tuple(len(text) * question.scanned for text in said)))
    return out


def written(backbone: Backbone, question: Question) -> Said:
    """Log-probability of every value that HPD writes, and whether it is right."""
    out = []
    decoded = hyper_parallel.decode(backbone, question.prompt).keys
    for key, label, one in zip(question.keys, question.labels, decoded, strict=True):
        log = sum(math.log(max(p.probability, 1e-9)) for p in one.predicted)
        out.append((log, same(label, backbone.text.decode(list(one.tokens)), key)))
    return out


def same(label: str, said: str, key: str) -> bool:
    """The normalised match of the evaluation."""
    return loosely(normalise(label), key) == loosely(normalise(said), key)


def spread(every: Sequence[T], most: int) -> Sequence[T]:
    """At most `most` of them, evenly from all."""
    return every[:: max(1, -(-len(every) // most))]


def best_of(judged: Sequence[Sequence[Judged]]) -> Calibration:
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
    def of(cls, fields: Sequence[Judged], weight: float) -> Weighed:
        scores, right = [], []
        for field in fields:
            runs, total = spans.weighed(field.scores, Calibration(weight))
            said = total[:-2]
            best = float(said.max()) if len(said) else -math.inf
            at = spans.first_choice(runs, field.scores.text, int(said.argmax())) if len(said) else 0
            scores.append([best, float(total[-2]), float(total[-1])])
            right.append([field.right[one] for one in (at, spans.ABSENT, spans.OWN_TEXT)])
        return cls(torch.tensor(scores).reshape(-1, 3), torch.tensor(right).reshape(-1, 3))

    def counts(self, absent: float, own: float) -> Counts:
        """True and false positives and false negatives with these biases."""
        answer = (self.scores + torch.tensor([0.0, absent, own])).argmax(dim=1, keepdim=True)
        answered = answer.squeeze(1) != 1
        labelled = ~self.right[:, 1]
        right = labelled & self.right.gather(1, answer).squeeze(1)
        return Counts(
            int(right.sum()), int((answered & ~right).sum()), int((labelled & ~right).sum())
        )


def likeliest(confidences: Callable[[float], list[Said]], numbers: Sequence[float]) -> float:
    """The number whose confidences are the likeliest given what was right, however many fields a
    set has: the windows of long documents hold mostly keys that are plainly absent, and would have
    all others taken for as sure. The first of equals."""

    def surprise(number: float) -> float:
        return sum(_surprise(said) for said in confidences(number) if said)

    return min(numbers, key=surprise)


def _surprise(said: Said) -> float:
    """Nats a field."""
    sure = [(min(max(confidence, 1e-4), 1 - 1e-4), right) for confidence, right in said]
    return -fmean(math.log(p if right else 1 - p) for p, right in sure)
