"""What a race's extractions come to: times, speed-ups over AR, agreement, exact match. No display.

A ratio is AR's time over the arm's: above 1 the arm is faster, below 1 AR is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kie_app.insights import Label, Run, baseline, run
from kie_app.types import Extraction


@dataclass(frozen=True)
class ArmFigures(Run):
    """One arm's figures, and how many `keys` were asked and tokens `written`."""

    keys: int
    written: int

    @property
    def rate(self) -> float:
        """Tokens written per second of decoding."""
        return self.written / self.decode if self.decode else 0.0


def of(extractions: Sequence[Extraction], ocr: float, label: Label | None) -> list[ArmFigures]:
    """Each arm's figures, in the order of the arms. `ocr` is the document's, shared by all."""
    reference = baseline(extractions)
    return [
        ArmFigures(
            **vars(run(one, reference, ocr, label)),
            keys=len(one.fields),
            written=len({(event.key, event.position) for event in one.events}),
        )
        for one in extractions
    ]
