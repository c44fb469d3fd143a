"""What an owner's recorded races come to: speed-ups, how they spread, throughput and cost.

A speed-up is AR's time over the arm's: above 1 the arm is faster, below 1 AR is. Races are put
together only where everything that they were measured on is the same (`Facts`). No display.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from kie_app.config import Settings
from kie_app.errors import DataError
from kie_app.evaluation import break_even
from kie_app.evaluation.break_even import Sweep, Time
from kie_app.evaluation.costs import BASE
from kie_app.model import checkpoint as checkpoints
from kie_app.race.figures import KNOWN, Label, Run, baseline, run_of
from kie_app.store import Store, StoredRace
from kie_app.types import Document

SWEEP = "sweep.json"
HOUR = 3600.0
THOUSAND = 1000

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Recorded:
    """A race in figures; `name` is the document's, `keys` those that were asked."""

    id: str
    made: datetime
    name: str
    pages: int
    keys: tuple[str, ...]
    facts: Facts
    runs: tuple[Run, ...]

    def run(self, decoder: str) -> Run | None:
        return next((one for one in self.runs if one.decoder == decoder), None)


def recorded_races(store: Store, owner: str) -> list[Recorded]:
    """The owner's races in figures, as `races_with_documents` has them. What a person
    verified since is the label, but for what is illegible: nobody knows its value."""
    said = store.answers.standing(owner)
    labels = {
        document: {key: one.value or "" for key, one in fields.items() if one.state in KNOWN}
        for document, fields in said.items()
    }
    return [
        recorded_race(race, document, labels.get(race.document))
        for race, document in races_with_documents(store, owner)
    ]


def races_with_documents(store: Store, owner: str) -> list[tuple[StoredRace, Document]]:
    """All races of the owner, newest first, each with what was read of its document. A race on a
    document whose text was never kept has no time of OCR and no pages, and is left out."""
    kept = store.races.of(owner)
    read = {one: store.documents.content(owner, one) for one in {race.document for race in kept}}
    known = ((race, read[race.document]) for race in kept)
    return [(race, document) for race, document in known if document is not None]


def recorded_race(race: StoredRace, document: Document, label: Label | None = None) -> Recorded:
    """A stored race in figures; `document` needs no page images."""
    base = baseline(race.result)
    return Recorded(
        race.id,
        race.made,
        document.name,
        len(document.pages),
        tuple(key.name for key in race.schema.keys),
        tuple(race.facts.items()),
        tuple(run_of(one, base, document.ocr_seconds, label) for one in race.result),
    )


def by_facts(races: Iterable[Recorded]) -> dict[Facts, list[Recorded]]:
    """The races that were measured on the same, in the order in which they come."""
    groups: dict[Facts, list[Recorded]] = {}
    for race in races:
        groups.setdefault(race.facts, []).append(race)
    return groups


@dataclass(frozen=True)
class Spread:
    """How one decoder's speed-ups spread over races: p95 by nearest rank. `lost` of `ratios` are
    below 1; `agreeing` of `keys` values are AR's, `exact` of `judged` their labels', in the same
    races."""

    decoder: str
    ratios: tuple[float, ...]
    median: float
    p95: float
    lost: int
    agreeing: int
    keys: int
    exact: int
    judged: int


def speed_up_spreads(races: Sequence[Recorded], time: Time) -> list[Spread]:
    """A spread for each decoder but AR that a race compared with it."""
    compared: dict[str, list[tuple[float, Run, Recorded]]] = {}
    for race in races:
        for run in race.runs:
            ratio = run.ratio(time)
            if run.decoder != BASE and ratio is not None:
                compared.setdefault(run.decoder, []).append((ratio, run, race))
    return [_spread(decoder, found) for decoder, found in compared.items()]


def _spread(decoder: str, found: Sequence[tuple[float, Run, Recorded]]) -> Spread:
    ordered = sorted(ratio for ratio, _, _ in found)
    return Spread(
        decoder,
        tuple(ordered),
        median(ordered),
        ordered[math.ceil(0.95 * len(ordered)) - 1],
        sum(ratio < 1 for ratio in ordered),
        sum(run.agreeing or 0 for _, run, _ in found),
        sum(len(race.keys) for _, _, race in found),
        sum(run.exact or 0 for _, run, _ in found),
        sum(run.judged for _, run, _ in found),
    )


@dataclass(frozen=True)
class Throughput:
    """What one decoder took for all races it ran in, in seconds, and for how many pages.
    `baseline` is AR's time in the same races, None where it was not in all of them."""

    decoder: str
    races: int
    pages: int
    ocr: float
    prefill: float
    decode: float
    baseline: float | None

    @property
    def seconds(self) -> float:
        return self.ocr + self.prefill + self.decode

    @property
    def documents_an_hour(self) -> float:
        return HOUR * self.races / self.seconds

    @property
    def pages_an_hour(self) -> float:
        return HOUR * self.pages / self.seconds

    def cost(self, price: float) -> float:
        """Of a thousand pages at a `price` per machine hour, in the price's currency."""
        return price * self.seconds / HOUR / self.pages * THOUSAND


def throughputs(races: Sequence[Recorded]) -> list[Throughput]:
    """Each decoder over the races that timed it."""
    timed: dict[str, list[tuple[Run, Recorded]]] = {}
    for race in races:
        for run in race.runs:
            if run.passes:
                timed.setdefault(run.decoder, []).append((run, race))
    return [_throughput(decoder, found) for decoder, found in timed.items()]


def _throughput(decoder: str, found: Sequence[tuple[Run, Recorded]]) -> Throughput:
    bases = [race.run(BASE) for _, race in found]
    known = [base.total for base in bases if base is not None]
    return Throughput(
        decoder,
        len(found),
        sum(race.pages for _, race in found),
        sum(run.ocr for run, _ in found),
        sum(run.prefill for run, _ in found),
        sum(run.decode for run, _ in found),
        sum(known) if len(known) == len(bases) else None,
    )


def checked_price(typed: float | None) -> float | None:
    """A price per machine hour as it was typed, None where nothing was (a browser may send 0);
    DataError when it can be none."""
    if typed is not None and not 0 <= typed < math.inf:
        raise DataError(f"The price is {typed}: type a number that is not below 0.")
    return typed or None


def sweep_file(settings: Settings) -> Path | None:
    """The sweep that was measured here, else the one that the default checkpoint comes with."""
    shipped = checkpoints.registry(settings.models_dir)["default"]
    own = settings.data_dir / SWEEP
    found = [own] if shipped is None else [own, settings.models_dir / shipped / SWEEP]
    return next((path for path in found if path.is_file()), None)


def load_sweep(settings: Settings) -> Sweep | None:
    """The sweep to show; DataError when its file is damaged."""
    path = sweep_file(settings)
    return None if path is None else break_even.read(path)
