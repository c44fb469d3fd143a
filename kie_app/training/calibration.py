"""Fit the few numbers that turn scores into answers and confidences, on validation documents.

How much the slots add to the pointers, how ready "no run" is to win, and the temperatures: each by
grid search, since there are four numbers and a few hundred fields.
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
from kie_app.evaluation.metrics import loosely, normalise
from kie_app.extraction import WINDOW_OVERLAP, WINDOW_TOKENS
from kie_app.training.sources import Mix, Source
from kie_app.types import Schema

SLOT_WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
NO_RUN_BIASES = (-6.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0)
WRITTEN = 60  # prompts decoded token by token: one temperature needs no more
TEMPERATURES = tuple(0.5 * 1.15**i for i in range(22))  # 0.5 to 9.4


@dataclass(frozen=True)
class Judged:
    """One field's scores; `right[i]` says whether candidate i is the label, the last is the slots'
    own text."""

    scores: spans.KeyScores
    right: tuple[bool, ...]

    def answer(self, calibration: Calibration) -> tuple[float, bool]:
        """Confidence of what `mask_parallel` answers with this calibration, and whether it is
        right."""
        best, confidence = spans.choose(self.scores, calibration)
        return confidence, self.right[-1 if best is None else best]


def calibrate(backbone: Backbone, mix: Mix, each: int = 60) -> Calibration:
    """The calibration that fits `each` documents of every source of `mix` best."""
    asked = [one for source in mix.sources for one in questions(backbone, source, mix, each)]
    judged = [field for one in asked for field in judge(backbone, one)]
    weight, bias = max(
        product(SLOT_WEIGHTS, NO_RUN_BIASES),
        key=lambda pair: (hits(judged, *pair), -pair[0], -abs(pair[1])),
    )
    fitted = Calibration(slot_weight=weight, no_run_bias=bias)
    said = [field for one in spread(asked, WRITTEN) for field in written(backbone, one)]

    def pointed(temperature: float) -> list[tuple[float, bool]]:
        calibration = replace(fitted, temperature=temperature)
        return [one.answer(calibration) for one in judged]

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
    asked = range(len(prompt.keys))
    logits, queries = mask_parallel.fill(backbone, prompt, encoding, asked, prompt.budgets)
    scores = mask_parallel.score(backbone, prompt, encoding, logits, queries)
    words = [word.text for word in prompt.document.words]
    out = []
    for key, label, one, block in zip(question.keys, question.labels, scores, logits, strict=True):
        runs = [" ".join(words[a : b + 1]) for a, b in one.runs.tolist()]
        own = backbone.text.decode(spans.free_text(block, prompt.end)[0])
        out.append(Judged(one, tuple(same(label, text, key) for text in (*runs, own))))
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


def hits(judged: Sequence[Judged], weight: float, bias: float) -> int:
    """Right answers with this mix."""
    calibration = Calibration(slot_weight=weight, no_run_bias=bias)
    return sum(one.answer(calibration)[1] for one in judged)


def likeliest(confidences: Callable[[float], list[tuple[float, bool]]]) -> float:
    """The temperature whose confidences are the likeliest given what was right."""

    def surprise(temperature: float) -> float:
        total = 0.0
        for confidence, right in confidences(temperature):
            p = min(max(confidence, 1e-4), 1 - 1e-4)
            total -= math.log(p if right else 1 - p)
        return total

    return min(TEMPERATURES, key=surprise)
