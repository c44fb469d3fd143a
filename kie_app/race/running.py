"""Run decoders on one document one after the other, and report what they do as they do it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
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
Updates = queue.SimpleQueue[RaceUpdate | Exception | None]  # None: the turn has come

# Seconds between two arms in which whoever follows a race has to come back; drawing takes far less.
PATIENCE = 60.0


def run_race(
    backbone: Backbone,
    document: Document,
    schema: Schema,
    decoders: Sequence[str],
    turn: AbstractContextManager[object],
) -> Generator[RaceUpdate, None, None]:
    """Each decoder from nothing: its start, its tokens as they are written, its extraction.

    Decoding runs in a thread of its own: drawing a token must not slow the next one. That thread
    takes the `turn` at the model and gives it back when its last arm has really ended. Whoever
    closes the iterator ends the arm at its next pass, and the race. An error of an arm ends the
    race; SchemaError for a name that is no decoder's, before any arm runs.
    """
    named = [extraction.decoder_named(one) for one in decoders]
    steps: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    updates: Updates = queue.SimpleQueue()
    left = threading.Event()

    def run(decoder: str) -> None:
        _run_arm(backbone, document, schema, decoder, updates, left)

    arms = (run, turn, steps, updates, left)
    threading.Thread(target=_run_arms, args=arms, name="race", daemon=True).start()
    try:
        updates.get()
        for decoder in named:
            yield RaceStarted(decoder)
            steps.put(decoder)
            while isinstance(update := updates.get(), RaceEvent):
                yield update
            if isinstance(update, Exception):
                raise update
            if update is not None:
                yield update
    finally:
        left.set()
        steps.put(None)


def _run_arms(
    run: Callable[[str], None],
    turn: AbstractContextManager[object],
    steps: queue.SimpleQueue[str | None],
    updates: Updates,
    left: threading.Event,
) -> None:
    """Run arms as they are asked for. Who neither asks for the next one nor leaves is not waited
    for: the turn is everybody's."""
    with turn:
        updates.put(None)
        while not left.is_set():
            try:
                decoder = steps.get(timeout=PATIENCE)
            except queue.Empty:
                updates.put(KieError("The race was given up: nobody followed it. Run it anew."))
                return
            if decoder is not None:
                run(decoder)


def _run_arm(
    backbone: Backbone,
    document: Document,
    schema: Schema,
    decoder: str,
    updates: Updates,
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
