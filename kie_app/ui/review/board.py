"""The Review tab as HTML: the queue, the pages of the open document with their lines, its fields.

One `gr.HTML` whose value maps each part to its HTML, so that an answer holds only what changed.
`review.js` lays over it what a person is doing: unsaved text, the lit field, boxes, zoom. All text
of documents and people goes through `safe`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kie_app.library.queue import ORDERS, queue
from kie_app.library.standing import Record
from kie_app.types import Document, Line
from kie_app.ui.review import fields as review_fields
from kie_app.ui.shared.formatting import count, percent, safe
from kie_app.ui.shared.page_image import page_image, page_strip, placed

DONE = "done"
CHOICES = (*ORDERS, DONE)
SHOWN = 100  # documents that the queue lists
DOT = " \N{MIDDLE DOT} "

SCRIPTS = ("review_page.js", "review_saves.js", "review.js")
SCRIPT = "\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in SCRIPTS)

_CHOICES = "".join(f"<option>{safe(order)}</option>" for order in CHOICES)

KEYS = (
    ("Tab", "next field"),
    ("Enter", "confirm, go on"),
    ("\N{UPWARDS ARROW} \N{DOWNWARDS ARROW}", "readings"),
    ("Alt A", "absent"),
    ("Alt I", "illegible"),
    ("Alt Z", "undo"),
    ("Esc", "restore"),
    ("Alt N", "next document"),
    ("Alt P", "back"),
)
_LEGEND = "".join(f"<span><kbd>{safe(keys)}</kbd> {safe(what)}</span>" for keys, what in KEYS)

# Only `${}` is used: what it inserts is not evaluated again, as text in `{{}}` would be.
TEMPLATE = f"""
<section class="review" aria-label="Review" tabindex="-1">
  <div class="trouble" role="alert" hidden><span></span>
    <button type="button" class="again">Try again</button>
    <button type="button" class="let-go">Discard</button></div>
  <p class="sr" role="status" aria-live="polite"></p>
  <nav class="line-up" aria-label="Documents to review">
    <div class="how-far">${{value.progress}}</div>
    <label>Order <select class="sorting">{_CHOICES}</select></label>
    <ol class="waiting">${{value.queue}}</ol>
  </nav>
  <div class="open-page">
    <div class="tools">
      <div class="title">${{value.title}}</div>
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" data-zoom="out" aria-label="Zoom out">&minus;</button>
        <output>100 %</output>
        <button type="button" data-zoom="in" aria-label="Zoom in">+</button>
        <button type="button" data-zoom="whole">Whole page</button></div>
    </div>
    <div class="leaves" tabindex="0" role="region" aria-label="Pages of the document"
      >${{value.leaves}}</div>
    <p class="how">Click a line to take its text, drag over several to take them all.</p>
    <p class="legend">{_LEGEND}</p>
  </div>
  <div class="answers">
    <div class="rules">${{value.rules}}</div>
    <ol class="fields" aria-label="Fields">${{value.fields}}</ol>
    <div class="foot">${{value.foot}}</div>
  </div>
