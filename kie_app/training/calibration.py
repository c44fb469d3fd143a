"""Fit the few numbers that turn scores into answers and confidences, on validation documents.

How much the slots add to the pointers, how ready "no run" is to win, and the temperatures: each by
grid search, since there are four numbers and a few hundred fields.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import torch

from kie_app import prompting
from kie_app.backbone import Backbone
from kie_app.checkpoint import Calibration
from kie_app.decoding import hyper_parallel, mask_parallel, spans
from kie_app.documents.labelled import Labelled
from kie_app.types import Key, Schema, guess_kind

SLOT_WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
NO_RUN_BIASES = (-6.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0)
WRITTEN_ITEMS = 50  # documents decoded token by token: one temperature needs no more
TEMPERATURES = tuple(0.5 * 1.15**i for i in range(22))  # 0.5 to 9.4


@dataclass(frozen=True)
class Judged:
    """One field's scores; `right[i]` says whether candidate i is the label, the last is the slots'
    own text."""

    scores: spans.KeyScores
    right: tuple[bool, ...]


def calibrate(backbone: Backbone, items: Sequence[Labelled]) -> Calibration:
    """The calibration that fits `items` best."""
    judged = judge(backbone, items)
    weight, bias = max(
        product(SLOT_WEIGHTS, NO_RUN_BIASES),
        key=lambda pair: (hits(judged, *pair), -pair[0], -abs(pair[1])),
    )
    fitted = Calibration(slot_weight=weight, no_run_bias=bias)
    said = written(backbone, items[:WRITTEN_ITEMS])

    def pointed(temperature: float) -> list[tuple[float, bool]]:
        calibration = replace(fitted, temperature=temperature)
        chosen = [spans.choose(one.scores, calibration) for one in judged]
        return [
            (confidence, one.right[-1 if best is None else best])
            for one, (best, confidence) in zip(judged, chosen, strict=True)
        ]

    def typed(temperature: float) -> list[tuple[float, bool]]:
        return [(math.exp(log / temperature), right) for log, right in said]

    return replace(fitted, temperature=likeliest(pointed), token_temperature=likeliest(typed))


def asked(backbone: Backbone, item: Labelled) -> tuple[prompting.Prompt, list[str]]:
    """The prompt for all labelled values of a document, and the values."""
    values = item.values()
    schema = Schema("labels", tuple(Key(k, kind=guess_kind(k)) for k in values))
    prompt = prompting.build(backbone.text, item.document(), schema)
    return prompt, [" ".join(value.split()) for value in values.values()]


@torch.inference_mode()
def judge(backbone: Backbone, items: Sequence[Labelled]) -> list[Judged]:
    """What pointers and slots say of every labelled field, and which of it is right."""
    out = []
    for item in items:
        prompt, labels = asked(backbone, item)
        encoding = backbone.encode(prompt.document)
        keys = range(len(prompt.keys))
        logits, queries = mask_parallel.fill(backbone, prompt, encoding, keys, prompt.budgets)
        scores = mask_parallel.score(backbone, prompt, encoding, logits, queries)
        words = [word.text for word in prompt.document.words]
        for one, block, label in zip(scores, logits, labels, strict=True):
            right = [" ".join(words[a : b + 1]) == label for a, b in one.runs.tolist()]
            tokens, _, _ = spans.free_text(block, prompt.end)
            right.append(_same(backbone, tokens, label))
            out.append(Judged(one, tuple(right)))
    return out


def written(backbone: Backbone, items: Sequence[Labelled]) -> list[tuple[float, bool]]:
    """Log-probability of every value that HPD writes, and whether it is right."""
    out = []
    for item in items:
        prompt, labels = asked(backbone, item)
        decoded = hyper_parallel.decode(backbone, prompt)
        for one, label in zip(decoded.keys, labels, strict=True):
            log = sum(math.log(max(p.probability, 1e-9)) for p in one.predicted)
            out.append((log, _same(backbone, one.tokens, label)))
    return out


def hits(judged: Sequence[Judged], weight: float, bias: float) -> int:
    """Right answers with this mix."""
    calibration = Calibration(slot_weight=weight, no_run_bias=bias)
    best = (spans.choose(one.scores, calibration)[0] for one in judged)
    return sum(one.right[-1 if at is None else at] for one, at in zip(judged, best, strict=True))


def likeliest(confidences: Callable[[float], list[tuple[float, bool]]]) -> float:
    """The temperature whose confidences are the likeliest given what was right."""

    def surprise(temperature: float) -> float:
        total = 0.0
        for confidence, right in confidences(temperature):
            p = min(max(confidence, 1e-4), 1 - 1e-4)
            total -= math.log(p if right else 1 - p)
        return total

    return min(TEMPERATURES, key=surprise)


def _same(backbone: Backbone, tokens: Sequence[int], label: str) -> bool:
    return backbone.text.decode(tuple(tokens)).split() == label.split()
