"""What happens on the Insights tab: races and the sweep in, figures, charts and a card out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from kie_app.config import Settings
from kie_app.engine.facts import machine
from kie_app.errors import StoreError
from kie_app.evaluation import break_even
from kie_app.evaluation.break_even import AXES, Sweep, Time
from kie_app.race import card as race_card
from kie_app.race import picture as race_picture
from kie_app.race.history import Facts, RecordedRace, by_facts, recorded_races
from kie_app.race.spread import speed_up_spreads
from kie_app.race.throughput import checked_price
from kie_app.race.throughput import compare as compare_throughput
from kie_app.store import Store
from kie_app.ui.insights import charts, cost_table, race_tables, server_tables, sweep_tables
from kie_app.ui.shared.elements import Update
from kie_app.ui.shared.errors import shows_errors
from kie_app.ui.shared.formatting import count
from kie_app.ui.shared.visitor import visitor


@dataclass(frozen=True)
class Seen:
    """What was read when the tab was last opened, and whose it is."""

    owner: str = ""
    races: tuple[RecordedRace, ...] = ()


@dataclass(frozen=True)
class InsightsView:
    """The components that the handlers read and write, by their part on the page."""

    seen: gr.State
    facts: gr.Dropdown
    time: gr.Radio
    about: gr.HTML
    over_time: gr.Plot
    spread: gr.Plot
    spreads: gr.HTML
    races: gr.HTML
    origin: gr.HTML
    explorer: gr.Column
    keys: gr.Slider
    length: gr.Slider
    documents: gr.Slider
    sweep_time: gr.Radio
    along: tuple[gr.Plot, ...]
    point: gr.HTML
    price: gr.Number
    costs: gr.HTML
    race: gr.Dropdown
    values: gr.Checkbox
    card: gr.HTML
    server: gr.HTML

    @property
    def asked(self) -> list[Any]:
        """What the sweep is asked."""
        return [self.keys, self.length, self.documents, self.sweep_time]

    @property
    def compared(self) -> list[Any]:
        """What the races are asked."""
        return [self.facts, self.time, self.race]

    @property
    def figures(self) -> list[Any]:
        """What the races answer."""
        shown = [self.about, self.over_time, self.spread, self.spreads, self.races]
        return [*shown, self.facts, self.race, self.card]

    @property
    def explored(self) -> list[Any]:
        """What the sweep answers."""
        return [self.origin, self.explorer, *self.asked[:-1], *self.along, self.point]


class InsightsHandlers:
    """Handlers over the store: each acts for the visitor of its event."""

    def __init__(self, settings: Settings, store: Store, view: InsightsView) -> None:
        self._settings, self._store, self.view = settings, store, view

    @shows_errors
    def read(self, facts: str | None, time: Time, race: str | None, request: gr.Request) -> Update:
        """All races as they stand now."""
        owner = visitor(request).name
        found = Seen(owner, tuple(recorded_races(self._store, owner)))
        return {self.view.seen: found, **self._figures(found.races, facts, time, race)}

    @shows_errors
    def compare(
        self,
        seen: Seen,
        facts: str | None,
        time: Time,
        race: str | None,
        request: gr.Request,
    ) -> Update:
        """The races that were read, of other facts or for another time."""
        return self._figures(_own(seen, request), facts, time, race)

    @shows_errors
    def reckon(
        self, seen: Seen, facts: str | None, price: float | None, request: gr.Request
    ) -> str:
        """Costs at another price."""
        _, shown = _chosen(_own(seen, request), facts)
        return cost_table.costs(compare_throughput(shown), len(shown), checked_price(price))

    @shows_errors
    def oversee(self, request: gr.Request) -> str:
        """What an admin sees of the whole server, nothing for anybody else."""
        store = self._store
        if visitor(request).role != "admin":
            return ""
        return server_tables.server(store.counts(), store.jobs.of_every_owner())

    @shows_errors
    def make_card(self, race: str | None, values: bool, request: gr.Request) -> str:
        """The card of a race, nothing without one."""
        if not race:
            return ""
        owner, store = visitor(request).name, self._store
        kept = store.races.one(owner, race)
        document = store.documents.content(owner, kept.document)
        if document is None:
            raise StoreError("What was read of this race's document is not kept: race it again.")
        card = race_card.card(kept, document, values)
        files = {
            "json": ("application/json", race_card.to_json(card)),
            "png": ("image/png", race_picture.to_png(card)),
        }
        stem = f"onepass-race-{kept.made:%Y-%m-%d-%H%M}"
        return race_tables.card_downloads(stem, files, race_card.summary(card))

    @shows_errors
    def open_sweep(
        self, keys: float, length: float, documents: float, time: Time, request: gr.Request
    ) -> Update:
        """The sweep as it stands now, its sliders as wide as what was measured."""
        visitor(request)
        sweep, view = break_even.load(self._settings), self.view
        if sweep is None:
            command = sweep_tables.no_sweep(self._settings.data_dir)
            return {view.origin: command, view.explorer: gr.Column(visible=False)}
        here = sweep.facts.get("machine") == machine()
        return {
            view.origin: sweep_tables.about(sweep, here),
            view.explorer: gr.Column(visible=True),
            **self._sliders(sweep, (keys, length, documents)),
            **self._explored(sweep, (keys, length, documents), time),
        }

    @shows_errors
    def explore(
        self, keys: float, length: float, documents: float, time: Time, request: gr.Request
    ) -> Update:
        """The measured point that is nearest to the sliders."""
        visitor(request)
        sweep = break_even.load(self._settings)
        if sweep is None:
            return {self.view.explorer: gr.Column(visible=False)}
        return self._explored(sweep, (keys, length, documents), time)

    def _figures(
        self,
        races: Sequence[RecordedRace],
        facts: str | None,
        time: Time,
        race: str | None,
    ) -> Update:
        view = self.view
        chosen, shown = _chosen(races, facts)
        spreads = speed_up_spreads(shown, time)
        kept = race if race in {one.id for one in shown} else None
        about = race_tables.NOTHING
        if shown:
            about = race_tables.about(shown[0].facts, len(shown), len(races) - len(shown))
        return {
            view.facts: gr.Dropdown(choices=_groups(races), value=chosen),
            view.about: about,
            view.over_time: charts.over_time(shown, time),
            view.spread: charts.spread(shown, spreads, time),
            view.spreads: race_tables.spreads(spreads, time),
            view.races: race_tables.races(shown),
            view.race: gr.Dropdown(choices=[(_title(one), one.id) for one in shown], value=kept),
            view.card: gr.skip() if kept else "",
        }

    def _sliders(self, sweep: Sweep, asked: tuple[float, float, float]) -> Update:
        """As wide as what was measured, where they stand or as near as they then can."""
        sliders = (self.view.keys, self.view.length, self.view.documents)
        updates = {}
        for slider, axis, stands in zip(sliders, AXES, asked, strict=True):
            measured = [getattr(point, axis) for point in sweep.points]
            low, high = min(measured), max(measured)
            value = min(max(stands, low), high)
            updates[slider] = gr.Slider(
                minimum=low, maximum=high, value=value, interactive=low < high
            )
        return updates

    def _explored(self, sweep: Sweep, asked: tuple[float, float, float], time: Time) -> Update:
        point = sweep.nearest(*asked)
        wins = sweep_tables.losses(sweep, time)
        plots = [charts.along(sweep, axis, point, time) for axis in AXES]
        table = sweep_tables.point(point, dict(zip(AXES, asked, strict=True)), wins)
        return {self.view.point: table, **dict(zip(self.view.along, plots, strict=True))}


def _own(seen: Seen, request: gr.Request) -> tuple[RecordedRace, ...]:
    """What was read, to whoever read it."""
    return seen.races if visitor(request).name == seen.owner else ()


def _groups(races: Sequence[RecordedRace]) -> list[tuple[str, str]]:
    """Everything that races were measured on, with the number of races."""
    found = by_facts(races).items()
    return [(f"{count(len(of), 'race')}: {_in_words(facts)}", _id(facts)) for facts, of in found]


def _chosen(
    races: Sequence[RecordedRace], asked: str | None
) -> tuple[str | None, list[RecordedRace]]:
    """The races measured on what has this id, else on what the newest was."""
    found = {_id(facts): of for facts, of in by_facts(races).items()}
    if not found:
        return None, []
    chosen = asked if asked in found else next(iter(found))
    return chosen, found[chosen]


def _id(facts: Facts) -> str:
    return json.dumps(facts)


def _in_words(facts: Facts) -> str:
    return ", ".join(f"{value} {name}" if value.isdigit() else value for name, value in facts)


def _title(race: RecordedRace) -> str:
    return f"{charts.when(race.made)}, {race.name}, {count(len(race.keys), 'key')}"
