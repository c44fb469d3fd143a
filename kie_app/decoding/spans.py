"""Read a value off the page: pointers and slots score the same runs of words.

The pointer head gives every run a log-probability. The slots give it another: the sum of their
log-probabilities of the run's tokens, and of end-of-value where the run is shorter than the block.
Their fitted sum repairs the typical error of parallel filling, two slots that disagree about the
offset, and grounds the value for free. A value that is printed in several places collects the
probability of all of them. Against the runs stand two answers that are no run: "absent", and the
slots' own text.

Not guaranteed: only the CANDIDATES runs that the pointers like best are scored by the slots.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from kie_app.model.backbone import word_tokens
from kie_app.model.checkpoint import Calibration
from kie_app.model.tokens import DocumentTokens

CANDIDATES = 64
ALTERNATIVES = 5  # other readings that a person may choose from


ABSENT, OWN_TEXT = -2, -1  # what `choose` answers beside a candidate's index


@dataclass(frozen=True)
class KeyScores:
    """Scores of one key: candidate runs (c, 2), their log-probabilities by pointer (c,) and by
    slots (c,), and `text` (c,), equal where two candidates print the same. `no_run` is the
    pointer's log-probability of no run, `empty` and `own` the slots' of no value and of their own
    text, None where that is empty."""

    runs: Tensor
    pointers: Tensor
    slots: Tensor
    text: Tensor
    no_run: float
    empty: float
    own: float | None


def pointer_scores(scores: Tensor, no_run: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Run scores (k, w, w), no-run (k,) -> candidate runs (k, c, 2), log-probs (k, c) and (k,)."""
    k, w = scores.shape[:2]
    flat = scores.reshape(k, w * w)
    total = torch.logsumexp(torch.cat([flat, no_run[:, None]], dim=1), dim=1)
    best, at = flat.topk(min(CANDIDATES, w * w), dim=1)
    runs = torch.stack([at // w, at % w], dim=-1) if w else at.reshape(k, 0, 2)
    return runs, best - total[:, None], no_run - total


def slot_scores(log_probs: Tensor, document: DocumentTokens, runs: Tensor, end: int) -> Tensor:
    """Slots' log_probs (s, vocabulary), runs (c, 2) -> (c,) scores; long runs count s tokens."""
    if not len(runs):
        return log_probs.new_zeros(0)
    words = word_tokens(document, log_probs.device)
    flat = torch.tensor(document.ids, device=log_probs.device)[words.at]
    start = words.first[runs[:, 0]]
    length = words.last[runs[:, 1]] - start + 1
    step = torch.arange(len(log_probs), device=log_probs.device)
    tokens = flat[(start[:, None] + step).clamp_max(len(flat) - 1)]  # (c, s)
    tokens = torch.where(step == length[:, None], end, tokens)
    taken = log_probs[step, tokens]  # (c, s)
    return torch.where(step <= length[:, None], taken, 0.0).sum(dim=1)


def free_text(log_probs: Tensor, end: int) -> tuple[list[int], bool, float]:
    """The slots' own tokens up to end-of-value, whether they filled the block, and their score."""
    best, tokens = log_probs.max(dim=-1)
    listed = tokens.tolist()
    size = listed.index(end) if end in listed else len(listed)
    return listed[:size], size == len(listed), float(best[: size + 1].sum())


def texts(document: DocumentTokens, runs: Tensor) -> Tensor:
    """runs (c, 2) -> (c,) numbers from 0, equal where two runs are made of the same words."""
    words = [word.text for word in document.words]
    numbers: dict[tuple[str, ...], int] = {}
    printed = [tuple(words[first : last + 1]) for first, last in runs.tolist()]
    return torch.tensor(
        [numbers.setdefault(one, len(numbers)) for one in printed], dtype=torch.long
    )


def choose(scores: KeyScores, calibration: Calibration) -> tuple[int, float]:
    """The best answer, a candidate's index, ABSENT or OWN_TEXT, and its calibrated probability."""
    runs, total = weighed(scores, calibration)
    best = int(total.argmax())
    probability = float(torch.softmax(total / calibration.temperature, dim=0)[best])
    if best >= len(total) - 2:
        return best - len(total), probability
    return first_choice(runs, scores.text, best), probability


def alternatives(
    scores: KeyScores, calibration: Calibration, most: int = ALTERNATIVES
) -> list[tuple[int, float]]:
    """The likeliest candidates that read differently, best first: index and probability, scaled as
    that of `choose`."""
    runs, total = weighed(scores, calibration)
    shares = torch.softmax(total / calibration.temperature, dim=0)[:-2]
    best = shares.topk(min(most, len(shares))).indices.tolist()
    return [(first_choice(runs, scores.text, text), float(shares[text])) for text in best]


def weighed(scores: KeyScores, calibration: Calibration) -> tuple[Tensor, Tensor]:
    """Scores of the runs (c,), and of what they say, of "absent" and of the slots' own text
    (t + 2,)."""
    weight = calibration.slot_weight
    runs = (scores.pointers + weight * scores.slots).cpu()
    absent = scores.no_run + calibration.absent_bias + weight * scores.empty
    own = -math.inf
    if scores.own is not None:
        own = scores.no_run + calibration.own_text_bias + weight * scores.own
    return runs, torch.cat([_by_text(runs, scores.text), torch.tensor([absent, own])])


def first_choice(runs: Tensor, text: Tensor, number: int) -> int:
    """The best of the runs whose text has this number."""
    return int(runs.masked_fill(text != number, -math.inf).argmax())


def _by_text(runs: Tensor, text: Tensor) -> Tensor:
    """Log-probabilities of runs (c,) -> of what they say (t,)."""
    if not len(runs):
        return runs
    most = runs.max()
    sums = torch.zeros(int(text.max()) + 1).index_add_(0, text, (runs - most).exp())
    return sums.log() + most
