"""Fetch answers that Gradio leaves on the server; `catch_up.js` says when and why that happens."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

HEAD = f"<script>{Path(__file__).with_suffix('.js').read_text('utf-8')}</script>"


def build_catch_up() -> None:
    """The button that the script in HEAD clicks: any event brings what waits."""
    button = gr.Button("Catch up", visible="hidden", elem_id="catch-up")
    button.click(lambda: None, api_visibility="private", show_progress="hidden")
