"""Confidence against truth: bins of answers, and their expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

BINS = 10


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


def reliability(judgements: Sequence[tuple[float, bool]]) -> Reliability:
    """(confidence, right) of every answer -> ten bins and their expected calibration error."""
    tenths: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judgements:
        tenths[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    bins = tuple(_bin(some) for some in tenths)
    total = max(1, len(judgements))
    return Reliability(bins, sum(b.count * abs(b.confidence - b.right) for b in bins) / total)


def _bin(judgements: Sequence[tuple[float, bool]]) -> Bin:
    if not judgements:
        return Bin(0, 0.0, 0.0)
    confidences, rights = zip(*judgements, strict=True)
    return Bin(len(judgements), fmean(confidences), fmean(rights))
