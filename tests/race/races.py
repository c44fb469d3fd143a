"""Made-up recorded races, and the recorded one as the store gives it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as some

from kie_app.race.figures import Run
from kie_app.race.history import RecordedRace
from kie_app.store import StoredRace
from tests.ui import recorded

FACTS = {"machine": "2 cores", "dtype": "bfloat16"}
SECONDS = some.floats(0.001, 1000)
ARMS = ("mask_parallel", "autoregressive", "hyper_parallel")


def stored(**changes: object) -> StoredRace:
    done = recorded.extractions()
    made = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return replace(StoredRace("r", "anna", "d", done[0].schema, done, FACTS, made), **changes)


@some.composite
def races(draw: some.DrawFn) -> RecordedRace:
    """A race of some arms that took any time, on a document of some pages."""
    arms = draw(some.lists(some.sampled_from(ARMS), unique=True, min_size=1))
    ocr, taken = draw(SECONDS), {arm: (draw(SECONDS), draw(SECONDS)) for arm in arms}
    keys = tuple("abcde"[: draw(some.integers(1, 5))])
    judged = draw(some.integers(0, len(keys)))
    runs = []
    for arm, (prefill, decode) in taken.items():
        ratios: tuple[float | None, float | None] = (None, None)
        if "autoregressive" in taken:
            base = taken["autoregressive"]
            ratios = (base[1] / decode, (ocr + sum(base)) / (ocr + prefill + decode))
        agreeing = draw(some.integers(0, len(keys))) if "autoregressive" in taken else None
        exact = draw(some.integers(0, judged)) if judged else None
        runs.append(Run(arm, 2, ocr, prefill, decode, *ratios, agreeing, exact, judged))
    made = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=draw(some.integers(0, 999)))
    facts = (("machine", draw(some.sampled_from("AB"))),)
    pages = draw(some.integers(1, 9))
    return RecordedRace("r", made, "d.png", pages, keys, facts, tuple(runs))
