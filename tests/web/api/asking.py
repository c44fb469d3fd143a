"""Asking the API, and what it says when it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from tests.access.people import App


def ask(program: httpx2.Client, method: str, path: str, **sent: Any) -> Any:
    """The answer to a call that succeeds."""
    answer = program.request(method, f"/api/{path}", **sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(program: httpx2.Client, method: str, path: str, **sent: Any) -> tuple[int, str]:
    """The status and the one line of a call that fails."""
    answer = program.request(method, f"/api/{path}", **sent)
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"detail"}
    assert "\n" not in body["detail"]
    return answer.status_code, body["detail"]


def part(file: Path) -> dict[str, tuple[str, bytes]]:
    """A file as a form sends it."""
    return {"file": (file.name, file.read_bytes())}


def left(app: App) -> list[Path]:
    """What lies in the inbox."""
    folder = app.engine.settings.data_dir / "inbox"
    return list(folder.iterdir()) if folder.exists() else []
