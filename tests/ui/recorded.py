"""Extractions recorded from a race on a sample, for tests that must not wait for a model.

`recorded.json` is what `kie_app.export.to_json` wrote. To record it anew, from the repository's
root: `python -m tests.ui.recorded`
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kie_app.types import (
    Box,
    Candidate,
    Document,
    Event,
    Extraction,
    Field,
    Key,
    Line,
    Page,
    Pass,
    Schema,
    Slot,
    Source,
    Stats,
)

FILE = Path(__file__).with_name("recorded.json")
SAMPLE = "hardware_receipt"


def extractions() -> tuple[Extraction, ...]:
    """One extraction an arm, in the order in which they ran."""
    return tuple(_extraction(one) for one in json.loads(FILE.read_text("utf-8")))


def document() -> Document:
    """A page of the recorded sample's size, with one line of text."""
    line = Line("TOTAL 75.75", Box(0.1, 0.8, 0.6, 0.83))
    return Document(
        extractions()[0].document, "receipt.jpg", (Page(0, 760, 1560),), (line,), "ocr", 0.4
    )


def _extraction(one: dict[str, Any]) -> Extraction:
    fields = tuple(_field(field) for field in one["fields"])
    stats = one["stats"]
    return Extraction(
        decoder=one["decoder"],
        document=one["document"],
        schema=Schema(one["schema"], tuple(field.key for field in fields)),
        fields=fields,
        stats=Stats(
            tuple(Pass(**part) for part in stats["passes"]),
            stats["prefill"],
            stats["decode"],
            stats["cached"],
        ),
        events=tuple(Event(**event) for event in one["events"]),
        model=one["model"],
    )


def _field(field: dict[str, Any]) -> Field:
    return Field(
        key=Key(field["key"], kind=field["kind"]),
        value=field["value"],
        confidence=field["confidence"],
        sources=tuple(
            Source(page - 1, Box(*box))
            for page, box in zip(field["pages"], field["boxes"], strict=True)
        ),
        slots=tuple(
            Slot(slot["text"], slot["probability"], tuple(Candidate(*one) for one in slot["top"]))
            for slot in field["slots"]
        ),
        origin=field["origin"],
        state=field["state"],
    )


def record() -> None:
    """Run the race on the sample and write what came of it."""
    from kie_app import export
    from kie_app.config import Settings
    from kie_app.datasets.samples import load_samples
    from kie_app.decoding import DECODERS
    from kie_app.engine.engine import Engine
    from kie_app.race.running import RaceFinished

    engine = Engine(Settings.from_env())
    engine.warm_up()
    samples = load_samples(engine.settings.annotations_dir)
    sample = next(one for one in samples if one.name == SAMPLE)
    updates = engine.race(engine.read_file(sample.path), sample.schema, list(DECODERS))
    done = [update.extraction for update in updates if isinstance(update, RaceFinished)]
    FILE.write_text(export.to_json(done) + "\n", "utf-8")


if __name__ == "__main__":
    record()
