"""Bad input comes back as one line, in the page and as a toast, and leaves nothing behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from PIL import Image
from starlette.requests import Request

from kie_app.access.users import Role, User
from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import DocumentError
from kie_app.library.library import Library
from kie_app.store import Store
from kie_app.ui.page import build_ui
from kie_app.ui.race.handlers import RaceHandlers
from kie_app.ui.race.session import Session
from kie_app.ui.race.view import View
from kie_app.ui.shared.elements import Update
from kie_app.ui.shared.visitor import visitor
from kie_app.web.inbox import Inbox
from tests.documents.pictures import drawn, encoded
from tests.ui import recorded

READ = Session("t", document=recorded.document())


@pytest.fixture(scope="module")
def handlers() -> RaceHandlers:
    engine = Engine(Settings())
    with gr.Blocks():
        html = [gr.HTML() for _ in range(4)]
        view = View(gr.State(), *html, (gr.Plot(),) * 4)
    library = Library(engine, Store.of(engine.settings))
    return RaceHandlers(engine, library, Inbox(engine.settings), WarmUp(engine), view)


def asked_by(name: str, role: Role = "user") -> gr.Request:
    """An event of this user, as it comes through the gate."""
    scope = {"type": "http", "headers": [], "user": User(name, role)}
    return gr.Request(Request(scope), username=name)


ADA = asked_by("ada")


def opened(handlers: RaceHandlers, payload: Any, names: str = "") -> Iterator[Update]:
    """What a drop does, with these keys named before."""
    eve = asked_by("eve")
    return handlers.open_file(READ, payload, names, (), None, ["mask_parallel"], eve)


def png() -> bytes:
    """An empty page."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def refusal(updates: Iterator[Update], handlers: RaceHandlers) -> str:
    """The line under the button; the toast must say the same."""
    lines: list[Any] = []
    with pytest.raises(gr.Error) as raised:
        lines += [
            update[handlers.view.status] for update in updates if handlers.view.status in update
        ]
    assert "\n" not in raised.value.message
    return str(raised.value.message)


def test_no_document_is_told(handlers: RaceHandlers) -> None:
    message = refusal(handlers.fill(Session(), "a", (), None, ["mask_parallel"], ADA), handlers)
    assert "No document is open" in message


@pytest.mark.parametrize(
    ("names", "part"),
    [
        ("", "No keys"),
        ("total, total", "twice"),
        (",".join(f"k{n}" for n in range(200)), "200 keys"),
        ("k" * 10_000, "10000 characters"),
    ],
)
def test_keys_that_cannot_be_asked_are_told(handlers: RaceHandlers, names: str, part: str) -> None:
    message = refusal(handlers.fill(READ, names, (), None, ["mask_parallel"], ADA), handlers)
    assert part in message
    assert len(message) < 300


def test_no_arm_is_told(handlers: RaceHandlers) -> None:
    assert "No arm is ticked" in refusal(handlers.fill(READ, "a", (), None, [], ADA), handlers)


def test_a_message_is_escaped(handlers: RaceHandlers) -> None:
    key = "<img src=x onerror=alert(1)>"
    message = refusal(
        handlers.fill(READ, f"{key},{key}", (), None, ["mask_parallel"], ADA), handlers
    )
    assert "<img" not in message
    assert "&lt;img" in message


def test_an_unknown_sample_is_told(handlers: RaceHandlers) -> None:
    event = SimpleNamespace(sample="../../etc/passwd")
    message = refusal(
        handlers.pick_sample(READ, ["mask_parallel"], event, asked_by("ada")), handlers
    )
    assert "no such sample" in message


def received(handlers: RaceHandlers, name: str, data: bytes) -> dict[str, str]:
    """A file that eve has just sent, as its event names it."""
    return {"upload": handlers._inbox.put("eve", name, io.BytesIO(data)), "name": name}


@pytest.mark.parametrize("payload", [None, 7, "a", {}, {"upload": "/etc/passwd"}, {"upload": 7}])
def test_what_was_not_sent_is_told(handlers: RaceHandlers, payload: Any) -> None:
    assert "no such upload" in refusal(opened(handlers, payload), handlers)


def test_a_bad_upload_is_told_and_deleted(handlers: RaceHandlers) -> None:
    payload = received(handlers, "empty.pdf", b"")
    assert "empty.pdf" in refusal(opened(handlers, payload), handlers)
    assert "no such upload" in refusal(opened(handlers, payload), handlers)


@pytest.mark.parametrize(
    ("page", "names", "part"),
    [(png(), "total", "no text"), (encoded(drawn(), "PNG"), " ", "Name the keys")],
)
def test_a_drop_that_cannot_be_filled_yet_says_what_is_next(
    handlers: RaceHandlers, page: bytes, names: str, part: str
) -> None:
    payload = received(handlers, "a.png", page)
    *_, last = opened(handlers, payload, names)
    with pytest.raises(DocumentError):
        handlers._inbox.take("eve", payload["upload"])
    assert part in last[handlers.view.status]
    assert last[handlers.view.session].document is not None


def test_a_drop_is_open_although_its_keys_cannot_be_asked(
    handlers: RaceHandlers,
) -> None:
    payload = received(handlers, "a.png", encoded(drawn(), "PNG"))
    updates: list[Update] = []
    with pytest.raises(gr.Error, match="twice"):
        updates.extend(opened(handlers, payload, "total, total"))
    (session,) = (one[handlers.view.session] for one in updates if handlers.view.session in one)
    assert session.document.name == "a.png"


def test_a_file_over_the_limit_is_told_with_value_limit_and_remedy(handlers: RaceHandlers) -> None:
    event = SimpleNamespace(name="scan.tiff", size=31_400_000)
    message = refusal(handlers.refuse_file(event), handlers)
    for part in ("scan.tiff", "31.4 MB", "25 MB", "ONEPASS_MAX_FILE_MB"):
        assert part in message


def test_a_document_opens_for_the_user_who_asked(handlers: RaceHandlers) -> None:
    opened = handlers._open(visitor(ADA), Session(), "a.png", png(), None)
    assert opened.document is not None
    assert [page.image for page in opened.document.pages] == [None]
    assert [one.document.id for one in handlers._library.all("ada")] == [opened.kept]
    others = handlers._open(visitor(asked_by("bob")), opened, "a.png", png(), None)
    assert others.kept != opened.kept


def test_building_the_page_loads_no_model() -> None:
    engine = Engine(Settings())
    library = Library(engine, Store.of(engine.settings))
    build_ui(engine, library, Inbox(engine.settings), WarmUp(engine))
    assert engine._backbone is None
