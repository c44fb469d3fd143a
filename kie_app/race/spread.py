"""How the speed-ups of one decoder over AR spread over races. No display."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from kie_app.decoding import BASELINE
from kie_app.evaluation.break_even import Time
from kie_app.evaluation.percentile import p95
from kie_app.race.figures import Run
from kie_app.race.history import RecordedRace

ENOUGH = 20  # races: of fewer, the p95 is just the largest


@dataclass(frozen=True)
class Spread:
    """How one decoder's speed-ups spread over races: their median, and their p95 from ENOUGH races
    on. `lost` of `ratios` are below 1; `agreeing` of `keys` values are AR's, `exact` of `judged`
    their labels', in the same races."""

    decoder: str
    ratios: tuple[float, ...]
    median: float
    p95: float | None
    lost: int
    agreeing: int
    keys: int
    exact: int
    judged: int


def speed_up_spreads(races: Sequence[RecordedRace], time: Time) -> list[Spread]:
    """A spread for each decoder but AR that a race compared with it."""
    compared: dict[str, list[tuple[float, Run, RecordedRace]]] = {}
    for race in races:
        for run in race.runs:
            ratio = run.ratio(time)
            if run.decoder != BASELINE and ratio is not None:
                compared.setdefault(run.decoder, []).append((ratio, run, race))
    return [_spread(decoder, found) for decoder, found in compared.items()]


def _spread(decoder: str, found: Sequence[tuple[float, Run, RecordedRace]]) -> Spread:
    ratios = sorted(ratio for ratio, _, _ in found)
    return Spread(
        decoder,
        tuple(ratios),
        median(ratios),
        p95(ratios) if len(ratios) >= ENOUGH else None,
        sum(ratio < 1 for ratio in ratios),
        sum(run.agreeing or 0 for _, run, _ in found),
        sum(len(race.keys) for _, _, race in found),
        sum(run.exact or 0 for _, run, _ in found),
        sum(run.judged for _, run, _ in found),
    )
