"""Extractions as text to take away: JSON with everything, CSV with one row a field.

Boxes are `[x0, y0, x1, y1]` as fractions of the page, pages count from 1, times are seconds.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from kie_app.types import Extraction, Field, Source

COLUMNS = ("document", "decoder", "key", "value", "confidence", "origin", "pages", "boxes")

# A spreadsheet reads a cell that begins with one of these (full-width forms included) as a formula.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*")


def to_json(extractions: Iterable[Extraction]) -> str:
    """Everything that the decoders returned, as one JSON list of extractions."""
    return json.dumps([_extraction(one) for one in extractions], ensure_ascii=False, indent=2)


def to_csv(*extractions: Extraction) -> str:
    """One row a field under `COLUMNS`, formula-safe; an absent value is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in extractions:
        for field in one.fields:
            writer.writerow([_cell(part) for part in _row(one, field)])
    return out.getvalue()


def _row(extraction: Extraction, field: Field) -> tuple[str, ...]:
    return (
        extraction.document,
        extraction.decoder,
        field.key.name,
        field.value or "",
        f"{field.confidence:.4f}",
        field.origin,
        " ".join(str(source.page + 1) for source in field.sources),
        json.dumps([_box(source) for source in field.sources]) if field.sources else "",
    )


def _cell(text: str) -> str:
    """The text with an apostrophe before anything that a spreadsheet would compute."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def _box(source: Source) -> list[float]:
    return [round(edge, 5) for edge in source.box]


def _extraction(one: Extraction) -> dict[str, Any]:
    return {
        "document": one.document,
        "schema": one.schema.name,
        "decoder": one.decoder,
        "model": one.model,
        "fields": [_field(field) for field in one.fields],
        "stats": {
            "prefill": _time(one.stats.prefill),
            "decode": _time(one.stats.decode),
            "cached": one.stats.cached,
            "passes": [
                {**asdict(part), "start": _time(part.start), "seconds": _time(part.seconds)}
                for part in one.stats.passes
            ],
        },
        "events": [{**asdict(event), "at": _time(event.at)} for event in one.events],
    }


def _time(seconds: float) -> float:
    """Whole microseconds: finer is noise."""
    return round(seconds, 6)


def _field(field: Field) -> dict[str, Any]:
    return {
        "key": field.key.name,
        "kind": field.key.kind,
        "value": field.value,
        "confidence": round(field.confidence, 4),
        "origin": field.origin,
        "sources": [{"page": source.page + 1, "box": _box(source)} for source in field.sources],
        "slots": [
            {
                "text": slot.text,
                "probability": round(slot.probability, 4),
                "top": [[one.text, round(one.probability, 4)] for one in slot.top],
            }
            for slot in field.slots
        ],
    }
