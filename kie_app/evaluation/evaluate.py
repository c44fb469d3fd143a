"""Decoders judged on a folder of labelled documents: how right, how well grounded, how fast.

Every decoder encodes every document anew, one decoder after the other on the same weights, after
an untimed first run; so the seconds are those of a first answer. Usage:

    python -m kie_app evaluate DIR --decoders mask_parallel,autoregressive [--lines given|ocr]
        [--wrong FILE.jsonl]
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from kie_app.config import Settings
from kie_app.evaluation.arms import PHASES, Arm, Failure, Lines, Reader
from kie_app.evaluation.metrics import score
from kie_app.evaluation.mistakes import Mistake, mistakes
from kie_app.evaluation.percentile import p95
from kie_app.evaluation.selection import Selection
from kie_app.model.backbone import Backbone

DIGITS = 6


def evaluate(
    backbone: Backbone,
    settings: Settings,
    selection: Selection,
    decoders: Sequence[str],
    lines: Lines = "given",
    warn: Callable[[str], None] = lambda message: None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    mistaken: Callable[[Mistake], None] = lambda mistake: None,
) -> dict[str, Any]:
    """Run every decoder on every document and judge it.

    A document or answer that fails, for whatever reason, is told to `warn`, listed under "failed"
    and counts as all absent; its time is left out. `progress(done, of)` is called after each
    document, `mistaken` at the end with each wrong field of each decoder. Seconds are medians and
    p95 by nearest rank, None when no document was timed; "total" is the clock from the file (or the
    given lines) to the fields, so it is a little more than the sum of its phases.
    """
    arms = [Arm(name) for name in decoders]
    reader = Reader(settings, lines, warn)
    failures: list[Failure] = []

    def fail(failure: Failure) -> None:
        failures.append(failure)
        warn(str(failure))

    for done, item in enumerate(selection.documents, 1):
        schema = selection.schema(item)
        try:
            document, reading = reader.read(item)
        except Exception as error:
            fail(Failure.of(item, error))
            for arm in arms:
                arm.miss(item, schema)
        else:
            for arm in arms:
                try:
                    arm.run(backbone, schema, item, document, reading)
                except Exception as error:
                    fail(Failure.of(item, error, arm.decoder))
                    arm.miss(item, schema)
        progress(done, len(selection.documents))
    for arm in arms:
        for item, judged in zip(selection.documents, arm.judged, strict=True):
            for one in mistakes(item.id, arm.decoder, judged, selection.keys):
                mistaken(one)
    return {
        "documents": len(selection.documents),
        "failed": [asdict(one) for one in failures],
        "decoders": {arm.decoder: _figures(arm, selection) for arm in arms},
    }


def _figures(arm: Arm, selection: Selection) -> dict[str, Any]:
    """Figures by key are left out where each document has keys of its own: those are hundreds."""
    scores = score(arm.judged, selection.keys)
    named = () if selection.ask == "own" else selection.keys
    return {
        "micro_f1": _rounded(scores.micro_f1),
        "keys": {key: _rounded(scores.keys[key]) for key in named},
        "normalised_f1": _rounded(scores.normalised_f1),
        "normalised_keys": {key: _rounded(scores.normalised_keys[key]) for key in named},
        "support": {key: scores.support[key] for key in named},
        "similarity": round(scores.similarity, DIGITS),
        "grounded": round(scores.grounded, DIGITS),
        "placed": _rounded(scores.placed),
        "absent": _rounded(scores.absent),
        "calibration_error": round(scores.calibration.error, DIGITS),
        "reliability": [
            {
                "count": one.count,
                "confidence": round(one.confidence, DIGITS),
                "right": round(one.right, DIGITS),
            }
            for one in scores.calibration.bins
        ],
        "seconds": {phase: _spread(arm.seconds[phase]) for phase in PHASES},
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, DIGITS)


def _spread(seconds: Iterable[float]) -> dict[str, float | None]:
    known = list(seconds)
    if not known:
        return {"median": None, "p95": None}
    return {"median": round(statistics.median(known), DIGITS), "p95": round(p95(known), DIGITS)}
