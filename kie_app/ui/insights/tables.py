"""The Insights tab in words and tables, as HTML; all text of documents and people is escaped."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kie_app.decoding import BASELINE
from kie_app.documents.loading import MEGABYTE
from kie_app.evaluation.break_even import COMMAND, Axis, Point, Sweep, Time
from kie_app.race.figures import Run
from kie_app.race.history import Facts, RecordedRace
from kie_app.race.spread import ENOUGH, Spread
from kie_app.race.throughput import Comparison, Throughput
from kie_app.store import Counts, Job
from kie_app.ui.insights.charts import SCOPES, SWEEP_SCOPES, exact, others, place, size, when
from kie_app.ui.shared.downloads import data_url, links
from kie_app.ui.shared.formatting import count, safe, seconds, short, times

SHOWN = 30  # races in the table, three lines each on a page that scrolls
SHOWN_LOSSES = 4
NOTHING = (
    '<p class="verdict">No race is recorded yet.</p><p class="hint">Run one on the Race tab: pick '
    "a sample, or open a document, name keys and press the button, with AR ticked among the arms. "
    "It is recorded by itself and stands here, for you alone.</p>"
)
DASH = "-"
EXACT = "those that equal what a person verified in Review"


def heading(title: str, note: str) -> str:
    """The head of a part of the tab."""
    return f'<header class="insights-head"><h2>{title}</h2><p>{note}</p></header>'


def about(facts: Facts, races: int, others: int) -> str:
    """On what the races shown were measured, and that the others are not mixed in."""
    left = (
        f" {count(others, 'race')} on other machines or settings: choose above." if others else ""
    )
    summary = (
        f"<p>{count(races, 'race')} on this machine, model and setting, one run of each arm, timed "
        f"on the server.{left}</p>"
    )
    return f'<footer class="caption">{_facts(facts)}{summary}</footer>'


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    rows = (f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in facts)
    return f"<dl>{''.join(rows)}</dl>"


def spreads(found: Sequence[Spread], time: Time) -> str:
    """Median and p95 in figures, beside what they cost in agreement."""
    heads = ["Arm", "Races", "Median", "p95", "Lowest", "AR wins in", "Same as AR", "Exact"]
    rows = [
        _row(
            _arm(one.decoder),
            str(len(one.ratios)),
            _ratio(one.median),
            DASH if one.p95 is None else _ratio(one.p95),
            _ratio(one.ratios[0]),
            f"{one.lost} of {len(one.ratios)}",
            f"{one.agreeing} of {one.keys}",
            _share(one.exact, one.judged),
        )
        for one in found
    ]
    note = (
        f"speed-up over AR {SCOPES[time]}; 95 % of the races are at p95 or below, shown from "
        f"{ENOUGH} races on; the same as AR counts values, exact {EXACT}"
    )
    return _table("spreads", "Speed-ups beside agreement", note, heads, rows) if rows else ""


def races(found: Sequence[RecordedRace]) -> str:
    """The newest races: a line with what was raced, and under it a line an arm."""
    heads = ["Arm", "End to end", "Speed-up", "Decode", "Speed-up", "Passes", "Same as AR", "Exact"]
    rows = [row for race in found[:SHOWN] for row in _race(race, len(heads))]
    left = f"; the newest {SHOWN} of {len(found)}" if len(found) > SHOWN else ""
    note = f"newest first; end to end is OCR + prefill + decode; exact counts {EXACT}{left}"
    return _table("races", "Recorded races", note, heads, rows) if rows else ""


def _race(race: RecordedRace, columns: int) -> Iterator[str]:
    keys, pages = count(len(race.keys), "key"), count(race.pages, "page")
    yield (
        f'<tr class="race"><th colspan="{columns}" scope="rowgroup">{safe(race.name)}'
        f"<small>{safe(when(race.made))}, {keys}, {pages}</small></th></tr>"
    )
    for run in race.runs:
        agreeing = DASH if run.agreeing is None else f"{run.agreeing} of {len(race.keys)}"
        yield _row(
            _arm(run.decoder),
            seconds(run.total),
            _against(run, run.total_ratio),
            seconds(run.decode),
            _against(run, run.decode_ratio),
            str(run.passes),
            "reference" if run.decoder == BASELINE else agreeing,
            _share(run.exact, run.judged),
        )


def _share(exact: int | None, judged: int) -> str:
    return f"{exact} of {judged}" if judged else DASH


def _against(run: Run, ratio: float | None) -> str:
    return DASH if ratio is None else "1" if run.decoder == BASELINE else _ratio(ratio)


def costs(found: Comparison, races: int, price: float | None) -> str:
    """What an hour does and what a thousand pages cost over the shared ones of `races`, with the
    formula; then a line for each arm that shares none."""
    apart = "".join(_apart(one, found.shared, price) for one in found.apart)
    if not found.shared:
        return apart or '<p class="hint">Nothing to reckon with yet: run a race.</p>'
    heads = ["Arm", "Races", "Pages", "OCR", "Prefill", "Decode", "Documents / hour"]
    heads += ["Pages / hour", "Cost of 1,000 pages"]
    rows = [
        _row(
            _arm(one.decoder),
            str(one.races),
            str(one.pages),
            *(seconds(part) for part in (one.ocr, one.prefill, one.decode)),
            f"{one.documents_an_hour:,.0f}",
            f"{one.pages_an_hour:,.0f}",
            DASH if price is None else money(one.cost(price)),
        )
        for one in found.shared
    ]
    note = (
        f"sums over {found.shared[0].races} of {count(races, 'race')}, those in which all these "
        "arms ran; one document after the other on one machine; "
        f"{'type a price for the costs' if price is None else 'costs are in its currency'}"
    )
    table = _table("costs", "Throughput and cost", note, heads, rows)
    return table + apart + _formula(found.shared[0], price)


def _apart(one: Throughput, shared: Sequence[Throughput], price: float | None) -> str:
    """Why an arm is not in the table, and its own figures."""
    partners = " and ".join(short(other.decoder) for other in shared) or short(BASELINE)
    cost = "" if price is None else f", {money(one.cost(price))} for 1,000 pages"
    return (
        f'<p class="hint"><b>{safe(short(one.decoder))}</b> has no race together with '
        f"{safe(partners)}, so it is not compared; on its own, {count(one.races, 'race')} in "
        f"{seconds(one.seconds)}: {one.documents_an_hour:,.0f} documents an hour{cost}.</p>"
    )


def _formula(one: Throughput, price: float | None) -> str:
    """Both formulas, and the first arm's figures put in."""
    arm, took = short(one.decoder), f"{one.seconds:.3f} s"
    lines = [
        "seconds = OCR + prefill + decode",
        "documents an hour = 3,600 * races / seconds",
        f"{arm}: 3,600 * {one.races} / {took} = {one.documents_an_hour:,.0f} documents an hour",
        "cost of 1,000 pages = price an hour * seconds / 3,600 / pages * 1,000",
    ]
    if price is not None:
        put = f"{price:g} * {took} / 3,600 / {one.pages} * 1,000"
        lines.append(f"{arm}: {put} = {money(one.cost(price))}")
    signs = str.maketrans("*/", "\N{MULTIPLICATION SIGN}\N{DIVISION SIGN}")
    items = (f"<li>{safe(line.translate(signs))}</li>" for line in lines)
    return f'<ul class="formula">{"".join(items)}</ul>'


