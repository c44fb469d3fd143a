"""No minute sees more requests of one user than allowed, and no body is read past the limit."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.types import Message

from kie_app.access import limit
from kie_app.access.limits import MINUTE, BodyLimit, RateLimit, who_asks
from kie_app.access.users import LOCAL, User
from kie_app.config import Settings
from tests.access.people import App, basic, person, running, with_users

ADA = ("user", "ada")
MOST = 20


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app of few requests and small files."""
    folder = tmp_path_factory.mktemp("tight")
    with_users(folder, person("ada", "admin"), person("bob"), person("eve"))
    settings = Settings(login=True, data_dir=folder, requests_per_minute=MOST, max_file_mb=1)
    with running(settings) as app:
        yield app


@pytest.mark.parametrize(
    ("user", "address", "who"),
    [
        (User("ada"), "192.0.2.1", ADA),
        (LOCAL, "192.0.2.1", ("address", "192.0.2.1")),
        (None, "2001:db8::1", ("address", "2001:db8::/64")),
    ],
)
def test_a_user_counts_as_one_and_who_has_no_login_by_address(
    user: User | None, address: str, who: tuple[str, str]
) -> None:
    scope = {"type": "http", "headers": [], "user": user, "client": (address, 1)}
    assert who_asks(HTTPConnection(scope)) == who


def test_past_the_limit_a_user_waits_and_others_do_not(tight: App) -> None:
    with tight.browser() as browser:
        for _ in range(MOST):
            assert browser.get("/config", headers=basic("bob")).status_code == 200
        refused = browser.get("/config", headers=basic("bob"))
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= MINUTE
        assert refused.json()["detail"].startswith(f"More than {MOST} requests in a minute")
        assert "\n" not in refused.json()["detail"]
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        accept = {"Accept": "application/json, text/event-stream"}
        sent = browser.post("/mcp", json=ping, headers=accept | basic("bob"))
        assert sent.status_code == 429
        assert browser.get("/config", headers=basic("ada")).status_code == 200


def test_what_a_page_loads_by_itself_is_free(tight: App) -> None:
    with tight.browser() as browser:
        for _ in range(2 * MOST):
            for path in ("/theme.css", "/favicon.ico", "/static/img/logo.svg"):
                assert browser.get(path, headers=basic("eve")).status_code == 200
        for number in range(2 * MOST):
            address = f"/gradio_api/heartbeat/session{number}"
            with browser.stream("GET", address, headers=basic("eve")) as stream:
                assert stream.status_code == 200
        assert browser.get("/config", headers=basic("eve")).status_code == 200


def test_zero_is_no_limit() -> None:
    for number, kinds in ((0, {BodyLimit}), (1, {BodyLimit, RateLimit})):
        server = FastAPI()
        limit(server, Settings(requests_per_minute=number))
        assert {one.cls for one in server.user_middleware} == kinds


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(tight: App) -> None:
    host, _, port = tight.address.removeprefix("http://").partition(":")
    credentials = basic("ada")["Authorization"]
    head = (
        f"POST /uploads HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: {credentials}\r\nContent-Length: 999999999999\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        answer = ""
        while not answer.endswith("}"):
            answer += connection.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "a file of 1 MB" in answer


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/api/documents/x/fill", "/mcp"])
def test_a_body_of_unknown_length_is_refused_when_it_becomes_too_large(
    tight: App, path: str
) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"data": ["'
        for _ in range(30):
            yield b"x" * 100_000

    headers = {**basic("ada"), "Content-Type": "application/json"}
    with tight.browser() as browser:
        answer = browser.post(path, content=endless(), headers=headers)
    assert answer.status_code == 413
    assert "ONEPASS_MAX_FILE_MB" in answer.json()["detail"]


def test_a_file_of_the_largest_size_goes_through(tight: App) -> None:
    with tight.browser() as browser:
        files = {"files": ("a.png", b"x" * 1_000_000)}
        assert browser.post("/uploads", files=files, headers=basic("ada")).is_success
        files = {"files": ("a.png", b"x" * 1_000_001)}
        answer = browser.post("/uploads", files=files, headers=basic("ada"))
        assert answer.status_code == 413


def test_nothing_is_read_past_the_limit() -> None:
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1000
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    async def reader(scope: Any, receive: Any, send: Any) -> None:
        while True:
            await receive()

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    with pytest.raises(Exception, match="larger than a file"):
        asyncio.run(BodyLimit(reader, 10_000)(scope, receive, reader))
    assert read == 11_000
