"""What decoders do in an hour and what a thousand pages cost, over the races that they share.

Two decoders are compared on the same documents alone. So the comparison holds the races in which
every compared decoder ran, AR among them. No display.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kie_app.decoding import BASELINE
from kie_app.errors import DataError
from kie_app.race.history import RecordedRace

HOUR = 3600.0
THOUSAND = 1000


@dataclass(frozen=True)
class Throughput:
    """What one decoder took for a number of races, in seconds, and for how many pages."""

    decoder: str
    races: int
    pages: int
    ocr: float
    prefill: float
    decode: float

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


@dataclass(frozen=True)
class Comparison:
    """`shared` over the same races; `apart` are decoders that share no race with all of those, each
    over its own."""

    shared: tuple[Throughput, ...] = ()
    apart: tuple[Throughput, ...] = ()


def compare(races: Sequence[RecordedRace]) -> Comparison:
    """AR and as many others as have a race in common, those with the most races first. Only runs
    that were timed count; the decoders come in the order of the races."""
    ran: dict[str, dict[int, RecordedRace]] = {}
    for number, race in enumerate(races):
        for run in race.runs:
            if run.passes:
                ran.setdefault(run.decoder, {})[number] = race
    shared = set(ran.get(BASELINE, ()))
    compared = {BASELINE} if shared else set()
    for decoder in sorted(ran, key=lambda one: -len(shared & ran[one].keys())):
        if common := shared & ran[decoder].keys():
            shared = common
            compared.add(decoder)
    together = [races[number] for number in sorted(shared)]
    return Comparison(
        tuple(_throughput(one, together) for one in ran if one in compared),
        tuple(_throughput(one, list(ran[one].values())) for one in ran if one not in compared),
    )


def _throughput(decoder: str, races: Sequence[RecordedRace]) -> Throughput:
    runs = [run for race in races if (run := race.run(decoder)) is not None]
    return Throughput(
        decoder,
        len(races),
        sum(race.pages for race in races),
        sum(run.ocr for run in runs),
        sum(run.prefill for run in runs),
        sum(run.decode for run in runs),
    )


def checked_price(typed: float | None) -> float | None:
    """A price per machine hour as it was typed, None where nothing was (a browser may send 0);
    DataError when it can be none."""
    if typed is not None and not 0 <= typed < math.inf:
        raise DataError(f"The price is {typed}: type a number that is not below 0.")
    return typed or None