</section>
"""


@dataclass(frozen=True)
class Board:
    """What one person sees: the order of the queue, and the open document with its text, if any."""

    order: str
    records: tuple[Record, ...]
    record: Record | None = None
    read: Document | None = None


def blank() -> dict[str, str]:
    """The board before anything was asked for."""
    parts = ("progress", "queue", "title", "leaves", *review_fields.PARTS)
    return {"document": "", "order": ORDERS[0], **dict.fromkeys(parts, "")}


def render(board: Board) -> dict[str, str]:
    """Every part of the board as it stands."""
    shown = {**blank(), "order": board.order, **queue_parts(board)}
    record = board.record
    if record is None or board.read is None:
        return {**shown, "leaves": _nothing_open(board)}
    return {
        **shown,
        "document": record.document.id,
        "title": _title(board.read),
        "leaves": _leaves(record.document.id, board.read),
        **review_fields.render(record),
    }


def line_up(records: Sequence[Record], order: str) -> list[Record]:
    """The documents of the queue in its order; "done" lists those that need no more work."""
    if order == DONE:
        return [one for one in records if one.done]
    return queue(records, order)


def queue_parts(board: Board) -> dict[str, str]:
    """How far the work is, and the documents that wait."""
    waiting = line_up(board.records, board.order)
    opened = board.record.document.id if board.record else ""
    items = "".join(_item(one, one.document.id == opened) for one in waiting[:SHOWN])
    if len(waiting) > SHOWN:
        items += f'<li class="none">and {len(waiting) - SHOWN} more</li>'
    if not waiting:
        items = f'<li class="none">{safe(_none_waits(board))}</li>'
    return {"progress": _progress(board.records), "queue": items}


def _progress(records: Sequence[Record]) -> str:
    filled = [one for one in records if one.fields]
    if not filled:
        return ""
    done, verified = sum(one.done for one in filled), sum(one.verified for one in filled)
    fields = sum(len(one.fields) for one in filled)
    return (
        f"<p><b>{done} of {count(len(filled), 'document')} done</b>, "
        f"{verified} of {count(fields, 'field')} verified</p>"
        f'<div class="bar"><i style="width:{100 * verified / fields:.1f}%"></i></div>'
        f"{_unfilled(len(records) - len(filled))}"
    )


def _unfilled(number: int) -> str:
    """Documents without fields are never in the queue: say where they get some."""
    if not number:
        return ""
    word = "has no fields" if number == 1 else "have no fields"
    return f"<p>{count(number, 'more document')} {word} yet: fill on the Extract tab.</p>"


def _item(record: Record, opened: bool) -> str:
    name = safe(record.document.name)
    left = len(record.fields) - record.verified
    facts = [f"{left} open"] if left else ["all verified"]
    if left:
        facts.append(f"least {percent(record.least)}")
    if record.disputed:
        facts.append(f"{record.disputed} disputed")
    if record.broken:
        facts.append(f"<em>{count(len(record.broken), 'broken rule')}</em>")
    return (
        f'<li><button type="button" class="item" data-document="{safe(record.document.id)}" '
        f'aria-current="{str(opened).lower()}"><b title="{name}">{name}</b>'
        f"<span>{DOT.join(facts)}</span></button></li>"
    )


def _none_waits(board: Board) -> str:
    """Why the queue is empty and what to do."""
    filled = [one for one in board.records if one.fields]
    if not board.records:
        return (
            "Nothing to review yet. Add documents on the Extract tab and fill them there, "
            "or run a race on the Race tab."
        )
    if not filled:
        kept = count(len(board.records), "document")
        return f"{kept} kept, none filled yet. Fill on the Extract tab, or run a race."
    if board.order == DONE:
        return "No document is done yet: choose another order."
    if all(one.done for one in filled):
        return f'{count(len(filled), "document")} done, nothing waits. The order "done" lists them.'
    missing = {"decoders disagree": "decoders disagree on", "failed rule": "breaks a rule"}
    return f"No open document {missing.get(board.order, 'waits')}: choose another order."


def _nothing_open(board: Board) -> str:
    return f'<div class="nothing"><p>{safe(_none_waits(board))}</p></div>'


def _title(read: Document) -> str:
    name = safe(read.name)
    return f'<b title="{name}">{name}</b>{page_strip(read)}'


def _leaves(document: str, read: Document) -> str:
    lines: dict[int, list[str]] = {}
    for number, line in enumerate(read.lines):
        lines.setdefault(line.page, []).append(_line(number, line))
    return "".join(
        page_image(page, document, read.name, "".join(lines.get(page.number, [])), "leaf")
        for page in read.pages
    )


def _line(number: int, line: Line) -> str:
    """A line's text over its place, unseen until the pointer is there."""
    return f'<span class="print" data-line="{number}" {placed(line.box)}>{safe(line.text)}</span>'
