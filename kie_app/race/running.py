"""Run decoders on one document one after the other, and report what they do as they do it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Sequence
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


def run_race(
    backbone: Backbone, document: Document, schema: Schema, decoders: Sequence[str]
) -> Generator[RaceUpdate, None, None]:
    """Each decoder from nothing: its start, its tokens as they are written, its extraction.

    Decoding runs in a thread of its own: drawing a token must not slow the next one. Whoever
    closes the iterator ends the arm at its next pass. An error of an arm ends the race; SchemaError
    for a name that is no decoder's, before any arm runs.
    """
    left = threading.Event()
    try:
        for decoder in [extraction.decoder_named(one) for one in decoders]:
            yield RaceStarted(decoder)
            updates: queue.SimpleQueue[RaceUpdate | Exception] = queue.SimpleQueue()
            arm = (backbone, document, schema, decoder, updates, left)
            threading.Thread(target=_run_arm, args=arm, daemon=True).start()
            while isinstance(update := updates.get(), RaceEvent):
                yield update
            if isinstance(update, Exception):
                raise update
            yield update
    finally:
        left.set()


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

    def put(event: Event) -> None:
        if left.is_set():
            raise KieError("The race was stopped.")
        updates.put(RaceEvent(decoder, event))

    try:
        done = extraction.extract(backbone, document, schema, decoder, put, reuse=False)
        updates.put(RaceFinished(decoder, done))
    except Exception as error:  # handed to the waiting reader, who raises it
        updates.put(error)
