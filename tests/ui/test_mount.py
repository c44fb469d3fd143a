"""Of the framework's addresses those answer that the page asks for, and no other, for anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio
import pytest
from starlette.routing import Mount

from kie_app.config import Settings
from kie_app.ui.mount import NEEDED, SESSIONS, needed
from tests.access.people import App, addresses, person, running, with_users


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """ada is an admin."""
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada", "admin"))
    with running(Settings(login=True, data_dir=folder / "data")) as app:
        yield app


def mounted(app: App) -> Any:
    """The framework's app."""
    [found] = [route.app for route in app.server.routes if isinstance(route, Mount)]
    return found


def test_what_the_page_does_not_ask_for_is_not_there_for_an_admin_either(app: App) -> None:
    unneeded = [one for one in addresses(mounted(app)) if not needed(*one)]
    assert len(unneeded) > 60
    with app.logged_in("ada") as ada:
        answers = {one: ada.request(*one) for one in unneeded}
        own = {("GET", "/login"), ("GET", "/logout"), ("POST", "/login")}  # of the app, before them
        assert {one for one, answer in answers.items() if answer.status_code != 404} <= own


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=https://example.org"),
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/upload_progress"),
        ("POST", "/gradio_api/run/fill"),
        ("POST", "/gradio_api/api/fill"),
        ("POST", "/gradio_api/call/fill"),
        ("POST", "/gradio_api/call/v2/fill"),
        ("GET", "/gradio_api/call/fill/x"),
        ("GET", "/gradio_api/stream/a/b/1/playlist.m3u8"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/gradio_api/queue/status"),
        ("GET", "/gradio_api/mcp/"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/custom_component/1/client/component/index.js"),
        ("GET", "/config/"),
        ("GET", "//config"),
        ("GET", "/static"),
        ("POST", "/config"),
        ("HEAD", "/config"),
        ("GET", "/none"),
    ],
)
def test_none_of_these_is_there(app: App, method: str, path: str) -> None:
    with app.logged_in("ada") as ada:
        assert ada.request(method, app.address + path).status_code == 404


@pytest.mark.parametrize(("method", "pattern"), NEEDED)
def test_what_the_page_asks_for_is_there(app: App, method: str, pattern: str) -> None:
    """So each entry is an address that the framework has."""
    assert any(method == one and needed(one, path) for one, path in addresses(mounted(app)))
    path = {
        "/static/.+": "/static/img/logo.svg",
        "/assets/.+": "",
        "/gradio_api/heartbeat/[^/]+": "",
    }.get(pattern, pattern)
    if not path:
        return
    with app.logged_in("ada") as ada:
        assert ada.request(method, path).status_code != 404


@pytest.mark.parametrize("name", ["config", "app_id", "reset"])
def test_what_the_page_seldom_asks_for_is_still_in_its_code(name: str) -> None:
    """A browser test sees the other addresses asked for."""
    assets = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    code = "".join(path.read_text("utf-8") for path in assets.glob("index-*.js"))
    assert re.search(f"[`'\"/]{name}[`'\"]", code)


def test_who_opened_the_page_is_forgotten_after_so_many_others(app: App) -> None:
    assert mounted(app).get_blocks().state_holder.capacity == SESSIONS


def test_no_event_of_the_page_names_a_file(tmp_path: Path) -> None:
    """Neither the page's own way, by a file that was sent, nor Gradio's, by a path."""
    secret = tmp_path / "secret.yaml"
    secret.write_text("name: private\nkeys:\n- name: hidden\n")
    gradios = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    with running(Settings(data_dir=tmp_path / "data")) as app, app.browser() as anybody:
        events = anybody.get("/config").json()["dependencies"]
        event = next(one["id"] for one in events if one["api_name"] == "take_in")
        for number, payload in enumerate((gradios, {"upload": str(secret)}, None, [1])):
            body = {"session_hash": f"s{number}", "fn_index": event, "data": [payload]}
            sent = json.dumps(body)
            joined = anybody.post(
                "/gradio_api/queue/join",
                content=sent,
                headers={"Content-Type": "application/json"},
            )
            assert joined.status_code == 200
            told = anybody.get(f"/gradio_api/queue/data?session_hash=s{number}").text
            assert '"success":false' in told
            assert "hidden" not in told
    assert secret.exists()


def test_every_event_of_the_page_is_private(app: App) -> None:
    with app.logged_in("ada") as ada:
        events = ada.get("/config").json()["dependencies"]
    seen: dict[str, set[str]] = {"public": set(), "undocumented": set(), "private": set()}
    for event in events:
        seen[event["api_visibility"]].add(event["api_name"])
    assert seen["public"] == set()
    drawn = {name for name in seen["undocumented"] if name.startswith("apply")}
    assert seen["undocumented"] == drawn  # what gr.render calls to draw rows; it has no other way
    assert len(seen["private"]) > 10
