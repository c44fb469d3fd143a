"""How events of the page are bound: who waits for the model, and what is said meanwhile."""

from __future__ import annotations

from typing import Any

# Queued, although quick: Gradio tells of a changed State only after a queued event.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

WAITING = "Waiting for the model\N{HORIZONTAL ELLIPSIS}"
# Whatever uses the model or OCR: one at a time, so that no two disturb each other's times.
MODEL_TURN: dict[str, Any] = {**QUIET, "concurrency_id": "model", "concurrency_limit": 1}

EVERY: dict[str, Any] = {"trigger_mode": "multiple"}  # a drop counts while the last one is read


def say_waiting(status: str) -> str:
    """JavaScript that says so in a status line before the event has its turn."""
    return f"""(...args) => {{
      const line = document.querySelector('{status} p');
      if (line) {{
        line.textContent = '{WAITING}';
        line.className = '';
      }}
      return args;
    }}"""
