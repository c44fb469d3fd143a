"""The components that the race's handlers write to, and what an update of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr


@dataclass(frozen=True)
class View:
    """Components by their part on the page; `outputs` is what an event may update."""

    session: gr.State
    status: gr.HTML
    stage: gr.HTML
    results: gr.HTML
    caption: gr.HTML
    plots: tuple[gr.Plot, ...]

    @property
    def outputs(self) -> list[Any]:
        shown = (self.status, self.stage, self.results, self.caption, *self.plots)
        return [self.session, *shown]
