"""Bad input comes back as one line, in the page and as a toast, and leaves nothing behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from PIL import Image
from starlette.requests import Request

from kie_app.config import Settings
from kie_app.errors import DocumentError
from kie_app.library import Library
from kie_app.services import Services
from kie_app.ui import upload
from kie_app.ui.build import build_ui
from kie_app.ui.race_handlers import RaceHandlers
from kie_app.ui.readiness import WarmUp
from kie_app.ui.session import Session
from kie_app.ui.view import Update, View
from kie_app.ui.visitor import visitor
from kie_app.users import User
from tests.ui import recorded

READ = Session("t", document=recorded.document())


@pytest.fixture(scope="module")
def handlers() -> RaceHandlers:
    services = Services(Settings())
    with gr.Blocks():
        html = [gr.HTML() for _ in range(4)]
        view = View(gr.State(), *html, (gr.Plot(),) * 4)
    return RaceHandlers(services, Library(services), WarmUp(services), view)


def asked_by(name: str) -> gr.Request:
    """An event of this user, as it comes through the gate."""
    return gr.Request(Request({"type": "http", "headers": [], "user": User(name)}), username=name)


ADA = asked_by("ada")


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


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Gradio puts what it receives."""
    folder = tmp_path / "received"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


@pytest.mark.parametrize("path", ["secret", "received/../secret", "received/link", None, 5])
def test_what_was_not_uploaded_is_neither_read_nor_deleted(
    uploads: Path, tmp_path: Path, path: Any
) -> None:
    (tmp_path / "secret").write_bytes(b"data")
    (uploads / "link").symlink_to(tmp_path / "secret")
    named = str(tmp_path / path) if isinstance(path, str) else path
    with pytest.raises(DocumentError, match="no upload to this app"):
        upload.take({"path": named, "orig_name": "a.png"})
    assert (tmp_path / "secret").read_bytes() == b"data"


def test_a_bad_upload_is_told_and_deleted(handlers: RaceHandlers, uploads: Path) -> None:
    file = uploads / "hash" / "upload"
    file.parent.mkdir()
    file.write_bytes(b"")
    payload = {"path": str(file), "orig_name": "empty.pdf"}
    assert "empty.pdf" in refusal(handlers.open_file(READ, payload, asked_by("ada")), handlers)
    assert list(uploads.iterdir()) == []


def test_a_good_upload_is_deleted_too(uploads: Path) -> None:
    file = uploads / "hash" / "upload"
    file.parent.mkdir()
    file.write_bytes(b"data")
    assert upload.take({"path": str(file), "orig_name": "a.png"}) == (b"data", "a.png")
    assert list(uploads.iterdir()) == []


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
    services = Services(Settings())
    build_ui(services, WarmUp(services))
    assert services._backbone is None


def test_a_document_just_read_is_not_filled_before_keys_are_named(handlers: RaceHandlers) -> None:
    def said(session: Session, names: str) -> str:
        decoders = ["mask_parallel"]
        (update,) = handlers.fill_named(session, names, (), None, decoders, ADA)
        return str(update[handlers.view.status])

    assert "Name the keys" in said(READ, " ")
    assert READ.document is not None
    blank = Session("t", document=replace(READ.document, lines=()))
    assert "no text" in said(blank, "total")


def test_keys_named_before_the_drop_are_checked_too(handlers: RaceHandlers) -> None:
    updates = handlers.fill_named(READ, "total, total", (), None, ["mask_parallel"], ADA)
    assert "twice" in refusal(updates, handlers)
