"""What a race's extractions come to: times, speed-ups over AR, agreement, exact match. No display.

A ratio is AR's time over the arm's: above 1 the arm is faster, below 1 AR is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kie_app.evaluation.metrics import normalise
from kie_app.types import Extraction, Field
from kie_app.ui.words import BASELINE

Label = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class ArmFigures:
    """One arm's figures; a ratio is None without an AR arm, a match None without a label.

    `keys` were asked, `judged` of them have a label that one value can match.
    """

    decoder: str
    keys: int
    judged: int
    passes: int
    written: int
    ocr: float
    prefill: float
    decode: float
    decode_ratio: float | None
    total_ratio: float | None
    agreeing: int | None
    exact: int | None

    @property
    def total(self) -> float:
        """End to end: OCR, prefill and decode, in seconds."""
        return self.ocr + self.prefill + self.decode

    @property
    def rate(self) -> float:
        """Tokens written per second of decoding."""
        return self.written / self.decode if self.decode else 0.0


def baseline(extractions: Sequence[Extraction]) -> Extraction | None:
    return next((one for one in extractions if one.decoder == BASELINE), None)


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


def agree(one: Field, other: Field) -> bool:
    """Whether two arms gave the same value, white space and Unicode forms aside."""
    return normalise(one.value or "") == normalise(other.value or "")


def matches(field: Field, label: Label) -> bool | None:
    """Exact match with the label, an absent key included; None where the label is a list."""
    expected = label.get(field.key.name, "")
    if not isinstance(expected, str):
        return None
    return normalise(expected) == normalise(field.value or "")
