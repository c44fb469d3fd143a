"""The Review tab: a queue of documents, the page on the left, its fields on the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from kie_app.library.library import Library
from kie_app.ui.review import board as review_board
from kie_app.ui.review.handlers import ReviewHandlers, refused, server_functions
from kie_app.ui.shared.events import QUIET

# A reload brings a person back to where they were, above all where something waits to be saved;
# whoever logs out leaves nothing for the next one. Gradio draws a tab when it is first opened, so
# `review.js` cannot do this.
COME_BACK = """() => {
  document.addEventListener('submit', event => {
    if (event.target.matches('form.account')) sessionStorage.removeItem('onepass.review');
  });
  try {
    const kept = JSON.parse(sessionStorage.getItem('onepass.review'));
    if (kept.here || kept.outbox.length) document.getElementById('review-tab-button').click();
  } catch { /* nothing was kept */ }
}"""


@dataclass(frozen=True)
class Review:
    """How another tab opens a document here: an event whose handler returns
    `open_document(id, request)` for `outputs`."""

    tabs: gr.Tabs
    board: gr.HTML
    open_document: Callable[[str, gr.Request], tuple[Any, Any]]

    @property
    def outputs(self) -> list[Any]:
        return [self.tabs, self.board]


def build_review(page: gr.Blocks, tabs: gr.Tabs, library: Library) -> Review:
    """Lay the tab out in the current context; `page` is its root, `tabs` holds it as "review"."""
    handlers = ReviewHandlers(library)
    board = gr.HTML(
        review_board.blank(),
        html_template=review_board.TEMPLATE,
        js_on_load=review_board.SCRIPT,
        server_functions=server_functions(handlers),
        apply_default_css=False,
        padding=False,
        elem_id="review",
    )
    board.refused(refused, None, None, **QUIET)
    page.load(None, None, None, js=COME_BACK)
    return Review(tabs, board, handlers.open_document)
