"""Fit the few numbers that turn scores into answers and confidences, on validation documents.

How much the slots add to the pointers, how ready "absent" and the slots' own text are to win, and
the temperatures: all by grid search, since there are five numbers and a few hundred fields.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import torch

from kie_app import prompting
from kie_app.backbone import Backbone
from kie_app.checkpoint import Calibration
from kie_app.decoding import hyper_parallel, mask_parallel, spans
from kie_app.documents.runs import find_runs
from kie_app.evaluation.metrics import Counts, loosely, normalise
from kie_app.extraction import WINDOW_OVERLAP, WINDOW_TOKENS
from kie_app.training.sources import Mix, Source
from kie_app.types import Schema

SLOT_WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
ABSENT_BIASES = (-6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0)
NEVER = -1e3
OWN_TEXT_BIASES = (NEVER, -4.0, -2.0, 0.0, 2.0)
WRITTEN = 60  # prompts decoded token by token: one temperature needs no more
TEMPERATURES = tuple(0.5 * 1.15**i for i in range(22))  # 0.5 to 9.4


@dataclass(frozen=True)
class Judged:
    """One field's scores; `right[i]` says whether candidate i is the label, `right[ABSENT]` and
    `right[OWN_TEXT]` whether no value and the slots' own text are."""

    scores: spans.KeyScores
    right: tuple[bool, ...]

    def answer(self, calibration: Calibration) -> tuple[float, bool]:
        """Confidence of what `mask_parallel` answers with this calibration, and whether it is
        right."""
        best, confidence = spans.choose(self.scores, calibration)
        return confidence, self.right[best]

    def counts(self, calibration: Calibration) -> Counts:
        """The answer as a true or false positive, a false negative, or none of them."""
        best, _ = spans.choose(self.scores, calibration)
        answered, labelled = best != spans.ABSENT, not self.right[spans.ABSENT]
        right = labelled and self.right[best]
        return Counts(int(right), int(answered and not right), int(labelled and not right))


def calibrate(backbone: Backbone, mix: Mix, each: int = 60) -> Calibration:
    """The calibration that fits `each` documents of every source of `mix` best: the highest mean of
    the sources' F1, then the likeliest confidences."""
    asked = [list(questions(backbone, source, mix, each)) for source in mix.sources]
    judged = [[field for one in some for field in judge(backbone, one)] for some in asked]
    fitted = max(
        (
            Calibration(*numbers)
            for numbers in product(SLOT_WEIGHTS, ABSENT_BIASES, OWN_TEXT_BIASES)
        ),
        key=lambda one: (mean_f1(judged, one), -one.slot_weight, -abs(one.absent_bias)),
    )
    everything = [one for some in asked for one in some]
    said = [field for one in spread(everything, WRITTEN) for field in written(backbone, one)]
    fields = [one for some in judged for one in some]

    def pointed(temperature: float) -> list[tuple[float, bool]]:
        calibration = replace(fitted, temperature=temperature)
        return [one.answer(calibration) for one in fields]

    def typed(temperature: float) -> list[tuple[float, bool]]:
        return [(math.exp(log / temperature), right) for log, right in said]

    return replace(fitted, temperature=likeliest(pointed), token_temperature=likeliest(typed))


@dataclass(frozen=True)
class Question:
    """A prompt and, key by key, its label ("" where the key is absent)."""

    prompt: prompting.Prompt
    keys: tuple[str, ...]
    labels: tuple[str, ...]


def questions(backbone: Backbone, source: Source, mix: Mix, each: int) -> Iterator[Question]:
    """All keys of a source asked of its documents, window by window as `extract` does.

    A value that is no run of words of this window is absent from it, also where no other window
    prints it as such. A document of one window keeps its labels as they are.
    """
    for item in source.items[:each]:
        document, values = mix.document(item), item.values()
        parts = prompting.windows(backbone.text, document, WINDOW_TOKENS, WINDOW_OVERLAP)
        for part in parts:
            words = [word.text for word in part.words()]
            labels = {
                key: " ".join(values.get(key, "").split())
                if len(parts) == 1 or find_runs(words, values.get(key))
                else ""
                for key in source.keys
            }
            prompt = prompting.build(backbone.text, part, Schema.of("calibration", labels))
            yield Question(prompt, tuple(labels), tuple(labels.values()))


@torch.inference_mode()
def judge(backbone: Backbone, question: Question) -> list[Judged]:
    """What pointers and slots say of every key, and which of it is right."""
    prompt = question.prompt
    encoding = backbone.encode(prompt.document)
    blocks = mask_parallel.blocks_of(prompt)
    logits, queries = mask_parallel.fill(backbone, [encoding], blocks, prompt.end)
    scores = mask_parallel.score(backbone, prompt, encoding, logits, queries)
    words = [word.text for word in prompt.document.words]
    out = []
    for key, label, one, block in zip(question.keys, question.labels, scores, logits, strict=True):
        runs = [" ".join(words[a : b + 1]) for a, b in one.runs.tolist()]
        own = backbone.text.decode(spans.free_text(block, prompt.end)[0])
        out.append(Judged(one, tuple(same(label, text, key) for text in (*runs, "", own))))
    return out


def written(backbone: Backbone, question: Question) -> list[tuple[float, bool]]:
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


def spread(asked: Sequence[Question], most: int) -> Sequence[Question]:
    """At most `most` of the questions, evenly from all."""
    return asked[:: max(1, -(-len(asked) // most))]


def mean_f1(judged: Sequence[Sequence[Judged]], calibration: Calibration) -> float:
    """The mean over sources of their F1 with this calibration."""
    return sum(
        sum((one.counts(calibration) for one in some), Counts()).f1 for some in judged
    ) / len(judged)


def likeliest(confidences: Callable[[float], list[tuple[float, bool]]]) -> float:
    """The temperature whose confidences are the likeliest given what was right."""

    def surprise(temperature: float) -> float:
        total = 0.0
        for confidence, right in confidences(temperature):
            p = min(max(confidence, 1e-4), 1 - 1e-4)
            total -= math.log(p if right else 1 - p)
        return total

    return min(TEMPERATURES, key=surprise)
