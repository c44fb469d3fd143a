"""What happens when a sample, a file or the button is chosen: a session in, updates out.

Each handler is a generator of updates; a `KieError` becomes a toast and a line under the button.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from kie_app.access.users import User
from kie_app.datasets.samples import load_samples
from kie_app.decoding import DECODERS
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import DocumentError, SchemaError, StoreError
from kie_app.library.library import Library
from kie_app.race.figures import Label
from kie_app.race.running import RaceEvent
from kie_app.schemas.naming import joined_names
from kie_app.types import Document, Key, Schema
from kie_app.ui.keys.editor import asked_schema
from kie_app.ui.race import charts, results, stage
from kie_app.ui.race.session import Session
from kie_app.ui.race.state import Race
from kie_app.ui.race.view import View
from kie_app.ui.shared.drop_zone import upload_of
from kie_app.ui.shared.elements import Update, status_line
from kie_app.ui.shared.errors import await_model, shows_errors
from kie_app.ui.shared.formatting import short
from kie_app.ui.shared.visitor import visitor
from kie_app.web.inbox import Inbox, refusal

# Between two drawings while tokens stream: often enough to look live, seldom enough that drawing
# takes next to nothing from the arm that is being timed.
DRAW_SECONDS = 0.4
ALOFT_SECONDS = 0.15  # the last values are on their way: charts would slow their drawing

NO_TEXT = "The document has no text: its fields will come back absent."
READ = "Read."
NAME_KEYS = "Read. Name the keys and fill all fields."
STOPPED = "Stopped. Nothing is kept of a race that did not end."


class RaceHandlers:
    """Handlers over the engine. What belongs to a visitor comes in and goes out as a Session."""

    def __init__(
        self, engine: Engine, library: Library, inbox: Inbox, warm_up: WarmUp, view: View
    ) -> None:
        self._engine = engine
        self._inbox = inbox
        self._library = library
        self._warm_up = warm_up
        samples = load_samples(engine.settings.annotations_dir)
        self._samples = {sample.name: sample for sample in samples}
        self.view = view

    @shows_errors
    def pick_sample(
        self, session: Session, decoders: list[str], event: gr.EventData, request: gr.Request
    ) -> Iterator[Update]:
        """Open a sample with its keys and run the race on it."""
        sample = self._samples.get(str(event.sample))
        if sample is None:
            raise DocumentError("There is no such sample: pick one of the cards.")
        user = visitor(request)
        data = sample.path.read_bytes()
        label = {key.name: sample.entities.get(key.name, "") for key in sample.schema.keys}
        session = self._open(user, session, sample.path.name, data, label)
        yield from self._race(user, session, sample.schema, decoders)

    def keys_of_sample(self, event: gr.EventData) -> tuple[str, tuple[Key, ...], None]:
        """The keys that a sample comes with, for the keys editor; the template is none."""
        sample = self._samples.get(str(event.sample))
        named = sample.schema.keys if sample else ()
        return joined_names(named), named, None

    @shows_errors
    def open_file(
        self,
        session: Session,
        payload: Any,
        names: str,
        known: tuple[Key, ...],
        template: str | None,
        decoders: list[str],
        request: gr.Request,
    ) -> Iterator[Update]:
        """Read an uploaded document and show its pages; run the race on it if keys are named."""
        data, name = self._inbox.take(visitor(request).name, upload_of(payload))
        yield {self.view.status: status_line(f"Reading {name}\N{HORIZONTAL ELLIPSIS}")}
        session = self._open(visitor(request), session, name, data, None)
        following = _next(session.document, names)
        yield {**self._cleared(session), self.view.status: status_line(following)}
        if following == READ:
            session = replace(session, extractions=())  # its charts are cleared already
            schema = asked_schema(self._library.schemas, names, known, template)
            yield from self._race(visitor(request), session, schema, decoders)

    @shows_errors
    def refuse_file(self, event: gr.EventData) -> Iterator[Update]:
        """Say why the browser did not send a file."""
        yield {self.view.status: status_line("Checking the file\N{HORIZONTAL ELLIPSIS}")}
        raise refusal(str(event.name), int(event.size), self._engine.settings)

    @shows_errors
    def fill(
        self,
        session: Session,
        names: str,
        known: tuple[Key, ...],
        template: str | None,
        decoders: list[str],
        request: gr.Request,
    ) -> Iterator[Update]:
        """Run the race on the open document with the keys named."""
        if session.document is None:
            raise DocumentError("No document is open: pick a sample or open a file of your own.")
        schema = asked_schema(self._library.schemas, names, known, template)
        yield from self._race(visitor(request), session, schema, decoders)

    def stop(self, session: Session) -> Update:
        """Clear the stage of a race that was cancelled: half of it compares nothing."""
        if session.extractions:
            return {self.view.status: status_line("Nothing is running now.")}
        return {**self._cleared(session), self.view.status: status_line(STOPPED)}

    def _open(
        self, user: User, session: Session, name: str, data: bytes, label: Label | None
    ) -> Session:
        kept = self._library.add(user.name, name, data)
        document = self._library.open(user.name, kept.id)
        # Page images stay with the library: a session outlives its tab by up to an hour.
        bare = tuple(replace(page, image=None) for page in document.pages)
        opened = replace(document, pages=bare)
        return replace(session, kept=kept.id, document=opened, label=label)

    def _cleared(self, session: Session) -> Update:
        """The session's document on the stage, nothing about an earlier race. Charts that are empty
        are left alone: drawing them anew takes the time of a pass."""
        view = self.view
        update = {
            view.session: replace(session, extractions=()),
            view.stage: stage.render(None, session.document, session.kept, running=False),
        }
        if session.extractions:
            update |= {view.results: "", **dict(zip(view.plots, charts.empty(), strict=True))}
        return update

    def _race(
        self, user: User, session: Session, schema: Schema, decoders: Sequence[str]
    ) -> Iterator[Update]:
        chosen = [decoder for decoder in DECODERS if decoder in decoders]
        if not chosen:
            raise SchemaError("No arm is ticked: tick at least one under 'Arms'.")
        yield self._cleared(session)
        yield from await_model(self._warm_up, self.view.status)
        race = Race.of(schema, chosen)
        yield self._frame(race, session)
        for frame in self._frames(race, session):
            race = frame
            yield self._frame(race, session)
        time.sleep(ALOFT_SECONDS)
        # Kept before it is shown: whoever leaves at the last drawing does not lose it.
        trouble = self._keep(user, session, race)
        yield self._finished(race, replace(session, extractions=race.extractions)) | trouble

    def _keep(self, user: User, session: Session, race: Race) -> Update:
        """Keep the race; where it cannot be, the line that says so."""
        try:
            self._library.races.save(user.name, session.kept, race.schema, race.extractions)
        except StoreError as error:  # somebody deleted the document meanwhile, say
            return {self.view.status: status_line(f"Done, but not kept: {error}", "bad")}
        return {}

    def _frames(self, race: Race, session: Session) -> Iterator[Race]:
        """The race after each news worth drawing: a pass is drawn whole, and not too often."""
        assert session.document is not None
        drawn, at = 0.0, 0.0
        decoders = [arm.decoder for arm in race.arms]
        for update in self._engine.race(session.document, race.schema, decoders):
            now = time.perf_counter()
            if not isinstance(update, RaceEvent):
                race, drawn, at = race.after(update), now, 0.0
                yield race
                continue
            if update.event.at > at and now - drawn > DRAW_SECONDS:
                drawn = now
                yield race
            race, at = race.after(update), update.event.at

    def _frame(self, race: Race, session: Session) -> Update:
        return {
            self.view.status: status_line(_progress(race)),
            self.view.stage: stage.render(race, session.document, session.kept, running=True),
        }

    def _finished(self, race: Race, session: Session) -> Update:
        view, document = self.view, session.document
        assert document is not None
        figures = charts.charts(race.extractions, document.ocr_seconds, session.label)
        return {
            view.session: session,
            view.status: status_line("Done. Click a field to see where it stands.", "good"),
            view.stage: stage.render(race, document, session.kept, running=False),
            view.results: results.render(race.extractions, document, session.label),
            view.caption: results.caption(self._engine.facts(), race.extractions),
            **dict(zip(view.plots, figures, strict=True)),
        }


def _progress(race: Race) -> str:
    for arm in race.arms:
        if arm.state == "running":
            return f"{short(arm.decoder)} is running\N{HORIZONTAL ELLIPSIS}"
    return "Running\N{HORIZONTAL ELLIPSIS}"


def _next(document: Document | None, names: str) -> str:
    """What follows once a document is read: READ, and its race, or what the person is to do."""
    if document is None or not document.lines:
        return NO_TEXT
    return READ if names.strip() else NAME_KEYS
