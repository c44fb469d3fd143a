"""The whole page: header, what keeps the model from running, and the race."""

from __future__ import annotations

from typing import Any

import gradio as gr

from kie_app.services import Services
from kie_app.ui.grants import Grants
from kie_app.ui.race import build_race
from kie_app.ui.readiness import WarmUp
from kie_app.ui.visitor import account
from kie_app.ui.words import safe

# Seconds; what Gradio keeps of an upload that its handler never saw goes after this.
CACHE_SECONDS = 600

HEADER = """
<header class="top-bar">
  <h1>Onepass</h1>
  <p>Every field of a document in one forward pass, beside the same model token by token.</p>
</header>
"""


def build_ui(services: Services, grants: Grants, warm_up: WarmUp) -> gr.Blocks:
    """The page over the services. Building it loads no model."""
    page = gr.Blocks(
        title="Onepass",
        analytics_enabled=False,
        delete_cache=(CACHE_SECONDS, CACHE_SECONDS),
        fill_width=True,
    )
    with page:
        with gr.Row(elem_id="top"):
            gr.HTML(HEADER, apply_default_css=False, padding=False)
            model = gr.HTML(model_line(warm_up), apply_default_css=False, elem_id="model")
            who = gr.HTML("", apply_default_css=False, padding=False, elem_id="account")
        page.load(account, None, who, api_visibility="private", queue=False, show_progress="hidden")
        _watch(model, warm_up)
        build_race(page, services, grants, warm_up)
    return page


def model_line(warm_up: WarmUp) -> str:
    """Whether the model is there; when it is not, what is missing and how to mend it."""
    if warm_up.trouble:
        return f'<p class="model bad" role="alert"><b>No model.</b> {safe(warm_up.trouble)}</p>'
    if warm_up.over:
        return '<p class="model good">model ready</p>'
    return '<p class="model busy">loading the model\N{HORIZONTAL ELLIPSIS}</p>'


def _watch(model: gr.HTML, warm_up: WarmUp) -> None:
    """Ask once a second until the model is there or cannot be had."""
    timer = gr.Timer(1.0)

    def look() -> tuple[Any, Any]:
        return model_line(warm_up), gr.Timer(active=not warm_up.over)

    timer.tick(look, None, [model, timer], api_visibility="private", show_progress="hidden")
