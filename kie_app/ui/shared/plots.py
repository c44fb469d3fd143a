"""The look of every Plotly figure: height, colours, frame."""

from __future__ import annotations

import plotly.graph_objects as go

from kie_app.decoding import BASELINE, HPD, PIP, VERIFIED

HEIGHT = 300
GREY = "#7b8794"
COLOURS = {PIP: "#0f8a83", BASELINE: GREY, HPD: "#b7791f", VERIFIED: "#8b5cf6"}  # by decoder
LOSES = "#c2410c"
PALE = 0.5


def blank(title: str) -> go.Figure:
    """A frame without a chart, until there is something to show."""
    figure = framed(go.Figure(), title)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure.add_annotation(text="after a race", showarrow=False, font_size=13)


def framed(figure: go.Figure, title: str) -> go.Figure:
    """The figure with its title, its height, and the page's own grounds and fonts."""
    figure.update_layout(
        title={"text": title, "x": 0, "xref": "container", "y": 0.98, "yanchor": "top"},
        title_font={"size": 15, "weight": 600},
        height=HEIGHT,
        margin={"l": 66, "r": 18, "t": 64, "b": 46},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 12},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        hoverlabel={"font": {"family": "ui-monospace, monospace", "size": 12}},
        dragmode=False,
        modebar={"remove": ["lasso", "select", "autoscale"]},
    )
    figure.update_xaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor="rgba(128,128,128,0.25)", zeroline=False, automargin=True)
    return figure
