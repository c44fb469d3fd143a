"""The race tab: pick or open a document, name keys, see every decoder fill them on the stage."""

from __future__ import annotations

from typing import Any

import gradio as gr

from kie_app.datasets.samples import load_samples
from kie_app.decoding import DECODERS, DEFAULT_ARMS
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.library.library import Library
from kie_app.ui.keys.editor import build_keys_editor
from kie_app.ui.keys.own_keys import OwnKeys
from kie_app.ui.race import charts, stage
from kie_app.ui.race import sample_cards as samples
from kie_app.ui.race.handlers import RaceHandlers
from kie_app.ui.race.session import Session
from kie_app.ui.race.view import View
from kie_app.ui.shared.elements import cancel_with, drop_zone, html, status_line
from kie_app.ui.shared.events import EVERY, MODEL_TURN, QUIET, say_waiting
from kie_app.web.inbox import Inbox

MODEL: dict[str, Any] = {**MODEL_TURN, "js": say_waiting("#status")}


def build_race(
    page: gr.Blocks,
    tab: gr.Tab,
    engine: Engine,
    library: Library,
    inbox: Inbox,
    warm_up: WarmUp,
) -> None:
    """Lay the tab out in the current context and bind its events; `page` is its root."""
    session = gr.State(Session(), time_to_live=3600)
    with gr.Row(elem_id="sources"):
        cards = _cards(engine)
        drop = drop_zone(
            engine.settings,
            title="Open your own",
            many=False,
            elem_id="upload",
            stop="#race-stop",
        )
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=5, min_width=320):
            editor = build_keys_editor(page, library.schemas, inbox)
        with gr.Column(scale=3, min_width=300):
            arms = _arms()
            with gr.Row(elem_id="fill-row"):
                button = gr.Button("Fill all fields", variant="primary", size="lg", elem_id="fill")
                stop = gr.Button("Stop", size="lg", elem_id="race-stop", scale=0, min_width=90)
            status = html(
                status_line("Pick a sample, or name keys and drop a document."), elem_id="status"
            )
    board = html(
        stage.render(None, None, "", running=False),
        html_template=stage.TEMPLATE,
        js_on_load=stage.SCRIPT,
        elem_id="stage",
    )
    outcome = html("", elem_id="outcome")
    plots = _plots()
    caption = html("", elem_id="caption")

    view = View(session, status, board, outcome, caption, plots)
    handlers = RaceHandlers(engine, library, inbox, warm_up, view)
    named = [editor.names, editor.keys, editor.template]
    cards.select(handlers.keys_of_sample, None, named, **QUIET)
    drop.refuse(handlers.refuse_file, None, view.outputs, **QUIET)
    asked = [*named, arms]
    long = [
        cards.select(handlers.pick_sample, [session, arms], view.outputs, **MODEL),
        drop.upload(handlers.open_file, [session, drop, *asked], view.outputs, **EVERY, **MODEL),
        button.click(handlers.fill, [session, *asked], view.outputs, **MODEL),
    ]
    saved = OwnKeys(library.schemas, inbox)  # also on another tab
    tab.select(saved.choices, None, editor.template, **QUIET)
    cancel_with(stop, long)
    stop.click(handlers.stop, session, view.outputs, **QUIET)


def _arms() -> gr.CheckboxGroup:
    return gr.CheckboxGroup(
        [(one.short, one.name) for one in DECODERS.values()],
        value=list(DEFAULT_ARMS),
        label="Arms",
        elem_id="arms",
    )


def _cards(engine: Engine) -> gr.HTML:
    return html(
        samples.render(load_samples(engine.settings.annotations_dir)),
        html_template=samples.TEMPLATE,
        js_on_load=samples.SCRIPT,
        elem_id="samples",
    )


def _plots() -> tuple[gr.Plot, ...]:
    """Two by two on a wide page, one under the other on a narrow one."""
    frames = charts.empty()
    plots: list[gr.Plot] = []
    for left in range(0, len(frames), 2):
        with gr.Row(elem_classes="charts"):
            plots += [
                gr.Plot(
                    frame, show_label=False, label=title, container=False, min_width=320, scale=1
                )
                for frame, title in zip(
                    frames[left : left + 2], charts.TITLES[left : left + 2], strict=True
                )
            ]
    return tuple(plots)
