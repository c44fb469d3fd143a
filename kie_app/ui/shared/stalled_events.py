"""Fetch answers that Gradio leaves on the server; `stalled_events.js` says when and why."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

HEAD = f"<script>{Path(__file__).with_suffix('.js').read_text('utf-8')}</script>"


def build_fetcher() -> None:
    """The button that the script in HEAD clicks: any event brings what waits."""
    button = gr.Button("Fetch", visible="hidden", elem_id="fetch-stalled")
    button.click(lambda: None, api_visibility="private", show_progress="hidden")
