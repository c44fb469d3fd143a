"""What a race's extractions come to: times, speed-ups over AR, agreement, exact match. No display.

A ratio is AR's time over the arm's: above 1 the arm is faster, below 1 AR is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kie_app.decoding import BASELINE
from kie_app.evaluation.break_even import Time
from kie_app.race.origins import tokens_of
from kie_app.types import Extraction, Field, State
from kie_app.values import clean

KNOWN: tuple[State, ...] = ("confirmed", "corrected", "absent")  # states that name a value, or none

Label = Mapping[str, str | Sequence[str]]  # what a document says, by key


@dataclass(frozen=True)
class Run:
    """One arm of a race, in seconds; `ocr` is the document's, shared by all arms. A ratio is None
    without AR or where nothing was timed, `agreeing` (keys whose value is AR's) without AR. `exact`
    of `judged` values are what the document's label has for their keys, None without a label."""

    decoder: str
    passes: int
    ocr: float
    prefill: float
    decode: float
    decode_ratio: float | None
    total_ratio: float | None
    agreeing: int | None
    exact: int | None
    judged: int

    @property
    def total(self) -> float:
        """End to end: OCR, prefill and decode, in seconds."""
        return self.ocr + self.prefill + self.decode

    def ratio(self, time: Time) -> float | None:
        return self.decode_ratio if time == "decode" else self.total_ratio


def baseline(extractions: Sequence[Extraction]) -> Extraction | None:
    """AR's among a race's extractions."""
    return next((one for one in extractions if one.decoder == BASELINE), None)


def run_of(one: Extraction, base: Extraction | None, ocr: float, label: Label | None) -> Run:
    """One arm's figures beside AR's."""
    stats, passes = one.stats, len(one.stats.passes)
    decode = total = agreeing = None
    if base is not None:
        agreeing = sum(map(agree, one.fields, base.fields))
        if passes:
            decode = base.stats.decode / stats.decode
            whole = ocr + base.stats.prefill + base.stats.decode
            total = whole / (ocr + stats.prefill + stats.decode)
    judged = [match for field in one.fields if (match := matches(field, label or {})) is not None]
    exact = sum(judged) if judged else None
    return Run(
        one.decoder,
        passes,
        ocr,
        stats.prefill,
        stats.decode,
        decode,
        total,
        agreeing,
        exact,
        len(judged),
    )


def agree(one: Field, other: Field) -> bool:
    """Whether the values are the same, white space and Unicode forms aside."""
    return clean(one.value or "") == clean(other.value or "")


def matches(field: Field, label: Label) -> bool | None:
    """Exact match with the label, an absent key ("") included; None where the label is a list or
    knows nothing of the key."""
    expected = label.get(field.key.name)
    if not isinstance(expected, str):
        return None
    return clean(expected) == clean(field.value or "")


@dataclass(frozen=True)
class ArmFigures(Run):
    """One arm's figures, how many `keys` were asked, and how many tokens of their values slots or
    steps wrote and a pointer copied."""

    keys: int
    written: int
    copied: int

    @property
    def rate(self) -> float | None:
        """Tokens written per second of decoding; None where all were copied."""
        if self.copied and not self.written:
            return None
        return self.written / self.decode if self.decode else 0.0


def figures_of(
    extractions: Sequence[Extraction], ocr: float, label: Label | None
) -> list[ArmFigures]:
    """Each arm's figures, in the order of the arms. `ocr` is the document's, shared by all."""
    reference = baseline(extractions)
    return [
        ArmFigures(
            **vars(run_of(one, reference, ocr, label)),
            keys=len(one.fields),
            **tokens_of(one)._asdict(),
        )
        for one in extractions
    ]
