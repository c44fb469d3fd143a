"""The Insights tab: what the visitor's races come to, where AR is overtaken, what a page costs."""

from __future__ import annotations

from typing import Any

import gradio as gr

from kie_app.config import Settings
from kie_app.evaluation.break_even import AXES
from kie_app.store import Store
from kie_app.ui.insights import charts, tables
from kie_app.ui.insights.handlers import InsightsHandlers, InsightsView, Seen
from kie_app.ui.shared.elements import html
from kie_app.ui.shared.events import QUIET
from kie_app.ui.shared.plots import blank

# A slider that is dragged asks once more at its end, not at every step.
EAGER: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}


def build_insights(tab: gr.Tab, settings: Settings, store: Store) -> None:
    """Lay the tab out in the current context and bind its events. Everything is read and drawn when
    the tab is opened: charts in a hidden tab have no width."""
    seen = gr.State(Seen())
    _heading(
        "Recorded races", "Your own races, newest first. Only what ran on the same is compared."
    )
    with gr.Row(elem_classes="insights-ask"):
        facts = gr.Dropdown(label="Measured on", choices=[], scale=3, min_width=260)
        time = _time("insights-time", charts.SCOPES)
    about = html("", elem_id="insights-about")
    over_time, spread = _plots(charts.TITLES)
    spreads, races = html(""), html("", elem_id="insights-races")

    _heading("Break-even", "How the speed-up moves with what is asked, measured on made-up forms.")
    origin = html("", elem_id="insights-origin")
    with gr.Column(visible=False, elem_id="insights-explorer") as explorer:
        with gr.Row(elem_classes="insights-ask"):
            keys, length, documents = _sliders()
            sweep_time = _time("insights-sweep-time", charts.SWEEP_SCOPES)
        point = html("", elem_id="insights-point")
        along = _plots(tuple(charts.SWEEP_TITLES[axis] for axis in AXES))

    _heading("Documents per hour and cost", "From the races above, all their seconds counted.")
    with gr.Row(elem_classes="insights-ask"):
        price = gr.Number(
            label="Price of the machine per hour",
            info="In your currency; energy, rent or both",
            value=None,
            scale=0,
            min_width=320,
            elem_id="insights-price",
        )
    costs = html("", elem_id="insights-costs")

    _heading(
        "Race card", "Pick a race to pass on; its card has the command that measures it again."
    )
    with gr.Row(elem_classes="insights-ask"):
        race = gr.Dropdown(
            label="Race", choices=[], scale=3, min_width=260, elem_id="insights-race"
        )
        values = gr.Checkbox(
            label="With values",
            info="and the file's name: documents are private",
            min_width=220,
            elem_id="insights-values",
        )
    card = html("", elem_id="insights-card")
    server = html("", elem_id="insights-server")

    view = InsightsView(
        seen=seen,
        facts=facts,
        time=time,
        about=about,
        over_time=over_time,
        spread=spread,
        spreads=spreads,
        races=races,
        origin=origin,
        explorer=explorer,
        keys=keys,
        length=length,
        documents=documents,
        sweep_time=sweep_time,
        along=along,
        point=point,
        price=price,
        costs=costs,
        race=race,
        values=values,
        card=card,
        server=server,
    )
    _bind(tab, view, InsightsHandlers(settings, store, view))


def _bind(tab: gr.Tab, view: InsightsView, handlers: InsightsHandlers) -> None:
    reckoned = [view.seen, view.facts, view.price]
    compared = [view.seen, *view.compared]
    tab.select(handlers.read, view.compared, [view.seen, *view.figures], **QUIET).success(
        handlers.reckon, reckoned, view.costs, **QUIET
    )
    tab.select(handlers.open_sweep, view.asked, view.explored, **QUIET)
    tab.select(handlers.oversee, None, view.server, **QUIET)
    view.facts.select(handlers.compare, compared, view.figures, **QUIET).success(
        handlers.reckon, reckoned, view.costs, **QUIET
    )
    view.time.input(handlers.compare, compared, view.figures, **QUIET)
    view.price.input(handlers.reckon, reckoned, view.costs, **EAGER)
    for control in view.asked:
        control.input(handlers.explore, view.asked, view.explored, **EAGER)
    for chosen in (view.race.select, view.values.input):
        chosen(handlers.make_card, [view.race, view.values], view.card, **QUIET)


def _heading(title: str, note: str) -> None:
    html(tables.heading(title, note))


def _time(name: str, scopes: dict[Any, str]) -> gr.Radio:
    """Which seconds a speed-up compares."""
    choices = [(scope, time) for time, scope in scopes.items()]
    return gr.Radio(choices, value="decode", label="Speed-up", min_width=220, elem_id=name)


def _sliders() -> tuple[gr.Slider, ...]:
    """Keys, length and documents; the sweep sets how far they reach."""
    named = {"keys": 4, "length": 12, "documents": 1}
    return tuple(
        gr.Slider(
            1,
            16,
            value=start,
            step=1,
            label=charts.UNITS[axis].capitalize(),
            min_width=220,
            elem_id=f"insights-{axis}",
        )
        for axis, start in zip(AXES, named.values(), strict=True)
    )


def _plots(titles: tuple[str, ...]) -> tuple[gr.Plot, ...]:
    """Side by side on a wide page, one under the other on a narrow one."""
    with gr.Row(elem_classes="charts"):
        return tuple(
            gr.Plot(blank(title), show_label=False, label=title, container=False, min_width=320)
            for title in titles
        )
