"""Files are sent to a running app: whole and within the limit, or not at all."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from kie_app.config import Settings
from kie_app.web.inbox import LIFETIME
from tests.access.people import App, person, running, with_users
from tests.web.api.asking import left


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada", "admin"), person("bob"))
    settings = Settings(login=True, data_dir=folder / "data", max_file_mb=1)
    with running(settings) as app:
        yield app


@pytest.fixture(autouse=True)
def empty(app: App) -> None:
    for path in left(app):
        path.unlink()


def send(program: httpx2.Client, *files: tuple[str, bytes]) -> httpx2.Response:
    return program.post("/uploads", files=[("files", one) for one in files])


def test_each_file_gets_an_id_of_its_own(app: App, ada: httpx2.Client) -> None:
    answer = send(ada, ("a.pdf", b"same"), ("a.pdf", b"same"), ("b.pdf", b"other"))
    assert answer.status_code == 200
    assert [one["name"] for one in answer.json()] == ["a.pdf", "a.pdf", "b.pdf"]
    assert {one["id"] for one in answer.json()} == {path.name for path in left(app)}
    assert sorted(path.read_bytes() for path in left(app)) == [b"other", b"same", b"same"]


def test_a_file_over_the_limit_is_refused_with_those_beside_it(
    app: App, ada: httpx2.Client
) -> None:
    answer = send(ada, ("a.pdf", b"small"), ("b.pdf", bytes(1_000_001)))
    assert (answer.status_code, answer.json().keys()) == (413, {"detail"})
    assert left(app) == []
    assert send(ada, ("b.pdf", bytes(1_000_000))).status_code == 200


def test_a_file_broken_off_leaves_nothing(app: App, ada: httpx2.Client) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    head = (
        "POST /uploads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
        f"Authorization: {ada.headers['authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    where = urlsplit(app.address)
    with socket.create_connection((where.hostname, where.port)) as line:
        line.sendall(head.encode() + form + bytes(500_000))
        time.sleep(0.5)
    time.sleep(0.5)
    assert left(app) == []


@pytest.mark.parametrize("sent", [{}, {"data": {"files": "text"}}, {"json": {"files": []}}])
def test_a_call_without_files_is_told_so(ada: httpx2.Client, sent: dict[str, object]) -> None:
    answer = ada.post("/uploads", **sent)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert "files" in answer.json()["detail"]


def test_what_was_left_long_ago_is_deleted_when_the_app_starts(tmp_path: Path) -> None:
    orphan = tmp_path / "inbox" / "orphan"
    orphan.parent.mkdir()
    orphan.write_bytes(b"data")
    os.utime(orphan, (0, time.time() - LIFETIME - 1))
    with running(Settings(data_dir=tmp_path)):
        end = time.monotonic() + 30
        while orphan.exists() and time.monotonic() < end:
            time.sleep(0.01)
        assert not orphan.exists()
