"""What pointers, slots and tokens say of validation documents, and which of it is right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from kie_app.decoding import hyper_parallel, mask_parallel, slots, spans
from kie_app.decoding.base import Recorder
from kie_app.evaluation.matching import loosely
from kie_app.model.backbone import Backbone
from kie_app.model.checkpoint import Calibration
from kie_app.training.questions import Question
from kie_app.values import clean

Judgements = list[tuple[float, bool]]  # how sure each answer was, and whether it was right


@dataclass(frozen=True)
class ScoredField:
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


@torch.inference_mode()
def judge(
    backbone: Backbone, question: Question, budgets: Sequence[int] | None = None
) -> list[ScoredField]:
    """What pointers and slots say of every key, and which of it is right; with `budgets`, of that
    many slots a key."""
    prompt = question.prompt
    prepared = mask_parallel.prepare(Recorder(backbone), prompt)
    blocks = slots.blocks_of(prompt if budgets is None else replace(prompt, budgets=tuple(budgets)))
    filled = slots.fill(backbone, [prepared], blocks, prompt.end)
    keys = [block.key for block in blocks]
    scores = mask_parallel.score(backbone, prepared, filled.logits, filled.queries, keys)
    words = [word.text for word in prompt.document.words]
    out = []
    for key, label, one, block in zip(
        question.keys, question.labels, scores, filled.logits, strict=True
    ):
        runs = [" ".join(words[a : b + 1]) for a, b in one.runs.tolist()]
        own = backbone.text.decode(spans.free_text(block, prompt.end)[0])
        candidates = (*runs, "", own)
        right = tuple(same(label, text, key) for text in candidates)
        letters = tuple(len(text) * question.scanned for text in candidates)
        out.append(ScoredField(one, right, letters))
    return out


def written(backbone: Backbone, question: Question) -> Judgements:
    """Log-probability of every value that HPD writes, and whether it is right."""
    out = []
    decoded = hyper_parallel.decode(backbone, question.prompt).keys
    for key, label, one in zip(question.keys, question.labels, decoded, strict=True):
        log = sum(math.log(max(p.probability, 1e-9)) for p in one.predicted)
        out.append((log, same(label, backbone.text.decode(list(one.tokens)), key)))
    return out


def same(label: str, value: str, key: str) -> bool:
    """The normalised match of the evaluation."""
    return loosely(clean(label), key) == loosely(clean(value), key)
