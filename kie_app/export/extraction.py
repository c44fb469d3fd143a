"""An extraction as JSON: who answered and its fields, or all that the decoder returned.

Times are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kie_app.export.field import ReadFields, field_json, read_fields
from kie_app.export.grid import NO_NAMES
from kie_app.export.text import json_text
from kie_app.types import Extraction, Slot


def extraction_json(
    extraction: Extraction, file: str | None = None, day_first: bool | None = None
) -> dict[str, Any]:
    """Who answered, and what (`field_json`); `file` names the document's file, and `day_first` is
    that of `long_grid`."""
    [(one, fields)] = read_fields([extraction], day_first)
    return _answer(one, fields, file)


def to_json(extractions: Sequence[Extraction], names: Mapping[str, str] = NO_NAMES) -> str:
    """Everything that the decoders returned, as one JSON list of extractions; `names` as for
    `long_grid`."""
    read = read_fields(extractions, day_first=None)
    return json_text([_everything(one, fields, names.get(one.document)) for one, fields in read])


def _answer(one: Extraction, fields: ReadFields, file: str | None) -> dict[str, Any]:
    return {
        "file": file,
        "document": one.document,
        "schema": one.schema.name,
        "decoder": one.decoder,
        "model": one.model,
        "fields": [field_json(field, read) for field, read in fields],
    }


def _everything(one: Extraction, fields: ReadFields, file: str | None) -> dict[str, Any]:
    answer = _answer(one, fields, file)
    slots = [[_slot(slot) for slot in field.slots] for field in one.fields]
    return {
        **answer,
        "fields": [
            {**field, "slots": own} for field, own in zip(answer["fields"], slots, strict=True)
        ],
        "stats": {
            "prefill": _microseconds(one.stats.prefill),
            "decode": _microseconds(one.stats.decode),
            "cached": one.stats.cached,
            "passes": [
                {
                    **asdict(part),
                    "start": _microseconds(part.start),
                    "seconds": _microseconds(part.seconds),
                }
                for part in one.stats.passes
            ],
        },
        "events": [{**asdict(event), "at": _microseconds(event.at)} for event in one.events],
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "text": slot.text,
        "probability": round(slot.probability, 4),
        "top": [[one.text, round(one.probability, 4)] for one in slot.top],
    }


def _microseconds(seconds: float) -> float:
    """Seconds to whole microseconds: finer is noise."""
    return round(seconds, 6)
