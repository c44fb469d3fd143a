"""What is sent lies in a place of its own, and what was not sent whole lies nowhere."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from gradio.utils import get_upload_folder

from kie_app.config import Settings
from tests.access.people import App, running


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(Settings(data_dir=tmp_path_factory.mktemp("app"), max_file_mb=1)) as app:
        yield app


@pytest.fixture
def cache(app: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where files lie, with nothing in it."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    assert get_upload_folder() == str(tmp_path)
    return tmp_path


def sent(app: App, *files: tuple[str, bytes]) -> list[Path]:
    with app.browser() as anybody:
        answer = anybody.post("/gradio_api/upload", files=[("files", one) for one in files])
    assert answer.status_code == 200, answer.text
    return [Path(path) for path in answer.json()]


def test_equal_files_of_one_name_are_two(app: App, cache: Path) -> None:
    paths = sent(app, ("a.pdf", b"same"), ("a.pdf", b"same")) + sent(app, ("a.pdf", b"same"))
    assert len(set(paths)) == 3
    assert {path.name for path in paths} == {"a.pdf"}
    assert all(path.read_bytes() == b"same" and path.is_relative_to(cache) for path in paths)


@pytest.mark.parametrize(
    "name", ["..", "../../up.pdf", ".hidden", "a/../..", "\u00e4" * 300 + ".pdf"]
)
def test_no_name_leads_elsewhere(app: App, cache: Path, name: str) -> None:
    [path] = sent(app, (name, b"text"))
    assert path.resolve().parent.parent == cache.resolve()
    assert path.read_bytes() == b"text"


def test_a_file_broken_off_leaves_nothing(app: App, cache: Path) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    head = (
        "POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    where = urlsplit(app.address)
    with socket.create_connection((where.hostname, where.port)) as line:
        line.sendall(head.encode() + form + bytes(500_000))
        time.sleep(0.5)
    time.sleep(0.5)
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_a_file_over_the_limit_is_refused(app: App, cache: Path) -> None:
    with app.browser() as anybody:
        files = {"files": ("a.pdf", bytes(1_000_001))}
        assert anybody.post("/gradio_api/upload", files=files).status_code == 413
    assert list(cache.iterdir()) == []
