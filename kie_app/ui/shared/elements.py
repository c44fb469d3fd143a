"""Elements that several tabs are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.events import Dependency

from kie_app.config import Settings
from kie_app.ui.shared import drop_zone as zones
from kie_app.ui.shared import file_button as file_buttons
from kie_app.ui.shared.formatting import safe


def html(value: Any, **options: Any) -> gr.HTML:
    """HTML that brings its own looks."""
    return gr.HTML(value, apply_default_css=False, padding=False, **options)


def cancel_with(button: gr.Button, events: Sequence[Dependency]) -> None:
    """Let a click cancel each of the events. By a listener each: a single one would cancel them in
    turn, and waiting for the first to end it would take a run begun meanwhile for one to cancel."""
    for event in events:
        button.click(None, cancels=event, api_visibility="private")


def drop_zone(settings: Settings, *, title: str, many: bool, elem_id: str, stop: str) -> gr.HTML:
    """A place to drop one document or `many`; a click on `stop`, a CSS selector, ends sending."""
    return html(
        None,
        html_template=zones.TEMPLATE,
        js_on_load=zones.SCRIPT,
        limit=settings.max_file_mb,
        accept=zones.ACCEPT,
        many=many,
        stop=stop,
        title=title,
        elem_id=elem_id,
    )


def file_button(settings: Settings, *, title: str, accept: str, elem_id: str) -> gr.HTML:
    """A button for one file of the endings in `accept`."""
    return html(
        None,
        html_template=file_buttons.TEMPLATE,
        js_on_load=file_buttons.SCRIPT,
        limit=settings.max_file_mb,
        accept=accept,
        title=title,
        elem_id=elem_id,
    )


Update = dict[Any, Any]


def status_line(text: str, mood: str = "") -> str:
    return f'<p class="{mood}">{safe(text)}</p>'
