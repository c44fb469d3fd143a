"""What answers took, and the ratios of one decoder to another."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any

from kie_app.decoding import BASELINE, HPD
from kie_app.types import Stats

DIGITS = 4


@dataclass(frozen=True)
class Cost:
    """What one answer took: seconds, forward passes, those of them after the prefill, and tokens
    that went through the backbone."""

    prefill: float
    decode: float
    passes: int
    steps: int
    tokens: int

    @classmethod
    def of(cls, stats: Stats) -> Cost:
        steps = sum(one.kind != "prefill" for one in stats.passes)
        return cls(stats.prefill, stats.decode, len(stats.passes), steps, stats.tokens)

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.prefill + other.prefill,
            self.decode + other.decode,
            self.passes + other.passes,
            self.steps + other.steps,
            self.tokens + other.tokens,
        )

    @property
    def total(self) -> float:
        return self.prefill + self.decode


@dataclass(eq=False)
class Case:
    """One line of comparison: what each decoder took in each repeat."""

    keys: int
    documents: int
    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def note(self, decoder: str, cost: Cost) -> None:
        self.costs.setdefault(decoder, []).append(cost)

    def rows(self) -> list[dict[str, Any]]:
        """A row for each decoder; ratios are the baseline's median time over the decoder's."""
        decode, total = self.median(BASELINE, "decode"), self.median(BASELINE, "total")
        return [
            {
                "decoder": name,
                "keys": self.keys,
                "documents": self.documents,
                "passes": round(self.median(name, "passes")),
                "decode_ratio": round(decode / self.median(name, "decode"), DIGITS),
                "total_ratio": round(total / self.median(name, "total"), DIGITS),
                "decode_seconds": round(self.median(name, "decode"), DIGITS),
                "total_seconds": round(self.median(name, "total"), DIGITS),
            }
            for name in self.costs
        ]

    def share_of_bound(self) -> float:
        """HPD's decode ratio over its bound: the baseline's steps over those of the longest branch,
        which are HPD's own."""
        bound = self.median(BASELINE, "steps") / self.median(HPD, "steps")
        return self.median(BASELINE, "decode") / self.median(HPD, "decode") / bound

    def median(self, decoder: str, figure: str) -> float:
        return statistics.median(getattr(cost, figure) for cost in self.costs[decoder])
