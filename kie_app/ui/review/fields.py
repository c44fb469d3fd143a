"""The fields of one document as HTML, for a person to confirm or correct: least certain first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from kie_app.library.corrections import mark
from kie_app.library.rules import READABLE
from kie_app.library.standing import Record, StandingField
from kie_app.types import Reading, Source
from kie_app.ui.shared.formatting import count, percent, safe
from kie_app.values import normalised, proven_order

PARTS = ("rules", "fields", "foot")
READINGS = 5  # readings that a field offers

# What a button says, what it sends, the key that does the same.
ACTS = (("Absent", "absent", "Alt A"), ("Illegible", "illegible", "Alt I"))

NO_FIELDS = "This document has no fields yet: fill it on the Extract tab."


def render(record: Record) -> dict[str, str]:
    """What changes when a field is saved."""
    order = proven_order(
        field.value for field in record.fields if field.value and field.key.kind == "date"
    )
    ranked = sorted(enumerate(record.fields), key=lambda one: one[1].confidence)
    fields = "".join(_field(number, field, order) for number, field in ranked)
    return {"rules": _rules(record.broken), "fields": fields, "foot": _foot(record)}


def _rules(broken: Sequence[str]) -> str:
    if not broken:
        return ""
    items = "".join(f"<li>{safe(sentence)}</li>" for sentence in broken)
    return f"<p>{count(len(broken), 'broken rule')}</p><ul>{items}</ul>"


def _field(number: int, field: StandingField, order: bool | None) -> str:
    name, value = safe(field.key.name), safe(field.value or "")
    box, about = f"review-box-{number}", f"review-about-{number}"
    return (
        f'<li class="field" data-key="{name}" data-state="{field.state}" data-seen="{mark(field)}" '
        f'data-prediction="{field.prediction}" data-value="{value}" '
        f'data-spots="{safe(_spots(field.sources))}">'
        f'<div class="what"><label for="{box}">{name}</label>'
        f'<span class="kind">{safe(field.key.kind)}</span>{_state(field)}</div>'
        f'<textarea id="{box}" rows="1" spellcheck="false" autocomplete="off" '
        f'aria-describedby="{about}" placeholder="{_placeholder(field)}">{value}</textarea>'
        f'<p class="about" id="{about}">{_about(field, order)}</p>'
        f"{_readings(field.readings, field.value)}{_acts(field, name)}</li>"
    )


def _state(field: StandingField) -> str:
    disputed = '<span class="disputed">decoders disagree</span>' if field.disputed else ""
    return (
        f'{disputed}<span class="sure" title="confidence of the prediction">'
        f'{percent(field.confidence)}</span><span class="state">{field.state}</span>'
    )


def _placeholder(field: StandingField) -> str:
    return {"illegible": "illegible", "predicted": "predicted absent"}.get(field.state, "absent")


def _about(field: StandingField, order: bool | None) -> str:
    """Beside the raw text: how it reads by its kind, what was predicted, whether it has a place."""
    parts = [_reads(field, order)]
    if field.verified and field.value != field.predicted:
        parts.append(f"predicted: {safe(field.predicted or 'absent')}")
    if field.value and not field.sources:
        parts.append("not located on the page")
    return " ".join(f"<span>{part}</span>" for part in parts if part)


def _reads(field: StandingField, order: bool | None) -> str:
    if not field.value:
        return ""
    read = normalised(field.value, field.key.kind, order)
    if read is None:
        unread = field.key.kind in READABLE
        return f"<em>does not read as {safe(field.key.kind)}</em>" if unread else ""
    same = read.text == field.value
    said = "" if same else f"reads as <b>{safe(read.text)}</b>"
    doubt = f"<em>{safe(read.doubt)}</em>" if read.doubt else ""
    return ", ".join(part for part in (said, doubt) if part)


def _readings(readings: Sequence[Reading], value: str | None) -> str:
    """Out of the way of the Tab key: the arrow keys walk them from within the box."""
    if not {one.value for one in readings} - {value}:
        return ""  # nothing but what the box says already
    items = "".join(
        f'<li><button type="button" class="reading" tabindex="-1">'
        f"<b>{safe(one.value)}</b><span>{percent(one.probability)}</span></button></li>"
        for one in readings[:READINGS]
    )
    return f'<ul class="readings" aria-label="Readings">{items}</ul>'


def _acts(field: StandingField, name: str) -> str:
    undo = "" if field.state == "predicted" else _act("Undo", "undo", "Alt Z", name)
    confirm = (
        f'<button type="button" data-act="confirm" tabindex="-1" title="Enter">'
        f'<span class="as-is">Confirm</span><span class="anew">Save</span>'
        f'<span class="sr"> {name}</span></button>'
    )
    acts = "".join(_act(*act, name) for act in ACTS)
    return f'<div class="acts">{confirm}{acts}{undo}<span class="news" data-mood=""></span></div>'


def _act(label: str, act: str, key: str, name: str) -> str:
    return (
        f'<button type="button" data-act="{act}" tabindex="-1" title="{key}">{label}'
        f'<span class="sr"> {name}</span></button>'
    )


def _spots(sources: Iterable[Source]) -> str:
    """Places as JSON: page, left, top, right, bottom as shares of the page."""
    return json.dumps(
        [[one.page, *(round(min(max(edge, 0.0), 1.0), 4) for edge in one.box)] for one in sources]
    )


def _foot(record: Record) -> str:
    if not record.fields:
        return f"<p>{NO_FIELDS}</p>"
    said = f"<p>All {count(len(record.fields), 'field')} verified.</p>" if record.done else ""
    word, look = ("Next document", "primary") if record.done else ("Skip this document", "")
    back = '<button type="button" class="back">Previous document</button>'
    return f'{said}<button type="button" class="next {look}">{word}</button>{back}'
