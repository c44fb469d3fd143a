"""What happens when a sample, a file or the button is chosen: a session in, updates out.

Each handler is a generator of updates; a `KieError` becomes a toast and a line under the button.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

import gradio as gr

from kie_app.errors import BackboneError, DocumentError, KieError, SchemaError
from kie_app.services import RaceEvent, Services
from kie_app.types import Document, Key, Schema
from kie_app.ui import charts, keys, results, stage, upload
from kie_app.ui.figures import Label
from kie_app.ui.grants import Grants
from kie_app.ui.race_state import Race
from kie_app.ui.readiness import WarmUp
from kie_app.ui.session import Session
from kie_app.ui.view import Update, View
from kie_app.ui.visitor import visitor
from kie_app.ui.words import ARMS, safe, short
from kie_app.users import User

# Between two drawings while tokens stream: often enough to look live, seldom enough that drawing
# takes next to nothing from the arm that is being timed.
DRAW_SECONDS = 0.4

BROKEN = "Something broke in the app itself; the server's log says what."

Handler = Callable[..., Iterator[Update]]


def status_line(text: str, mood: str = "") -> str:
    return f'<p class="{mood}">{safe(text)}</p>'


def told(handler: Handler) -> Handler:
    """Tell the person about a `KieError`: in the line under the button, and as a toast."""

    @wraps(handler)
    def wrapper(self: RaceHandlers, *args: Any) -> Iterator[Update]:
        try:
            yield from handler(self, *args)
        except KieError as error:
            yield {self.view.status: status_line(str(error), "bad")}
            raise gr.Error(safe(str(error)), print_exception=False) from error
        except Exception:
            yield {self.view.status: status_line(BROKEN, "bad")}
            raise

    return wrapper


class RaceHandlers:
    """Handlers over the services. What belongs to a visitor comes in and goes out as a Session."""

    def __init__(self, services: Services, grants: Grants, warm_up: WarmUp, view: View) -> None:
        self._services = services
        self._grants = grants
        self._warm_up = warm_up
        self._samples = {sample.name: sample for sample in services.samples()}
        self.view = view

    def enter(self, request: gr.Request) -> Session:
        """A new visitor."""
        return Session(token=self._grants.enter(visitor(request).name))

    @told
    def pick_sample(
        self, session: Session, decoders: list[str], event: gr.EventData, request: gr.Request
    ) -> Iterator[Update]:
        """Open a sample with its keys and run the race on it."""
        sample = self._samples.get(str(event.sample))
        if sample is None:
            raise DocumentError("There is no such sample: pick one of the cards.")
        document = self._services.read_file(sample.path)
        session = self._open(visitor(request), session, document, sample.entities)
        yield from self._race(session, sample.schema, decoders)

    def keys_of_sample(self, event: gr.EventData) -> tuple[str, tuple[Key, ...], None]:
        """The keys that a sample comes with, for the keys editor; the template is none."""
        sample = self._samples.get(str(event.sample))
        named = sample.schema.keys if sample else ()
        return keys.text_of(named), named, None

    @told
    def open_file(self, session: Session, payload: Any, request: gr.Request) -> Iterator[Update]:
        """Read an uploaded document and show its pages; the keys stay as they are."""
        data, name = upload.take(payload)
        yield {self.view.status: status_line(f"Reading {name}\N{HORIZONTAL ELLIPSIS}")}
        document = self._services.read(data, name)
        session = self._open(visitor(request), session, document, None)
        yield {
            **self._cleared(session),
            self.view.status: status_line(_ready_to_fill(session.document)),
        }

    @told
    def refuse_file(self, event: gr.EventData) -> Iterator[Update]:
        """Say why the browser did not send a file."""
        yield {self.view.status: status_line("Checking the file\N{HORIZONTAL ELLIPSIS}")}
        raise upload.refusal(str(event.name), int(event.size), self._services.settings)

    @told
    def fill(
        self,
        session: Session,
        names: str,
        known: tuple[Key, ...],
        template: str | None,
        decoders: list[str],
    ) -> Iterator[Update]:
        """Run the race on the open document with the keys named."""
        if session.document is None:
            raise DocumentError("No document is open: pick a sample or open a file of your own.")
        named = keys.parse(names, known)
        schema = self._services.schema(template or "own keys", named)
        yield from self._race(session, schema, decoders)

    def _open(
        self, user: User, session: Session, document: Document, label: Label | None
    ) -> Session:
        return Session(self._grants.allow(session.token, user.name, document.id), document, label)

    def _cleared(self, session: Session) -> Update:
        """The session's document on the stage, nothing about an earlier race."""
        view = self.view
        return {
            view.session: session,
            view.stage: stage.render(None, session.document, session.token, running=False),
            view.results: "",
            **dict(zip(view.plots, charts.empty(), strict=True)),
        }

    def _race(self, session: Session, schema: Schema, decoders: Sequence[str]) -> Iterator[Update]:
        chosen = [decoder for decoder in ARMS if decoder in decoders]
        if not chosen:
            raise SchemaError("No arm is ticked: tick at least one under 'Arms'.")
        yield self._cleared(session)
        yield from self._await_model()
        race = Race.of(schema, chosen)
        yield self._frame(race, session)
        for frame in self._frames(race, session):
            race = frame
            yield self._frame(race, session)
        yield self._finished(race, replace(session, extractions=race.extractions))

    def _await_model(self) -> Iterator[Update]:
        if not self._warm_up.over:
            yield {self.view.status: status_line("Loading the model\N{HORIZONTAL ELLIPSIS}")}
            self._warm_up.wait()
        if self._warm_up.trouble:
            raise BackboneError(self._warm_up.trouble)

    def _frames(self, race: Race, session: Session) -> Iterator[Race]:
        """The race after each news worth drawing: a pass is drawn whole, and not too often."""
        assert session.document is not None
        drawn, at = 0.0, 0.0
        decoders = [arm.decoder for arm in race.arms]
        for update in self._services.race(session.document, race.schema, decoders):
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
            self.view.stage: stage.render(race, session.document, session.token, running=True),
        }

    def _finished(self, race: Race, session: Session) -> Update:
        view, document = self.view, session.document
        assert document is not None
        figures = charts.charts(race.extractions, document.ocr_seconds, session.label)
        return {
            view.session: session,
            view.status: status_line("Done. Click a field to see where it stands.", "good"),
            view.stage: stage.render(race, document, session.token, running=False),
            view.results: results.render(race.extractions, document, session.label),
            view.caption: results.caption(self._services.facts(), race.extractions),
            **dict(zip(view.plots, figures, strict=True)),
        }


def _progress(race: Race) -> str:
    for arm in race.arms:
        if arm.state == "running":
            return f"{short(arm.decoder)} is running\N{HORIZONTAL ELLIPSIS}"
    return "Running\N{HORIZONTAL ELLIPSIS}"


def _ready_to_fill(document: Document | None) -> str:
    lines = len(document.lines) if document else 0
    if not lines:
        return "The document has no text: its fields will come back absent."
    return "Read. Name the keys and fill all fields."
