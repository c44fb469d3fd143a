"""The Extract tab: many documents in, the same keys asked of all, a grid of values out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from kie_app.config import Settings
from kie_app.engine.warm_up import WarmUp
from kie_app.library.library import Library
from kie_app.ui.extract.grid import FIRST, SHOWN
from kie_app.ui.extract.handlers import STOPPED, ExtractHandlers
from kie_app.ui.extract.view import ExtractView, Visit
from kie_app.ui.keys.editor import build_keys_editor
from kie_app.ui.keys.own_keys import OwnKeys
from kie_app.ui.shared.elements import cancel_with, drop_zone, html, status_line
from kie_app.ui.shared.events import EVERY, MODEL_TURN, QUIET, say_waiting
from kie_app.web.inbox import Inbox

MODEL: dict[str, Any] = {**MODEL_TURN, "js": say_waiting("#extract-status")}


@dataclass(frozen=True)
class Extract:
    """The id of the picked document, and the button that asks to review it."""

    chosen: gr.State
    review: gr.Button


def build_extract(
    page: gr.Blocks,
    tab: gr.Tab,
    settings: Settings,
    library: Library,
    inbox: Inbox,
    warm_up: WarmUp,
) -> Extract:
    """Lay the tab out in the current context and bind its events; `page` is its root."""
    visit, chosen = gr.State(Visit()), gr.State("")
    with gr.Row(elem_classes="extract-sources"):
        drop = drop_zone(settings, title="Add documents", many=True, elem_id="add", stop="#stop")
        samples = gr.Button("Add the samples", elem_id="add-samples", scale=0, min_width=170)
    editor = build_keys_editor(page, library.schemas, inbox, "extract-")
    with gr.Row(elem_classes="extract-run"):
        button = gr.Button("Fill the documents shown", variant="primary", elem_id="fill-all")
        stop = gr.Button("Stop", elem_id="stop", scale=0, min_width=110)
    status = html(status_line("Drop documents, name the keys, fill."), elem_id="extract-status")
    failures = html("", elem_id="failures")
    with gr.Row(elem_classes="extract-shown"):
        shown = gr.Radio(
            list(SHOWN), value="All", label="Show", scale=3, min_width=320, elem_id="shown"
        )
        search = gr.Textbox(
            label="Search", placeholder="names and values", max_lines=1, elem_id="search"
        )
    summary = html("", elem_id="summary")
    grid = gr.Dataframe(
        headers=list(FIRST),
        interactive=False,
        buttons=["fullscreen"],  # a copy would have what the cells sort by
        pinned_columns=1,
        max_chars=60,
        max_height=520,
        visible=False,
        label="Documents and their fields",
        elem_id="grid",
    )
    with gr.Row(visible=False, elem_classes="picked") as picked:
        name = html("", elem_id="picked")
        review = gr.Button("Review", elem_id="picked-review", size="sm", scale=0, min_width=110)
        delete = gr.Button("Delete", elem_id="picked-delete", size="sm", scale=0, min_width=110)
    with gr.Row(visible=False, elem_classes="picked") as sure:
        html(status_line("Delete the document, its file and all corrections for good?"))
        yes = gr.Button("Delete for good", elem_id="delete-yes", size="sm", variant="stop", scale=0)
        no = gr.Button("Keep it", elem_id="delete-no", size="sm", scale=0)
    files = html("", elem_id="extract-files")

    view = ExtractView(
        visit, chosen, status, failures, shown, search, summary, grid, files, picked, name, sure
    )
    handlers = ExtractHandlers(settings, library, inbox, warm_up, view)
    stand = [visit, shown, search]
    tab.select(handlers.show, stand, view.outputs, **QUIET)
    shown.input(handlers.show, stand, view.outputs, **QUIET)
    # Not `input`, which a text that is put in at once does not set off.
    search.change(handlers.show, stand, view.outputs, trigger_mode="always_last", **QUIET)
    asked = [visit, editor.names, editor.keys, editor.template, shown, search]
    long = [
        drop.upload(handlers.add, [visit, drop], view.outputs, **EVERY, **MODEL),
        samples.click(handlers.add_samples, visit, view.outputs, **MODEL),
        button.click(handlers.fill, asked, view.outputs, **MODEL),
    ]
    cancel_with(stop, long)
    stop.click(lambda: status_line(STOPPED), None, status, **QUIET).then(
        handlers.show, stand, view.outputs, **QUIET
    )
    grid.select(handlers.pick, None, view.outputs, **QUIET)
    delete.click(lambda: gr.Row(visible=True), None, sure, **QUIET)
    no.click(lambda: gr.Row(visible=False), None, sure, **QUIET)
    yes.click(handlers.delete, [visit, chosen, shown, search], view.outputs, **QUIET)
    # Keys may have been saved on another tab meanwhile.
    tab.select(OwnKeys(library.schemas, inbox).choices, None, editor.template, **QUIET)
    return Extract(chosen, review)
