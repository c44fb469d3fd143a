"""The timing charts, as Plotly figures of fixed height; colours that read on light and dark.

Text and grid colours come from the page's stylesheet, so that a figure follows the theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from kie_app.decoding import BASELINE
from kie_app.race.figures import ArmFigures, Label, figures_of
from kie_app.types import Extraction, Pass
from kie_app.ui.shared.formatting import count, short, times
from kie_app.ui.shared.plots import COLOURS, GREY, LOSES, PALE, blank, framed

PHASES = {"OCR": "#8a929c", "prefill": "#5577a6", "decode": "#0f8a83"}
KINDS = {
    "prefill": "#5577a6",
    "fill": "#0f8a83",
    "again": "#b7791f",
    "step": GREY,
    "verify": "#8b5cf6",
}
TITLES = (
    "Forward passes over time",
    "Where the time goes",
    "Speed-up over AR",
    "Passes and tokens per second",
)


def charts(
    extractions: Sequence[Extraction], ocr: float, label: Label | None
) -> tuple[go.Figure, ...]:
    """All four figures, in the order of `TITLES`."""
    rows = figures_of(extractions, ocr, label)
    return timeline(extractions), phases(rows), speedups(rows), rates(rows)


@cache  # always the same, and a tenth of a second to make
def empty() -> tuple[go.Figure, ...]:
    """The four frames before a race, as high as they will be after it."""
    return tuple(blank(title) for title in TITLES)


def timeline(extractions: Sequence[Extraction]) -> go.Figure:
    """One bar a forward pass, from its start to its end, a row an arm."""
    figure = go.Figure()
    ends = [one.stats.prefill + one.stats.decode for one in extractions]
    scale, unit = _unit(max(ends, default=0.0))
    for kind in KINDS:
        passes = [
            (short(one.decoder), part, number)
            for one in extractions
            for number, part in enumerate(one.stats.passes, 1)
            if part.kind == kind
        ]
        if passes:
            figure.add_bar(
                name=kind,
                orientation="h",
                y=[arm for arm, _, _ in passes],
                base=[scale * part.start for _, part, _ in passes],
                x=[scale * part.seconds for _, part, _ in passes],
                marker={"color": KINDS[kind], "line": {"width": 0.5, "color": "rgba(0,0,0,0.35)"}},
                hovertext=[_hover(arm, part, number) for arm, part, number in passes],
                hoverinfo="text",
            )
    figure.update_layout(barmode="overlay", bargap=0.45, showlegend=True)
    figure.update_xaxes(title_text=f"{unit} since the arm began", rangemode="tozero")
    return framed(_downwards(figure, [short(one.decoder) for one in extractions]), TITLES[0])


def _unit(longest: float) -> tuple[float, str]:
    """What to multiply seconds with, and the unit that then keeps the axis readable."""
    return (1.0, "s") if longest >= 10 else (1000.0, "ms")


def _hover(arm: str, part: Pass, number: int) -> str:
    return (
        f"{arm}, pass {number}: {part.kind}<br>{count(part.tokens, 'token')}, "
        f"{1000 * part.seconds:.1f} ms"
    )


def phases(rows: Sequence[ArmFigures]) -> go.Figure:
    """OCR, prefill and decode stacked, a row an arm."""
    figure = go.Figure()
    scale, unit = _unit(max((row.total for row in rows), default=0.0))
    for name, colour in PHASES.items():
        figure.add_bar(
            name=name,
            orientation="h",
            y=[short(row.decoder) for row in rows],
            x=[scale * _phase(row, name) for row in rows],
            marker_color=colour,
            hovertemplate="%{y}, " + name + ": %{x:.3~f} " + unit + "<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=0.45)
    figure.update_xaxes(title_text=unit, rangemode="tozero")
    return framed(_downwards(figure, [short(row.decoder) for row in rows]), TITLES[1])


def _phase(row: ArmFigures, name: str) -> float:
    return {"OCR": row.ocr, "prefill": row.prefill, "decode": row.decode}[name]


def speedups(rows: Sequence[ArmFigures]) -> go.Figure:
    """AR's time over each arm's, for decoding alone and end to end, with the even mark at 1."""
    shown = [row for row in rows if row.decoder != BASELINE and row.decode_ratio is not None]
    if not shown:
        return blank(TITLES[2])
    figure = go.Figure()
    decode = [row.decode_ratio or 0.0 for row in shown]
    total = [row.total_ratio or 0.0 for row in shown]
    for name, ratios, opacity in (("decode", decode, 1.0), ("end to end", total, PALE)):
        figure.add_bar(
            name=name,
            x=[_with_accuracy(row) for row in shown],
            y=ratios,
            marker={"color": list(map(_winner, shown, ratios)), "opacity": opacity},
            text=[times(ratio) + ("" if ratio >= 1 else "<br>AR wins") for ratio in ratios],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}<br>" + name + ": AR takes %{y:.2f} times as long<extra></extra>",
            showlegend=False,
        )
    _legend_swatches(figure)
    figure.add_hline(y=1, line_width=1, line_dash="dot", line_color=GREY)
    figure.update_layout(barmode="group", bargap=0.4)
    top = 1.25 * max(1.0, *decode, *total)
    figure.update_yaxes(title_text="AR time / arm time", range=[0, top])
    return framed(figure, TITLES[2])


def _winner(row: ArmFigures, ratio: float) -> str:
    """The arm's colour where it is faster than AR, a warning where AR wins."""
    return COLOURS.get(row.decoder, GREY) if ratio >= 1 else LOSES


