"""What slots and pointers are worth, each alone and together: four readings of the same pass.

    python -m kie_app train readings models/NAME DIR...

`slots`: the slots' own text. `runs`: the run of words that the slots like best. `pointers`: the
run that the pointers like best, or no value. `mix`: what `mask_parallel` answers. Judged window by
window, with every key of the set, by the normalised match; an absent key is right when left empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kie_app.model.backbone import Backbone
from kie_app.model.checkpoint import Calibration
from kie_app.training.calibration import NEVER
from kie_app.training.judging import ScoredField, judge
from kie_app.training.questions import questions
from kie_app.training.sources import Mix

READINGS = ("slots", "runs", "pointers", "mix")


def measure(backbone: Backbone, mix: Mix, each: int) -> Iterator[tuple[str, int, dict[str, float]]]:
    """For every source: its name, the fields judged, and the share that each reading gets right."""
    for source in mix.sources:
        prompts = questions(backbone, source, mix, each)
        judged = [field for one in prompts for field in judge(backbone, one)]
        yield source.name, len(judged), shares(judged, backbone.calibration)


def shares(judged: Sequence[ScoredField], calibration: Calibration) -> dict[str, float]:
    """The share of fields that each reading gets right."""
    chosen = {name: [read(name, one, calibration) for one in judged] for name in READINGS}
    return {name: sum(right) / max(1, len(judged)) for name, right in chosen.items()}


def read(reading: str, one: ScoredField, calibration: Calibration) -> bool:
    """Whether a reading of one field is right."""
    scores = one.scores
    if reading == "slots":
        return one.right[-1]
    if reading == "runs":
        return bool(len(scores.slots)) and one.right[int(scores.slots.argmax())]
    if reading == "pointers":
        calibration = replace(calibration, slot_weight=0.0, own_text_bias=NEVER)
    return one.answer(calibration)[1]
