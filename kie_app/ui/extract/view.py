"""What belongs to one visit of the Extract tab, and the components that its handlers write to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr


@dataclass(frozen=True)
class Visit:
    """Ids of the documents added since the page was loaded."""

    added: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExtractView:
    """The components that the handlers write to."""

    visit: gr.State
    chosen: gr.State  # the id of the picked document; its own, since a long fill ends after a pick
    status: gr.HTML
    failures: gr.HTML
    shown: gr.Radio
    search: gr.Textbox
    summary: gr.HTML
    grid: gr.Dataframe
    files: gr.HTML
    picked: gr.Row
    name: gr.HTML
    sure: gr.Row

    @property
    def outputs(self) -> list[Any]:
        return list(vars(self).values())
