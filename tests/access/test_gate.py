"""Nobody unknown gets past the gate, and nobody acts for a user from another site."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from starlette.requests import HTTPConnection

from kie_app.access import user_of
from kie_app.config import Settings
from tests.access.people import App, addresses, basic, form, person, running, with_users

DOORS = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/login"), ("GET", "/login.css")} | {
    ("POST", "/login"),
    ("POST", "/logout"),
}


def test_every_address_but_the_doors_is_closed_to_a_stranger(app: App) -> None:
    known = addresses(app.server)
    assert len(known) > 60  # Gradio's are among them
    with app.browser() as stranger:
        answers = {
            one: stranger.request(*one) for one in known if one not in DOORS and one[1] != "/"
        }
        assert {one for one, answer in answers.items() if answer.status_code != 401} == set()
        for path in ("/gradio_api/file=/etc/passwd", "/none", "//login", "/login/", "/%6cogin/x"):
            assert stranger.get(app.address + path).status_code == 401
        upload = stranger.post("/uploads", files={"files": b"x"})
        assert (upload.status_code, upload.json()) == (401, {"detail": "Not logged in."})


@pytest.mark.parametrize("address", ["/", "/?next=https://evil.example", "/?__theme=dark"])
def test_a_stranger_who_asks_for_the_page_is_sent_to_the_login(app: App, address: str) -> None:
    with app.browser() as stranger:
        answer = stranger.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "login")
        assert "set-cookie" not in answer.headers


def test_health_is_open_and_says_nothing_private(app: App) -> None:
    with app.browser() as stranger:
        assert stranger.get("/healthz").json() == {"status": "ok", "model": "loading"}


def test_a_user_gets_page_api_and_uploads(app: App) -> None:
    with app.logged_in("bob") as bob:
        page = bob.get("/")
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert bob.get("/config").json()["username"] == "bob"
        assert bob.get("/api/schemas").status_code == 200
        assert bob.post("/uploads", files={"files": b"x"}).status_code == 200


def test_a_page_image_is_its_users_alone_even_by_its_full_address(app: App) -> None:
    out = io.BytesIO()
    Image.new("RGB", (12, 16), "white").save(out, "PNG")
    document = app.library.add("ada", "blank.png", out.getvalue()).id
    address = f"/documents/{document}/0.jpg"
    with app.logged_in("ada") as ada, app.logged_in("bob") as bob, app.browser() as stranger:
        image = ada.get(address)
        assert image.status_code == 200
        assert "cookie" in image.headers["vary"].lower()  # not for who logs in here next
        assert bob.get(address).status_code == 404
        assert stranger.get(address).status_code == 401
        assert stranger.get(address, headers=basic("ada")).status_code == 200
        assert stranger.get(address, headers=basic("bob")).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "HOST"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://proxied.example"}, 303),
        ({"Origin": "HOST"}, 303),
        ({}, 303),
    ],
)
def test_only_its_own_pages_may_post(app: App, headers: dict[str, str], status: int) -> None:
    headers = {name: app.address if value == "HOST" else value for name, value in headers.items()}
    with app.browser() as browser:
        assert browser.post("/login", data=form("ada"), headers=headers).status_code == status
    if status == 403:
        with app.logged_in("ada") as ada:
            for path in ("/logout", "/uploads", "/api/documents", "/gradio_api/queue/join"):
                assert ada.post(path, headers=headers).status_code == 403
            assert ada.get("/config").status_code == 200


def test_without_a_gate_nobody_is_known() -> None:
    assert user_of(HTTPConnection({"type": "http", "headers": [], "user": "ada"})) is None


def test_without_a_login_everybody_is_local_and_other_sites_still_may_not_post(
    tmp_path: Path,
) -> None:
    with running(Settings(data_dir=tmp_path)) as app, app.browser() as anybody:
        answer = anybody.get("/config")
        assert answer.json()["username"] == "local"
        assert "set-cookie" not in answer.headers
        assert anybody.get("/login").status_code == 404
        evil = {"Origin": "https://evil.example"}
        assert anybody.post("/uploads", headers=evil).status_code == 403
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize(
    ("name", "status"),
    [("localhost:80", 200), ("127.0.0.1", 200), ("[::1]:7860", 200), ("evil.example", 400)],
)
def test_a_foreign_name_that_was_led_to_this_machine_is_refused(
    tmp_path: Path, name: str, status: int
) -> None:
    with running(Settings(data_dir=tmp_path)) as app, app.browser() as anybody:
        assert anybody.get("/config", headers={"Host": name}).status_code == status


def test_an_app_that_is_open_to_all_goes_by_any_name(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, host="0.0.0.0", open_to_all=True)
    with running(settings) as app, app.browser() as anybody:
        headers = {"Host": "app.example"}
        assert anybody.get("/config", headers=headers).status_code == 200


def executed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)


def test_users_that_cannot_be_read_let_nobody_in_and_show_nothing(tmp_path: Path) -> None:
    settings = Settings(login=True, data_dir=with_users(tmp_path, person("ada"), person("bob")))
    with running(settings) as app, app.logged_in("ada") as ada, app.browser() as stranger:
        executed(tmp_path / "onepass.db", "ALTER TABLE users RENAME TO lost")
        for answer in (
            ada.get("/"),
            ada.get("/config"),
            ada.get("/login"),
            stranger.get("/config", headers=basic("ada")),
            stranger.post("/login", data=form("ada")),
        ):
            assert answer.status_code == 503
            assert str(tmp_path) not in answer.text
            assert "users" not in answer.text
        executed(tmp_path / "onepass.db", "ALTER TABLE lost RENAME TO users")
        assert ada.get("/config").status_code == 200
