"""What slots and pointers are worth, each alone and together: readings of the same pass.

    python -m kie_app train readings models/NAME DIR...

`slots`: the slots' own text. `enough`: the same where every key has slots for long values of its
kind, in a pass of its own. `runs`: the run of words that the slots like best. `pointers`: the run
that the pointers like best, or no value. `mix`: what `mask_parallel` answers. Judged window by
window, with every key of the set, by the normalised match; an absent key is right when left empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kie_app.model.backbone import Backbone
from kie_app.model.checkpoint import Calibration
from kie_app.schemas.kinds import guess_kind
from kie_app.training.calibration import NEVER
from kie_app.training.judging import ScoredField, judge
from kie_app.training.questions import questions
from kie_app.training.sources import Mix

READINGS = ("slots", "enough", "runs", "pointers", "mix")
ENOUGH = {"text": 28, "date": 16, "amount": 10, "number": 16, "id": 28, "address": 56}  # slots
EVERY = "all keys"  # the keys of a set together


@dataclass(frozen=True)
class Read:
    """One field of key `key`: its scores, and those with enough slots."""

    key: str
    scored: ScoredField
    enough: ScoredField

    def right(self, reading: str, calibration: Calibration) -> bool:
        """Whether a reading of it is right."""
        scores = self.scored.scores
        if reading in ("slots", "enough"):
            return (self.enough if reading == "enough" else self.scored).right[-1]
        if reading == "runs":
            return bool(len(scores.slots)) and self.scored.right[int(scores.slots.argmax())]
        if reading == "pointers":
            calibration = replace(calibration, slot_weight=0.0, own_text_bias=NEVER)
        return self.scored.answer(calibration)[1]


def measure(
    backbone: Backbone, mix: Mix, each: int
) -> Iterator[tuple[str, str, int, dict[str, float]]]:
    """For every source, for each of its keys and for all of them: source, key, the fields judged,
    and the share that each reading gets right."""
    for source in mix.sources:
        fields: list[Read] = []
        for one in questions(backbone, source, mix, each):
            enough = [ENOUGH[guess_kind(key)] for key in one.keys]
            judged = judge(backbone, one), judge(backbone, one, enough)
            fields += map(Read, one.keys, *judged)
        for key in (*dict.fromkeys(one.key for one in fields), EVERY):
            own = [one for one in fields if key in (one.key, EVERY)]
            yield source.name, key, len(own), shares(own, backbone.calibration)


def shares(fields: Sequence[Read], calibration: Calibration) -> dict[str, float]:
    """The share of fields that each reading gets right."""
    chosen = {name: [one.right(name, calibration) for one in fields] for name in READINGS}
    return {name: sum(right) / max(1, len(fields)) for name, right in chosen.items()}