def money(amount: float) -> str:
    """Cents, or three digits of what is less: `12.40`, `0.0314`."""
    return f"{amount:,.2f}" if amount >= 1 or amount == 0 else f"{amount:.3g}"


def no_sweep(data_dir: Path) -> str:
    """The command that measures one."""
    command = f"{COMMAND} {shlex.quote(str(data_dir / 'sweep.json'))}"
    return (
        '<p class="verdict">No sweep is measured yet.</p><p class="hint">This command measures one '
        f"in about five minutes on two idle cores: <code>{safe(command)}</code></p>"
    )


def sweep_about(sweep: Sweep, here: bool) -> str:
    """Where the sweep comes from, what its figures are, and where AR wins."""
    place = "Measured on this machine" if here else "Measured on another machine"
    summary = (
        f"<p>{place}, {sweep.made:%Y-%m-%d}, medians of {count(sweep.repeats, 'repeat')}, by "
        f"<code>{COMMAND} FILE.json</code>: {count(len(sweep.points), 'point')} on made-up forms "
        "whose text is given (no OCR). AR, HPD and Verified are made to write the printed values, "
        "so that all arms write the same; PIP answers freely, its exact matches are counted.</p>"
    )
    return f'<footer class="caption">{_facts(sweep.facts.items())}{summary}</footer>'


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
        _row(
            _arm(arm.decoder),
            seconds(arm.decode_seconds),
            "1" if arm.decoder == BASELINE else _ratio(arm.decode_ratio),
            seconds(arm.total_seconds),
            "1" if arm.decoder == BASELINE else _ratio(arm.total_ratio),
            str(arm.passes),
            exact(arm, chosen),
        )
        for arm in sorted(chosen.arms, key=lambda arm: place(arm.decoder))
    ]
    note = f"pages of {count(chosen.page_tokens, 'token')}; nothing is interpolated"
    table = _table("point", f"{near}: {size(chosen)}", note, heads, rows)
    return f'{table}<div class="wins-where">{wins}</div>'