def _with_accuracy(row: ArmFigures) -> str:
    """The arm's name over its accuracy, so that no speed-up stands without it."""
    if row.exact is not None:
        return f"{short(row.decoder)}<br>{row.exact} of {row.judged} exact"
    return f"{short(row.decoder)}<br>{row.agreeing} of {row.keys} as AR"


def _legend_swatches(figure: go.Figure) -> None:
    """A legend whose strong and pale squares stand for decode and end to end, whatever the arm."""
    for name, opacity in (("decode", 1.0), ("end to end", PALE)):
        figure.add_scatter(
            name=name,
            x=[None],
            y=[None],
            mode="markers",
            marker={"symbol": "square", "size": 10, "color": "#5577a6", "opacity": opacity},
        )


def rates(rows: Sequence[ArmFigures]) -> go.Figure:
    """Forward passes, and tokens written per second of decoding, beside each other. Where all
    values were copied from the page nothing was written, so there is no rate."""
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.24)
    passes = [float(row.passes) for row in rows]
    written = [row.rate or 0.0 for row in rows]
    shown = (
        ("forward passes", passes, [f"{one:.0f}" for one in passes], list(map(_passes, rows))),
        ("tokens / s of decoding", written, list(map(_rate, rows)), list(map(_written, rows))),
    )
    for column, (unit, values, text, hover) in enumerate(shown, 1):
        figure.add_bar(
            row=1,
            col=column,
            x=[short(row.decoder) for row in rows],
            y=values,
            marker_color=[COLOURS.get(row.decoder, GREY) for row in rows],
            text=text,
            textposition="outside",
            cliponaxis=False,
            hovertext=hover,
            hoverinfo="text",
            showlegend=False,
        )
        top = 1.2 * max(1.0, *values)
        figure.update_yaxes(title_text=unit, range=[0, top], row=1, col=column)
    figure.update_layout(bargap=0.4)
    return framed(figure, TITLES[3])


def _rate(row: ArmFigures) -> str:
    return "copied" if row.rate is None else f"{row.rate:.0f}"


def _passes(row: ArmFigures) -> str:
    return f"{short(row.decoder)}: {count(row.passes, 'pass')}"


def _written(row: ArmFigures) -> str:
    """The rate and the tokens that were counted, with those that were not beside them."""
    copied = f"{count(row.copied, 'token')} copied from the page"
    if row.rate is None:
        return f"{short(row.decoder)}: {copied}, none written"
    rate = f"{short(row.decoder)}: {row.rate:.1f} tokens a second<br>{row.written} written"
    return f"{rate}, {copied}" if row.copied else rate


def _downwards(figure: go.Figure, names: Sequence[str]) -> go.Figure:
    """The arms as rows, the first on top; an arm without a pass keeps its row."""
    figure.update_yaxes(categoryorder="array", categoryarray=list(names), autorange="reversed")
    return figure
