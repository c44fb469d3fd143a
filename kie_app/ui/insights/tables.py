"""The parts of every table of the Insights tab, as HTML; text of people is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kie_app.ui.shared.formatting import safe, short, times

DASH = "-"


def heading(title: str, note: str) -> str:
    """The head of a part of the tab."""
    return f'<header class="insights-head"><h2>{title}</h2><p>{note}</p></header>'


def facts_list(facts: Iterable[tuple[str, str]]) -> str:
    rows = (f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in facts)
    return f"<dl>{''.join(rows)}</dl>"


def arm_cell(decoder: str) -> str:
    return f"<b>{safe(short(decoder))}</b>"


def ratio_cell(ratio: float) -> str:
    if ratio < 1:
        return f'<span class="loses">{times(ratio)}, AR wins</span>'
    return f'<span class="wins">{times(ratio)}</span>'


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def table(kind: str, title: str, note: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    """A titled table that scrolls sideways in its own frame; rows are HTML."""
    head = "".join(f'<th scope="col">{safe(one)}</th>' for one in heads)
    labelled = f'aria-labelledby="insights-{kind}-title"'
    return (
        f'<div class="results"><section class="sheet"><h3 id="insights-{kind}-title">{safe(title)}'
        f'</h3><p class="note">{safe(note)}</p><div class="scroll {kind}" tabindex="0" '
        f'role="group" {labelled}><table class="figures" {labelled}><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div></section></div>"
    )


def share(exact: int | None, judged: int) -> str:
    return f"{exact} of {judged}" if judged else DASH
