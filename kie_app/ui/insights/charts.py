"""The charts of the Insights tab: speed-ups race by race, their spread, and where AR is overtaken.

A speed-up's axis is logarithmic, so that twice as fast and half as fast are as far from even; the
ground where AR is faster is tinted. Points of a sweep are measured ones and not joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import log10

import plotly.graph_objects as go

from kie_app.decoding import BASELINE, DECODERS
from kie_app.evaluation.break_even import Arm, Axis, Point, Sweep, Time
from kie_app.race.figures import Run
from kie_app.race.history import RecordedRace
from kie_app.race.spread import ENOUGH, Spread
from kie_app.ui.shared.formatting import count, safe, seconds, short, times
from kie_app.ui.shared.plots import COLOURS, GREY, LOSES, blank, framed

TITLES = ("Speed-up over AR, race by race", "How the speed-ups spread")
SWEEP_TITLES: dict[Axis, str] = {
    "keys": "Speed-up by number of keys",
    "length": "Speed-up by length of a value",
    "documents": "Speed-up by stacked documents",
}
SCOPES: dict[Time, str] = {"decode": "in decoding", "total": "end to end"}
SWEEP_SCOPES: dict[Time, str] = {"decode": "in decoding", "total": "with prefill"}
UNITS: dict[Axis, str] = {
    "keys": "keys",
    "length": "tokens a value",
    "documents": "documents in a stack",
}
TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
LOWEST = 0.001
CLEAR = "rgba(0,0,0,0)"
SHORTEST = timedelta(minutes=10)  # of an axis of time, which would else count a race's milliseconds


def when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def over_time(races: Sequence[RecordedRace], time: Time) -> go.Figure:
    """A mark for each arm of each race, at its time."""
    figure, shown = go.Figure(), list[float]()
    for decoder in others(run.decoder for race in races for run in race.runs):
        found = _compared(races, decoder, time)
        if not found:
            continue
        shown += [ratio for ratio, _, _ in found]
        figure.add_scatter(
            name=short(decoder),
            mode="markers",
            x=[race.made.replace(tzinfo=None) for _, _, race in found],
            y=[ratio for ratio, _, _ in found],
            marker={"color": COLOURS.get(decoder, GREY), "size": 9, "opacity": 0.85},
            hovertext=[_hover(ratio, run, race, time) for ratio, run, race in found],
            hoverinfo="text",
        )
    if not shown:
        return blank(TITLES[0])
    figure.update_layout(showlegend=True)
    times_shown = [race.made.replace(tzinfo=None) for race in races]
    edge = max(SHORTEST - (max(times_shown) - min(times_shown)), SHORTEST / 10) / 2
    figure.update_xaxes(
        title_text="time of the race (UTC)",
        nticks=5,
        range=[min(times_shown) - edge, max(times_shown) + edge],
    )
    return framed(_ratios(figure, shown, SCOPES[time]), TITLES[0])


def spread(races: Sequence[RecordedRace], spreads: Sequence[Spread], time: Time) -> go.Figure:
    """All races of each arm with their median; from ENOUGH races on, a box and the p95 as well."""
    figure, shown = go.Figure(), list[float]()
    order = [one.decoder for one in spreads]
    for decoder in others(order):
        one = spreads[order.index(decoder)]
        shown += one.ratios
        label = f"{short(decoder)}<br>median {times(one.median)}<br>{_p95(one)}"
        _points(figure, label, _compared(races, decoder, time), one, time)
        _mark(figure, label, decoder, f"median {times(one.median)}", one.median)
        if one.p95 is not None:
            _mark(figure, label, decoder, f"p95 {times(one.p95)}", one.p95)
    if not shown:
        return blank(TITLES[1])
    figure.update_xaxes(tickangle=0, tickfont_size=10.5)  # turned, they would not be read
    return framed(_ratios(figure, shown, SCOPES[time]), TITLES[1])


def _p95(one: Spread) -> str:
    return f"p95 from {ENOUGH} races on" if one.p95 is None else f"p95 {times(one.p95)}"


def _points(
    figure: go.Figure,
    label: str,
    found: Sequence[tuple[float, Run, RecordedRace]],
    spread: Spread,
    time: Time,
) -> None:
    """The races beside each other; the box around them is not drawn where they are too few."""
    colour = COLOURS.get(spread.decoder, GREY)
    hidden = {"fillcolor": CLEAR, "line": {"color": CLEAR}}
    figure.add_box(
        name=label,
        x=[label] * len(found),
        y=[ratio for ratio, _, _ in found],
        boxpoints="all",
        jitter=0.5,
        pointpos=0,
        width=0.5,
        marker={"color": colour, "size": 6, "opacity": 0.7},
        hoveron="points",
        hovertext=[_hover(ratio, run, race, time) for ratio, run, race in found],
        hoverinfo="text",
        showlegend=False,
        **({"line": {"width": 1.5}} if spread.p95 is not None else hidden),
    )


def _mark(figure: go.Figure, label: str, decoder: str, text: str, ratio: float) -> None:
    """A line across an arm's races at one of their figures."""
    figure.add_scatter(
        x=[label],
        y=[ratio],
        mode="markers",
        marker={
            "symbol": "line-ew",
            "size": 34,
            "line": {"width": 3, "color": COLOURS.get(decoder, GREY)},
        },
        hovertext=[f"{short(decoder)}: {text}"],
        hoverinfo="text",
        showlegend=False,
    )


