"""One arm of the race as HTML: its stopwatch, its lane, and a field for every key.

All text that comes from a document or a person goes through `safe`.
"""

from __future__ import annotations

from kie_app.decoding import BASELINE, DECODERS, PIP
from kie_app.types import Extraction, Field, Key
from kie_app.ui.race import slots
from kie_app.ui.race.state import Arm, Race
from kie_app.ui.shared.formatting import count, percent, safe, seconds, short

STATES = {
    "idle": " ",
    "waiting": "waits its turn",
    "running": "running",
    "done": "done",
}
ORIGINS = {
    "pointer": "copied from the page",
    "slots": "written by the slots",
    "tokens": "token by token",
}


def render(arm: Arm, race: Race) -> str:
    """The arm as it stands now. `data-total` is its recorded time, unrounded, for the replay."""
    name = safe(short(arm.decoder))
    idea = DECODERS[arm.decoder].idea if arm.decoder in DECODERS else ""
    total = f' data-total="{arm.at!r}"' if arm.extraction else ""
    slowest = max((one.at for one in race.arms), default=0.0)
    share = 100 * arm.at / slowest if slowest else 0.0
    return (
        f'<article class="arm {arm.state}" data-arm="{safe(arm.decoder)}"{total} '
        f'aria-label="{name}">'
        f'<header><h3>{name}</h3><span class="clock">{seconds(arm.at)}</span>'
        f'<p class="idea">{safe(idea)}</p><span class="state">{STATES[arm.state]}</span>'
        f'<div class="lane"><i style="width:{share:.1f}%"></i></div>'
        f'<p class="cost">{_cost(arm.extraction)}</p></header>'
        f'<ul class="entries">{_fields(arm, race)}</ul></article>'
    )


def _cost(extraction: Extraction | None) -> str:
    if extraction is None:
        return "&nbsp;"
    stats = extraction.stats
    parts = (
        count(len(stats.passes), "pass"),
        f"prefill {seconds(stats.prefill)}",
        f"decode {seconds(stats.decode)}",
    )
    return " ".join(f"<span>{part}</span>" for part in parts)


def _fields(arm: Arm, race: Race) -> str:
    if arm.extraction is not None:
        return "".join(
            _answered(arm, index, field) for index, field in enumerate(arm.extraction.fields)
        )
    writing = arm.events[-1].key if arm.events and arm.state == "running" else None
    return "".join(
        _pending(arm, index, key, index == writing) for index, key in enumerate(race.schema.keys)
    )


def _pending(arm: Arm, index: int, key: Key, writing: bool) -> str:
    """A field without its answer: masks where slots will be filled, else the tokens so far."""
    is_masked = arm.decoder == PIP
    shown = slots.masked(key) if is_masked else slots.cells(index, arm.events)
    caret = writing and arm.decoder == BASELINE
    return (
        f'<li class="entry"><div class="pick"><span class="key">{safe(key.name)}</span>'
        f'<span class="value{_tall(key)}"></span><span class="meta">&nbsp;</span></div>'
        f"{slots.row(shown, caret)}{_FOLD}</li>"
    )


# Keeps the height that the fold of the likeliest tokens will take.
_FOLD = '<div class="top"><span class="summary">&nbsp;</span></div>'


def _answered(arm: Arm, index: int, field: Field) -> str:
    shown = slots.written(index, field, arm.events, arm.at)
    value = "absent" if field.value is None else safe(field.value)
    absent = " absent" if field.value is None else ""
    name = safe(field.key.name)
    return (
        f'<li class="entry"><button type="button" class="pick" aria-pressed="false" '
        f'data-key="{index}" data-arm="{safe(arm.decoder)}" data-name="{name}">'
        f'<span class="key">{name}</span>'
        f'<span class="value{absent}{_tall(field.key)}">{value}</span>'
        f'<span class="meta">{_meta(field)}</span></button>'
        f"{slots.row(shown, label=slots.beside_copied(field))}"
        f"{slots.candidates(field) or _FOLD}</li>"
    )


def _meta(field: Field) -> str:
    """How sure the decoder is, and of a value what wrote it and where it stands."""
    parts = [f'<span class="confidence" title="confidence">{percent(field.confidence)}</span>']
    if field.value is not None:
        origin = ORIGINS.get(field.origin, field.origin)
        parts += [f'<span class="origin">{safe(origin)}</span>', _place(field)]
    return "".join(parts)


def _place(field: Field) -> str:
    if not field.sources:
        return '<span class="lost">not located on the page</span>'
    pages = sorted({source.page + 1 for source in field.sources})
    return f'<span class="found">page {", ".join(str(page) for page in pages)}</span>'


def _tall(key: Key) -> str:
    """Kinds whose values usually take two lines keep room for them."""
    return " tall" if key.kind == "address" else ""
