"""The slots of one field as HTML: a row of cells, and the likeliest tokens of each on demand.

Every cell carries `data-at`, the recorded time at which its token was written, for the replay.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kie_app.extraction import END_MARK
from kie_app.race.origins import COPIED, differing_text, used_slots
from kie_app.schemas.kinds import slots_of
from kie_app.types import Event, Field, Key, Slot
from kie_app.ui.shared.formatting import count, percent, safe


class Cell(NamedTuple):
    """One token; `text` is None while it is still a mask."""

    text: str | None
    at: float = 0.0


def cells(key: int, events: Iterable[Event]) -> list[Cell]:
    """What stands in each position of a key; a later pass overwrites an earlier one."""
    found = {event.position: Cell(event.text, event.at) for event in events if event.key == key}
    return [found.get(place, Cell(None)) for place in range(max(found, default=-1) + 1)]


def written(key: int, field: Field, events: Iterable[Event], end: float) -> list[Cell]:
    """What an answered field's slots wrote, up to the end of the value. A slot without an event of
    its own came with its key's last token; where there is none, at the `end`."""
    times = {event.position: event.at for event in events if event.key == key}
    latest = max(times.values(), default=end)
    used = field.slots[: used_slots(field)]
    return [Cell(slot.text, times.get(place, latest)) for place, slot in enumerate(used)]


def masked(key: Key) -> list[Cell]:
    """The cells of a key before its pass: its whole slot budget."""
    return [Cell(None)] * slots_of(key)


def row(row_cells: Iterable[Cell], caret: bool = False, label: str = "") -> str:
    """The cells side by side, after a label; `caret` shows where the next token will be written."""
    inner = "".join(_cell(cell) for cell in row_cells)
    caret_mark = "<i></i>" if caret else ""
    return f'<div class="cells">{label}<span aria-hidden="true">{inner}{caret_mark}</span></div>'


def beside_copied(field: Field) -> str:
    """How what the slots wrote relates to a value that was copied; nothing for other values."""
    if field.origin != COPIED or not field.slots:
        return ""
    text = differing_text(field)
    if text is None:
        return '<span class="own">slots agree</span>'
    if not text:
        return '<span class="own">slots wrote nothing</span>'
    return f'<span class="own">slots wrote<span class="sr">: {safe(text)}</span></span>'


def _cell(cell: Cell) -> str:
    if cell.text is None:
        return '<span class="cell masked"></span>'
    shown = visible(cell.text)
    empty = "" if cell.text.strip(f" {END_MARK}\n") else " empty"
    return f'<span class="cell{empty}" data-at="{cell.at!r}">{safe(shown)}</span>'


def visible(token: str) -> str:
    """A token as one can see it: blanks trimmed, the end of a value and an empty token as signs."""
    return token.strip() or (END_MARK if "\n" in token else "\N{MIDDLE DOT}")


def candidates(field: Field) -> str:
    """The likeliest tokens of each slot, folded away; unused slots are folded inside once more."""
    if not any(slot.top for slot in field.slots):
        return ""
    columns = [_column(number, slot) for number, slot in enumerate(field.slots, 1)]
    used, name = used_slots(field), safe(field.key.name)
    unused = ""
    if columns[used:]:
        unused = (
            f'<details class="unused"><summary>{count(len(columns) - used, "unused slot")}'
            f"</summary>{_columns(columns[used:], f'Unused slots of {name}')}</details>"
        )
    return (
        f'<details class="top"><summary>Top {max(len(slot.top) for slot in field.slots)} per slot'
        f'<span class="sr"> of {name}</span></summary>'
        f"{_columns(columns[:used], f'Likeliest tokens per slot of {name}')}{unused}</details>"
    )


def _columns(columns: Iterable[str], label: str) -> str:
    return (
        f'<div class="slot-tops" tabindex="0" role="group" aria-label="{label}">'
        f"{''.join(columns)}</div>"
    )


def _column(number: int, slot: Slot) -> str:
    rows = "".join(
        f"<li><b>{safe(visible(one.text))}</b><span>{percent(one.probability)}</span></li>"
        for one in slot.top
    )
    return f'<div class="slot-top"><span class="nr">slot {number}</span><ol>{rows}</ol></div>'
