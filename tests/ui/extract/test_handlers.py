"""One bad document stops no other, and what is shown is what is filled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.errors import BROKEN, BackboneError, DocumentError
from kie_app.library.library import Library
from kie_app.store import Store
from kie_app.types import Schema
from kie_app.ui.extract.handlers import ExtractHandlers
from kie_app.ui.extract.view import ExtractView, Visit
from kie_app.web.inbox import Inbox
from tests.ui.kept import Guess, keep
from tests.ui.race.test_handlers import asked_by

ADA = asked_by("ada")
NAMES = ("one.png", "two.png", "three.png")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Filling]:
    settings = Settings(data_dir=tmp_path / "data")
    library = Filling(Engine(settings), Store.of(settings))
    for number, name in enumerate(NAMES):
        keep(library.store, "ada", (Guess("total", f"{number}.50", 0.9),), name=name)
    yield library
    library.store.close()


class Filling(Library):
    """A library in which filling is a note of the file's name, or the error under it."""

    def __init__(self, engine: Engine, store: Store) -> None:
        super().__init__(engine, store)
        self.asked: list[str] = []
        self.errors: dict[str, Exception] = {}

    def fill(self, owner: str, document: str, schema: Schema, decoder: str = "") -> Any:
        name = self.one(owner, document).document.name
        self.asked.append(name)
        if name in self.errors:
            raise self.errors[name]


def fill(library: Filling, words: str = "") -> dict[str, Any]:
    """What stands on the page after the button was pressed, by part."""
    with gr.Blocks():
        parts = {name: gr.HTML() for name in ExtractView.__annotations__}
        view = ExtractView(**parts)  # type: ignore[arg-type]
    ready: Any = SimpleNamespace(over=True, require=lambda: None)
    handlers = ExtractHandlers(Settings(), library, Inbox(Settings()), ready, view)
    told: dict[Any, Any] = {}
    for update in handlers.fill(Visit(), "total", (), None, "All", words, ADA):
        told |= update
    return {name: told.get(part) for name, part in parts.items()}


@pytest.mark.parametrize(
    ("error", "line"),
    [(DocumentError("too long"), "too long"), (ZeroDivisionError("no"), BROKEN)],
)
def test_one_bad_document_stops_no_other(
    library: Filling, caplog: pytest.LogCaptureFixture, error: Exception, line: str
) -> None:
    library.errors = {"two.png": error}
    told = fill(library)
    assert sorted(library.asked) == sorted(NAMES)
    assert told["status"] == '<p class="">2 of 3 documents asked for total, 1 failed.</p>'
    assert f"two.png: {line.replace(chr(39), '&#x27;')}" in told["failures"]
    logged = [record.exc_info for record in caplog.records]
    assert len(logged) == (line == BROKEN)
    assert all(logged)


def test_the_last_line_says_what_came_of_it(library: Filling) -> None:
    good = fill(library)
    assert good["status"] == '<p class="good">3 documents asked for total.</p>'
    library.errors = {name: ValueError() for name in NAMES}
    bad = fill(library)
    assert bad["status"] == '<p class="bad">0 of 3 documents asked for total, 3 failed.</p>'


def test_a_missing_model_ends_it_all(library: Filling) -> None:
    library.errors = {name: BackboneError("no model") for name in NAMES}
    with pytest.raises(gr.Error, match="no model"):
        fill(library)
    assert len(library.asked) == 1


def test_what_a_search_hides_is_neither_filled_nor_taken_away(library: Filling) -> None:
    told = fill(library, "TWO.png")
    assert library.asked == ["two.png"]
    [kept] = [one for one in library.all("ada") if one.document.name == "two.png"]
    assert f'value="{kept.document.id}"' in told["files"]
    assert "1 document of 3 shown" in told["summary"]
