"""The measured sweep in words and tables: where it comes from, a point of it, where AR wins."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from kie_app.decoding import BASELINE
from kie_app.evaluation.break_even import COMMAND, Axis, Point, Sweep, Time
from kie_app.ui.insights import tables
from kie_app.ui.insights.charts import SWEEP_SCOPES, exact, others, place, size
from kie_app.ui.shared.formatting import count, safe, seconds, short

SHOWN_LOSSES = 4


def no_sweep(data_dir: Path) -> str:
    """The command that measures one."""
    command = f"{COMMAND} {shlex.quote(str(data_dir / 'sweep.json'))}"
    return (
        '<p class="verdict">No sweep is measured yet.</p><p class="hint">This command measures one '
        f"in about five minutes on two idle cores: <code>{safe(command)}</code></p>"
    )


def about(sweep: Sweep, here: bool) -> str:
    """Where the sweep comes from, what its figures are, and where AR wins."""
    where = "Measured on this machine" if here else "Measured on another machine"
    summary = (
        f"<p>{where}, {sweep.made:%Y-%m-%d}, medians of {count(sweep.repeats, 'repeat')}, by "
        f"<code>{COMMAND} FILE.json</code>: {count(len(sweep.points), 'point')} on made-up forms "
        "whose text is given (no OCR). AR, HPD and Verified are made to write the printed values, "
        "so that all arms write the same; PIP answers freely, its exact matches are counted.</p>"
    )
    return f'<footer class="caption">{tables.facts_list(sweep.facts.items())}{summary}</footer>'


def losses(sweep: Sweep, time: Time) -> str:
    """A sentence an arm: where AR wins, or that it does nowhere that was measured."""
    decoders = others(arm.decoder for point in sweep.points for arm in point.arms)
    return "".join(f"<p>{_losses(sweep, one, time)}</p>" for one in decoders)


def _losses(sweep: Sweep, decoder: str, time: Time) -> str:
    lost = sweep.lost(decoder, time)
    measured = sum(point.arm(decoder) is not None for point in sweep.points)
    scope, arm = SWEEP_SCOPES[time], safe(short(decoder))
    if not lost:
        return f"<b>{arm}</b>: AR wins {scope} at none of {count(measured, 'measured point')}."
    sizes = "; ".join(size(point) for point in lost[:SHOWN_LOSSES])
    more = f"; and {len(lost) - SHOWN_LOSSES} more" if len(lost) > SHOWN_LOSSES else ""
    return (
        f'<b>{arm}</b>: <span class="loses">AR wins</span> {scope} at {len(lost)} of '
        f"{count(measured, 'measured point')}: {sizes}{more}."
    )


def point(chosen: Point, asked: Mapping[Axis, float], wins: str) -> str:
    """The nearest measured point in figures; `wins` says where AR wins in the whole sweep."""
    there = {"keys": chosen.keys, "length": chosen.length, "documents": chosen.documents}
    near = "Measured point" if there == dict(asked) else "Nearest measured point"
    heads = ["Arm", "Decode", "Speed-up", "With prefill", "Speed-up", "Passes", "Exact match"]
    rows = [
        tables.row(
            tables.arm_cell(arm.decoder),
            seconds(arm.decode_seconds),
            "1" if arm.decoder == BASELINE else tables.ratio_cell(arm.decode_ratio),
            seconds(arm.total_seconds),
            "1" if arm.decoder == BASELINE else tables.ratio_cell(arm.total_ratio),
            str(arm.passes),
            exact(arm, chosen),
        )
        for arm in sorted(chosen.arms, key=lambda arm: place(arm.decoder))
    ]
    note = f"pages of {count(chosen.page_tokens, 'token')}; nothing is interpolated"
    table = tables.table("point", f"{near}: {size(chosen)}", note, heads, rows)
    return f'{table}<div class="wins-where">{wins}</div>'
