"""Run decoders on one document one after the other, and tell what they do as they do it."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass

from kie_app import extraction
from kie_app.errors import KieError
from kie_app.model.backbone import Backbone
from kie_app.types import Document, Event, Extraction, Schema


@dataclass(frozen=True)
class RaceStarted:
    decoder: str


@dataclass(frozen=True)
class RaceEvent:
    decoder: str
    event: Event


@dataclass(frozen=True)
class RaceFinished:
    decoder: str
    extraction: Extraction


RaceUpdate = RaceStarted | RaceEvent | RaceFinished


def _run_arm(
    backbone: Backbone,
    document: Document,
    schema: Schema,
    decoder: str,
    updates: queue.SimpleQueue[RaceUpdate | Exception],
    left: threading.Event,
) -> None:
    """One arm of a race; whatever happens, the last thing put is its end. Nobody listens any more
    when `left` is set."""

    def tell(event: Event) -> None:
        if left.is_set():
            raise KieError("The race was stopped.")
        updates.put(RaceEvent(decoder, event))

    try:
        done = extraction.extract(backbone, document, schema, decoder, tell, reuse=False)
        updates.put(RaceFinished(decoder, done))
    except Exception as error:  # handed to the waiting reader, who raises it
        updates.put(error)
