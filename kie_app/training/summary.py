"""A run of training as a page: losses, learning rate and validation F1 over its steps."""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from kie_app.errors import DataError
from kie_app.training import course

FILE = "training.html"
WINDOW = 20  # steps that a point of a loss curve is the mean of
LOSSES = {
    "next": "next token, nats",
    "slots": "slots, nats",
    "pointers": "pointers, nats",
    "seeds": "seeds, nats",
}


def write(out: Path) -> Path:
    """Draw `out/progress.jsonl` as `out/training.html` and return its path."""
    try:
        rows = course.history(out)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{out} holds no history of a run ({error!r}): give a folder that `train` wrote to."
        ) from error
    path = out / FILE
    figure(rows, out.name).write_html(path, include_plotlyjs=True)
    return path


def figure(rows: list[dict[str, Any]], name: str) -> go.Figure:
    """Losses above, validation F1 below; the losses are running means."""
    steps = [row["step"] for row in rows]
    plot = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    for key, title in LOSSES.items():
        if not all(key in row for row in rows):  # a run from before there was such a loss
            continue
        smooth = [
            mean(row[key] for row in rows[max(0, at + 1 - WINDOW) : at + 1])
            for at in range(len(rows))
        ]
        plot.add_scatter(x=steps, y=smooth, name=title, row=1, col=1)
    judged = [row for row in rows if row.get("f1") is not None]
    plot.add_scatter(
        x=[row["step"] for row in judged],
        y=[row["f1"] for row in judged],
        name="micro F1, validation",
        mode="lines+markers",
        row=2,
        col=1,
    )
    plot.update_yaxes(title_text="loss, nats", type="log", row=1, col=1)
    plot.update_yaxes(title_text="F1", range=[0, 1], row=2, col=1)
    plot.update_xaxes(title_text="step", row=2, col=1)
    plot.update_layout(title=f"{name}: mean of {WINDOW} steps", hovermode="x unified")
    return plot
