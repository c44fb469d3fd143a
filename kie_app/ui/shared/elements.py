"""Elements that several tabs are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.events import Dependency

from kie_app.config import Settings
from kie_app.ui.shared.drop_zone import ACCEPT, SCRIPT, TEMPLATE
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
        html_template=TEMPLATE,
        js_on_load=SCRIPT,
        limit=settings.max_file_mb,
        accept=ACCEPT,
        many=many,
        stop=stop,
        title=title,
        elem_id=elem_id,
    )


Update = dict[Any, Any]


def status_line(text: str, mood: str = "") -> str:
    return f'<p class="{mood}">{safe(text)}</p>'
