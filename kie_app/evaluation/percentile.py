"""The 95th percentile of measured figures, by nearest rank: always one that was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable


def p95(figures: Iterable[float]) -> float:
    """The smallest of the figures that at least 95 % of them do not exceed; there is at least one.

    Nearest rank: of fewer than 20 figures it is the largest.
    """
    ordered = sorted(figures)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]