def card_downloads(stem: str, files: Mapping[str, tuple[str, bytes]], text: str) -> str:
    """The picture, and links that carry their content: no file lies on the server. `files` are
    media type and bytes by ending, "png" among them; `text` says what the picture shows."""
    picture = data_url(*files["png"])
    return f'{links(stem, files)}<img class="race-card" src="{picture}" alt="{safe(text)}">'


def server(held: Counts, jobs: Sequence[Job]) -> str:
    """For an admin: how much is kept of all owners together, and everybody's jobs."""
    figures = {
        "Owners": held.owners,
        "Documents": held.documents,
        "Files": held.files,
        "Predictions": held.predictions,
        "Corrections": held.corrections,
        "Races": held.races,
    }
    cells = [*(f"{one:,}" for one in figures.values()), f"{held.bytes / MEGABYTE:,.1f} MB"]
    store = _table(
        "held",
        "What the store holds",
        "of all owners together; equal files are kept once",
        [*figures, "Size of files"],
        [_row(*cells)],
    )
    return (
        heading("The whole server", "Admins alone see this.")
        + store
        + (_jobs(jobs) if jobs else '<p class="hint">No job was started yet.</p>')
        + '<p class="downloads"><a class="take" href="metrics" target="_blank">Metrics since the '
        "server's start</a></p>"
    )


def _jobs(jobs: Sequence[Job]) -> str:
    heads = ["Job", "Owner", "State", "Done", "Started", "Last news", "Error"]
    rows = [
        _row(
            f"<b>{safe(job.kind)}</b>",
            safe(job.owner),
            job.state,
            f"{job.done} of {job.total}",
            when(job.made),
            when(job.changed),
            safe(job.error) or DASH,
        )
        for job in jobs[:SHOWN]
    ]
    left = f"; the newest {SHOWN} of {len(jobs)}" if len(jobs) > SHOWN else ""
    return _table("jobs", "Jobs", f"everybody's, newest first{left}", heads, rows)


def _arm(decoder: str) -> str:
    return f"<b>{safe(short(decoder))}</b>"


def _ratio(ratio: float) -> str:
    if ratio < 1:
        return f'<span class="loses">{times(ratio)}, AR wins</span>'
    return f'<span class="wins">{times(ratio)}</span>'


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _table(kind: str, title: str, note: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    """A titled table that scrolls sideways in its own frame; rows are HTML."""
    head = "".join(f'<th scope="col">{safe(one)}</th>' for one in heads)
    labelled = f'aria-labelledby="insights-{kind}-title"'
    return (
        f'<div class="results"><section class="sheet"><h3 id="insights-{kind}-title">{safe(title)}'
        f'</h3><p class="note">{safe(note)}</p><div class="scroll {kind}" tabindex="0" '
        f'role="group" {labelled}><table class="figures" {labelled}><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div></section></div>"
    )