def along(sweep: Sweep, axis: Axis, chosen: Point, time: Time) -> go.Figure:
    """The measured points that differ from the chosen one along one axis, which is ringed."""
    line = sweep.along(axis, chosen)
    names = [str(getattr(point, axis)) for point in line]
    figure, shown = go.Figure(), list[float]()
    for decoder in others(arm.decoder for point in line for arm in point.arms):
        found = [
            (name, point, arm)
            for name, point in zip(names, line, strict=True)
            if (arm := point.arm(decoder)) is not None
        ]
        ratios = [arm.ratio(time) for _, _, arm in found]
        shown += ratios
        figure.add_scatter(
            name=short(decoder),
            mode="markers",
            x=[name for name, _, _ in found],
            y=ratios,
            marker={
                "color": COLOURS.get(decoder, GREY),
                "size": [14 if point == chosen else 9 for _, point, _ in found],
                "line": {
                    "width": [3 if point == chosen else 0 for _, point, _ in found],
                    "color": GREY,
                },
            },
            hovertext=[_measured(point, arm, time) for _, point, arm in found],
            hoverinfo="text",
        )
    held = ", ".join(
        _size(other, getattr(chosen, other)) for other in SWEEP_TITLES if other != axis
    )
    figure.update_layout(showlegend=True, scattermode="group", scattergap=0.6)
    figure.update_layout(legend_itemsizing="constant")
    figure.update_xaxes(
        title_text=f"{UNITS[axis]}<br>({held})",
        type="category",
        categoryorder="array",
        categoryarray=names,
    )
    return framed(_ratios(figure, shown, SWEEP_SCOPES[time]), SWEEP_TITLES[axis])


def size(point: Point) -> str:
    """`4 keys, 12 tokens a value, 1 document`."""
    return ", ".join(_size(axis, getattr(point, axis)) for axis in SWEEP_TITLES)


def _size(axis: Axis, value: int) -> str:
    words: dict[Axis, str] = {
        "keys": count(value, "key"),
        "length": f"{count(value, 'token')} a value",
        "documents": count(value, "document"),
    }
    return words[axis]


def exact(arm: Arm, point: Point) -> str:
    """How right the arm was, as far as it was free to be wrong."""
    if arm.exact is None:
        return "values forced"
    return f"{arm.exact} of {point.keys * point.documents} exact"


def _measured(point: Point, arm: Arm, time: Time) -> str:
    took = f"{count(arm.passes, 'pass')}, {seconds(arm.total_seconds)}"
    head = f"{short(arm.decoder)}: {_verdict(arm.ratio(time))} {SWEEP_SCOPES[time]}"
    return f"{head}<br>{size(point)}<br>{took}, {exact(arm, point)}"


def _hover(ratio: float, run: Run, race: RecordedRace, time: Time) -> str:
    agreement = f"{run.agreeing} of {len(race.keys)} as AR"
    return (
        f"{short(run.decoder)}: {_verdict(ratio)} {SCOPES[time]}, {agreement}<br>"
        f"{safe(race.name)}, {count(len(race.keys), 'key')}<br>{when(race.made)}"
    )


def _verdict(ratio: float) -> str:
    return times(ratio) if ratio >= 1 else f"AR wins, {times(ratio)}"


def _compared(
    races: Iterable[RecordedRace], decoder: str, time: Time
) -> list[tuple[float, Run, RecordedRace]]:
    """The races that compared this decoder with AR."""
    runs = ((race, race.run(decoder)) for race in races)
    return [
        (ratio, run, race)
        for race, run in runs
        if run is not None and (ratio := run.ratio(time)) is not None
    ]


def others(decoders: Iterable[str]) -> list[str]:
    """Without AR and repetition, in the page's order."""
    return sorted(dict.fromkeys(one for one in decoders if one != BASELINE), key=place)


def place(decoder: str) -> int:
    """Where the decoder stands on the page; one that the page does not know comes last."""
    known = list(DECODERS)
    return known.index(decoder) if decoder in known else len(known)


def _ratios(figure: go.Figure, shown: Sequence[float], scope: str) -> go.Figure:
    """A logarithmic axis of speed-ups that always shows even, and some of where AR is faster."""
    low, high = min(0.7, 0.8 * min(shown)), max(2.0, 1.35 * max(shown))
    ticks = [tick for tick in TICKS if low <= tick <= high]
    figure.update_yaxes(
        title_text=f"AR time / arm time<br>{scope}",
        type="log",
        range=[log10(low), log10(high)],
        tickvals=ticks,
        ticktext=[f"{tick:g}\N{MULTIPLICATION SIGN}" for tick in ticks],
    )
    figure.add_hline(y=1, line_width=1, line_dash="dot", line_color=GREY)
    figure.add_hrect(y0=LOWEST, y1=1, fillcolor=LOSES, opacity=0.1, line_width=0, layer="below")
    return figure.add_annotation(
        text="AR is faster",
        xref="paper",
        x=1,
        xanchor="right",
        yref="y",
        y=0,  # of a logarithmic axis: the logarithm
        yanchor="top",
        showarrow=False,
        font_size=11,
    )
