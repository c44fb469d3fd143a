"""Recorded races in words and tables, and the downloads of a race card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kie_app.decoding import BASELINE
from kie_app.evaluation.break_even import Time
from kie_app.race.figures import Run
from kie_app.race.history import Facts, RecordedRace
from kie_app.race.spread import ENOUGH, Spread
from kie_app.ui.insights import tables
from kie_app.ui.insights.charts import SCOPES, when
from kie_app.ui.shared.downloads import data_url, links
from kie_app.ui.shared.formatting import count, safe, seconds

SHOWN = 30  # races in the table, three lines each on a page that scrolls
NOTHING = (
    '<p class="verdict">No race is recorded yet.</p><p class="hint">Run one on the Race tab: pick '
    "a sample, or open a document, name keys and press the button, with AR ticked among the arms. "
    "It is recorded by itself and stands here, for you alone.</p>"
)
EXACT = "those that equal what a person verified in Review"


def about(facts: Facts, races: int, others: int) -> str:
    """On what the races shown were measured, and that the others are not mixed in."""
    left = (
        f" {count(others, 'race')} on other machines or settings: choose above." if others else ""
    )
    summary = (
        f"<p>{count(races, 'race')} on this machine, model and setting, one run of each arm, timed "
        f"on the server.{left}</p>"
    )
    return f'<footer class="caption">{tables.facts_list(facts)}{summary}</footer>'


def spreads(found: Sequence[Spread], time: Time) -> str:
    """Median and p95 in figures, beside what they cost in agreement."""
    heads = ["Arm", "Races", "Median", "p95", "Lowest", "AR wins in", "Same as AR", "Exact"]
    rows = [
        tables.row(
            tables.arm_cell(one.decoder),
            str(len(one.ratios)),
            tables.ratio_cell(one.median),
            tables.DASH if one.p95 is None else tables.ratio_cell(one.p95),
            tables.ratio_cell(one.ratios[0]),
            f"{one.lost} of {len(one.ratios)}",
            f"{one.agreeing} of {one.keys}",
            tables.share(one.exact, one.judged),
        )
        for one in found
    ]
    note = (
        f"speed-up over AR {SCOPES[time]}; 95 % of the races are at p95 or below, shown from "
        f"{ENOUGH} races on; the same as AR counts values, exact {EXACT}"
    )
    return tables.table("spreads", "Speed-ups beside agreement", note, heads, rows) if rows else ""


def races(found: Sequence[RecordedRace]) -> str:
    """The newest races: a line with what was raced, and under it a line an arm."""
    heads = ["Arm", "End to end", "Speed-up", "Decode", "Speed-up", "Passes", "Same as AR", "Exact"]
    rows = [row for race in found[:SHOWN] for row in _race(race, len(heads))]
    left = f"; the newest {SHOWN} of {len(found)}" if len(found) > SHOWN else ""
    note = f"newest first; end to end is OCR + prefill + decode; exact counts {EXACT}{left}"
    return tables.table("races", "Recorded races", note, heads, rows) if rows else ""


def _race(race: RecordedRace, columns: int) -> Iterator[str]:
    keys, pages = count(len(race.keys), "key"), count(race.pages, "page")
    yield (
        f'<tr class="race"><th colspan="{columns}" scope="rowgroup">{safe(race.name)}'
        f"<small>{safe(when(race.made))}, {keys}, {pages}</small></th></tr>"
    )
    for run in race.runs:
        agreeing = tables.DASH if run.agreeing is None else f"{run.agreeing} of {len(race.keys)}"
        yield tables.row(
            tables.arm_cell(run.decoder),
            seconds(run.total),
            _against(run, run.total_ratio),
            seconds(run.decode),
            _against(run, run.decode_ratio),
            str(run.passes),
            "reference" if run.decoder == BASELINE else agreeing,
            tables.share(run.exact, run.judged),
        )


def _against(run: Run, ratio: float | None) -> str:
    if ratio is None:
        return tables.DASH
    return "1" if run.decoder == BASELINE else tables.ratio_cell(ratio)


def card_downloads(stem: str, files: Mapping[str, tuple[str, bytes]], text: str) -> str:
    """The picture, and links that carry their content: no file lies on the server. `files` are
    media type and bytes by ending, "png" among them; `text` says what the picture shows."""
    picture = data_url(*files["png"])
    return f'{links(stem, files)}<img class="race-card" src="{picture}" alt="{safe(text)}">'
