"""What a race's extractions come to: times, speed-ups over AR, agreement, exact match. No display.

A ratio is AR's time over the arm's: above 1 the arm is faster, below 1 AR is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kie_app.evaluation.metrics import normalise
from kie_app.insights import Run, agree, baseline
from kie_app.types import Extraction, Field

Label = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class ArmFigures(Run):
    """One arm's figures; a ratio is None without an AR arm, a match None without a label.

    `keys` were asked, `judged` of them have a label that one value can match.
    """

    keys: int
    judged: int
    written: int
    exact: int | None

    @property
    def rate(self) -> float:
        """Tokens written per second of decoding."""
        return self.written / self.decode if self.decode else 0.0


def of(extractions: Sequence[Extraction], ocr: float, label: Label | None) -> list[ArmFigures]:
    """Each arm's figures, in the order of the arms. `ocr` is the document's, shared by all."""
    reference = baseline(extractions)
    return [_figures(one, reference, ocr, label) for one in extractions]


def _figures(
    one: Extraction, reference: Extraction | None, ocr: float, label: Label | None
) -> ArmFigures:
    stats = one.stats
    decode_ratio = total_ratio = agreeing = None
    if reference is not None:
        base = reference.stats
        decode_ratio = _ratio(base.decode, stats.decode)
        total_ratio = _ratio(ocr + base.prefill + base.decode, ocr + stats.prefill + stats.decode)
        agreeing = sum(map(agree, one.fields, reference.fields))
    return ArmFigures(
        decoder=one.decoder,
        keys=len(one.fields),
        judged=0 if label is None else sum(matches(f, label) is not None for f in one.fields),
        passes=len(stats.passes),
        written=len({(event.key, event.position) for event in one.events}),
        ocr=ocr,
        prefill=stats.prefill,
        decode=stats.decode,
        decode_ratio=decode_ratio,
        total_ratio=total_ratio,
        agreeing=agreeing,
        exact=None if label is None else sum(bool(matches(f, label)) for f in one.fields),
    )


def _ratio(reference: float, value: float) -> float | None:
    return reference / value if value > 0 else None


def matches(field: Field, label: Label) -> bool | None:
    """Exact match with the label, an absent key ("") included; None where the label is a list or
    knows nothing of the key."""
    expected = label.get(field.key.name)
    if not isinstance(expected, str):
        return None
    return normalise(expected) == normalise(field.value or "")
