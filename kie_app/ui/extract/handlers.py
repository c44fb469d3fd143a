"""What happens on the Extract tab: documents come in, are filled, looked through and deleted.

Each document is kept as soon as it is worked on, so that stopping, or a file that cannot be read,
costs nothing of the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from kie_app.config import Settings
from kie_app.datasets.samples import load_samples
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import BackboneError, DocumentError, line_of
from kie_app.library.library import Library
from kie_app.library.standing import Record
from kie_app.schemas.naming import joined_names
from kie_app.types import Key
from kie_app.ui.extract import grid as extract_grid
from kie_app.ui.extract.view import ExtractView, Visit
from kie_app.ui.keys.editor import asked_schema
from kie_app.ui.shared.drop_zone import upload_of
from kie_app.ui.shared.elements import Update, status_line
from kie_app.ui.shared.errors import await_model, shows_errors
from kie_app.ui.shared.formatting import count
from kie_app.ui.shared.visitor import visitor
from kie_app.web.inbox import Inbox, refusal

STOPPED = "Stopped. What was done until then is kept."


class ExtractHandlers:
    """Handlers over the library. What belongs to a visitor comes in and goes out as a Visit."""

    def __init__(
        self, settings: Settings, library: Library, inbox: Inbox, warm_up: WarmUp, view: ExtractView
    ) -> None:
        self._settings, self._library, self._inbox = settings, library, inbox
        self._warm_up, self.view = warm_up, view

    @shows_errors
    def show(self, visit: Visit, shown: str, words: str, request: gr.Request) -> Update:
        """The grid as the library stands now."""
        return self._grid(visit, shown, words, visitor(request).name)

    @shows_errors
    def add(self, visit: Visit, payload: Any, request: gr.Request) -> Iterator[Update]:
        """Keep the dropped files, one after the other."""
        owner = visitor(request).name
        yield from self._add(visit, [self._sent(one, owner) for one in payload], request)

    @shows_errors
    def add_samples(self, visit: Visit, request: gr.Request) -> Iterator[Update]:
        """Keep the sample documents."""
        samples = load_samples(self._settings.annotations_dir)
        files = [(one.path.name, one.path.read_bytes) for one in samples]
        yield from self._add(visit, files, request)

    @shows_errors
    def fill(
        self,
        visit: Visit,
        names: str,
        known: tuple[Key, ...],
        template: str | None,
        shown: str,
        words: str,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Ask the keys of every document that is shown."""
        owner, view = visitor(request).name, self.view
        schema = asked_schema(self._library.schemas, names, known, template)
        records = self._shown(visit, shown, words, owner)
        if not records:
            raise DocumentError("No document is shown: drop some, or show others.")
        yield from await_model(self._warm_up, view.status)
        work = [
            (one.document.name, lambda at=one.document.id: self._library.fill(owner, at, schema))
            for one in records
        ]
        failed = yield from self._work(work, "Filling")
        asked = _asked(len(records), len(failed), joined_names(schema.keys))
        yield {**self._grid(visit, shown, words, owner), view.status: asked}

    @shows_errors
    def pick(self, event: gr.SelectData, request: gr.Request) -> Update:
        """What can be done with the document of a row."""
        owner, view = visitor(request).name, self.view
        start = str(event.row_value[-1])
        picked = [one for one in self._library.all(owner) if one.document.id.startswith(start)]
        if len(picked) != 1:
            return {view.picked: gr.Row(visible=False)}
        [record] = picked
        return {
            view.chosen: record.document.id,
            view.picked: gr.Row(visible=True),
            view.sure: gr.Row(visible=False),
            view.name: status_line(_summary(record)),
        }

    @shows_errors
    def delete(
        self, visit: Visit, chosen: str, shown: str, words: str, request: gr.Request
    ) -> Update:
        """Remove the picked document."""
        owner = visitor(request).name
        self._library.delete(owner, chosen)
        left = Visit(tuple(one for one in visit.added if one != chosen))
        hidden = {self.view.picked: gr.Row(visible=False), self.view.sure: gr.Row(visible=False)}
        gone = status_line("Deleted, with its file and all that was said of it.", "good")
        grid = self._grid(left, shown, words, owner)
        return {**grid, **hidden, self.view.visit: left, self.view.status: gone}

    def _add(
        self,
        visit: Visit,
        files: Sequence[tuple[str, Callable[[], bytes]]],
        request: gr.Request,
    ) -> Iterator[Update]:
        owner, view = visitor(request).name, self.view
        added: list[str] = []

        def keep(name: str, data: Callable[[], bytes]) -> None:
            added.append(self._library.add(owner, name, data()).id)

        work = [(name, lambda n=name, d=data: keep(n, d)) for name, data in files]
        yield from self._work(work, "Reading")
        visit = replace(visit, added=tuple(dict.fromkeys((*visit.added, *added))))
        shown = "Added now" if added else "All"
        read = f"{count(len(added), 'document')} read. Name the keys and fill."
        yield {
            **self._grid(visit, shown, "", owner),
            view.visit: visit,
            view.shown: shown,
            view.search: "",
            view.status: status_line(read, "good" if added else ""),
        }

    def _sent(self, payload: Any, owner: str) -> tuple[str, Callable[[], bytes]]:
        """A dropped file's name, and how to get its bytes, or the error that it did not arrive:
        that is one file's trouble, not that of the others."""
        name = str(payload.get("name") or "the file")
        try:
            if "upload" not in payload:
                raise refusal(name, int(payload["size"]), self._settings)
            data, name = self._inbox.take(owner, upload_of(payload))
        except DocumentError as error:
            trouble = error

            def refuse() -> bytes:
                raise trouble

            return name, refuse
        return name, lambda: data

    def _work(
        self, work: Sequence[tuple[str, Callable[[], Any]]], verb: str
    ) -> Generator[Update, None, list[str]]:
        """Do one thing after the other, saying which; what fails is listed, left and returned."""
        view = self.view
        failed: list[str] = []
        yield {view.failures: ""}
        for done, (name, act) in enumerate(work):
            yield {view.status: extract_grid.progress(done, len(work), f"{verb} {name}")}
            try:
                act()
            except BackboneError:
                raise  # the same for every document
            except Exception as error:
                failed.append(f"{name}: {line_of(error, name)}")
                yield {view.failures: extract_grid.failures(failed)}
        return failed

    def _shown(self, visit: Visit, shown: str, words: str, owner: str) -> list[Record]:
        return extract_grid.chosen(self._library.all(owner), shown, visit.added, words)

    def _grid(self, visit: Visit, shown: str, words: str, owner: str) -> Update:
        view, records = self.view, self._library.all(owner)
        some = extract_grid.chosen(records, shown, visit.added, words)
        grid = extract_grid.grid(some)
        return {
            view.summary: status_line(extract_grid.summary(records, some)),
            view.grid: gr.Dataframe(value=grid.value(), visible=bool(some)),
            view.files: extract_grid.files(some),
        }


def _asked(number: int, failed: int, names: str) -> str:
    """How many documents were asked, and how many of them failed."""
    if not failed:
        return status_line(f"{count(number, 'document')} asked for {names}.", "good")
    done = f"{number - failed} of {count(number, 'document')} asked for {names}, {failed} failed."
    return status_line(done, "bad" if failed == number else "")


def _summary(record: Record) -> str:
    """The picked document in one line."""
    fields = count(len(record.fields), "field")
    return (
        f"{record.document.name}: {fields}, {record.verified} checked. {'; '.join(record.broken)}"
    )
