"""A reliability diagram as a page for the browser: how often answers are right against how sure.

One trace a decoder, one point a bin of `reliability`; on the diagonal a confidence means
what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from kie_app.errors import DataError

HOVER = "confidence %{x:.3f}<br>right %{y:.3f}<br>%{customdata} answers"


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Draw a result of `evaluate` into one file that needs no other."""
    page = figure(result).to_html(include_plotlyjs=True)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"{path} cannot be written ({error.strerror}): pass --plot another file."
        ) from error


def figure(result: Mapping[str, Any]) -> go.Figure:
    """The bins that hold answers, by their mean confidence and the share that is right."""
    plot = go.Figure()
    plot.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "color": "gray"},
        name="as sure as right",
        hoverinfo="skip",
    )
    for name, arm in result["decoders"].items():
        bins = [one for one in arm["reliability"] if one["count"]]
        plot.add_scatter(
            x=[one["confidence"] for one in bins],
            y=[one["right"] for one in bins],
            customdata=[one["count"] for one in bins],
            hovertemplate=HOVER,
            mode="lines+markers",
            name=f"{name}, calibration error {arm['calibration_error']:.3f}",
        )
    run = result["run"]
    title = f"Reliability on {run['folder']}: {result['documents']} documents, {run['lines']} lines"
    plot.update_xaxes(title_text="confidence", range=[0, 1])
    plot.update_yaxes(title_text="share right (normalised match)", range=[0, 1.02])
    plot.update_layout(title=title)
    return plot
