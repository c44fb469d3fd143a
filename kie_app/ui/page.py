"""The whole page: header, what keeps the model from running, and a tab for each kind of work."""

from __future__ import annotations

from typing import Any

import gradio as gr

from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.library.library import Library
from kie_app.ui.extract.tab import Extract, build_extract
from kie_app.ui.insights.tab import build_insights
from kie_app.ui.race.tab import build_race
from kie_app.ui.review.tab import Review, build_review
from kie_app.ui.shared.events import QUIET
from kie_app.ui.shared.formatting import safe
from kie_app.ui.shared.stalled_events import build_fetcher
from kie_app.ui.shared.visitor import account
from kie_app.web.inbox import Inbox

# Seconds. The page keeps no file with Gradio; but an event that nobody's page sends may name one.
CACHE_SECONDS = 600

HEADER = """
<header class="top-bar">
  <h1>Onepass</h1>
  <p>Every field of a document in one forward pass, beside the same model token by token.</p>
</header>
"""


def build_ui(engine: Engine, library: Library, inbox: Inbox, warm_up: WarmUp) -> gr.Blocks:
    """The page over the engine. Building it loads no model."""
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
        page.load(account, None, who, **QUIET)
        _watch(model, warm_up)
        build_fetcher()
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Race", id="race") as race:
                build_race(page, race, engine, library, inbox, warm_up)
            with gr.Tab("Extract", id="extract") as extract:
                extracting = build_extract(page, extract, engine.settings, library, inbox, warm_up)
            with gr.Tab("Review", id="review", elem_id="review-tab"):
                reviewing = build_review(page, tabs, library)
            with gr.Tab("Insights", id="insights") as insights:
                build_insights(insights, engine.settings, library.store)
        _review_from(extracting, reviewing)
    return page


def _review_from(extracting: Extract, reviewing: Review) -> None:
    """The document that is picked on the Extract tab, opened for review."""

    extracting.review.click(reviewing.open_document, extracting.chosen, reviewing.outputs, **QUIET)


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
