"""Logging in and out of a running app: who gets in, what the cookie is, when it ends."""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode, b64encode
from pathlib import Path

import httpx2
import pytest
from itsdangerous import TimestampSigner
from typer.testing import CliRunner

from kie_app.access import open_access
from kie_app.access.attempts import PER_NAME
from kie_app.access.sessions import COOKIE, LIFETIME
from kie_app.commands.main import app as cli
from kie_app.config import Settings
from kie_app.errors import AccessError
from kie_app.store import Store
from tests.access.people import PASSWORDS, App, basic, form, person, running, with_users

HTTPS = {"X-Forwarded-Proto": "https"}


def who(browser: httpx2.Client, **options: object) -> str | None:
    """The name under which the app answers, None for a stranger."""
    answer = browser.get("/config", **options)  # type: ignore[arg-type]
    assert answer.status_code in {200, 401}
    return answer.json()["username"] if answer.status_code == 200 else None


def cookie_of(browser: httpx2.Client) -> str:
    return str(browser.cookies[COOKIE])


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Settings of an app that a test may change."""
    with_users(tmp_path, person("ada", "admin"), person("bob"))
    return Settings(login=True, data_dir=tmp_path)


def test_login_page_logout(app: App) -> None:
    with app.browser() as browser:
        page = browser.get("/login")
        assert page.status_code == 200
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["cache-control"] == "no-store"
        assert "set-cookie" not in page.headers
        entered = browser.post("/login", data=form("bob"))
        assert (entered.status_code, entered.headers["location"]) == (303, "./")
        assert who(browser) == "bob"
        assert browser.get("/login").headers["location"] == "./"
        left = browser.post("/logout")
        assert (left.status_code, left.headers["location"]) == (303, "login")
        assert who(browser) is None
        assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [("bob", "wrong password"), ("nobody", PASSWORDS["bob"]), ("BOB", PASSWORDS["bob"]), ("", "")],
)
def test_wrong_credentials_are_told_alike_and_open_nothing(
    app: App, name: str, password: str
) -> None:
    with app.browser() as browser:
        answer = browser.post("/login", data={"username": name, "password": password})
        assert answer.status_code == 401
        assert "Name or password is wrong." in answer.text
        assert "set-cookie" not in answer.headers
        assert who(browser) is None


def test_the_form_is_harmless_and_its_labels_name_its_fields(app: App) -> None:
    attack = '"><script>alert(1)</script>'
    with app.browser() as browser:
        page = browser.post("/login?trouble=<script>", data=form(attack, "x")).text
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert set(re.findall(r'<label for="(\w+)"', page)) == set(re.findall(r' id="(\w+)"', page))
        assert re.findall(r'(?:src|href|action)="([^"]*)"', page) == ["login.css", "login"]
        style = browser.get("/login.css").text
        assert "--accent: #0b6e69" in style
        assert "prefers-color-scheme: dark" in style


@pytest.mark.parametrize(
    "query", ["next=//evil.example", "next=https://evil.example", "redirect=x"]
)
def test_no_request_chooses_where_a_login_leads(app: App, query: str) -> None:
    with app.browser() as browser:
        answer = browser.post(f"/login?{query}", data=form("bob") | {"next": "//evil.example"})
        assert answer.headers["location"] == "./"
        assert browser.get(f"/login?{query}").headers["location"] == "./"


def test_what_is_too_large_for_a_form_is_refused(app: App) -> None:
    with app.browser() as browser:
        assert browser.post("/login", data=form("bob", "x" * 100_000)).status_code == 413
        assert browser.post("/login", content=b"\xff&=&&%", headers={}).status_code == 401


def test_the_cookie_is_for_this_site_and_no_script(app: App) -> None:
    with app.browser() as browser:
        flags = browser.post("/login", data=form("bob")).headers["set-cookie"].lower()
        for flag in ("httponly", "samesite=lax", "path=/", f"max-age={LIFETIME}"):
            assert flag in flags
        assert "secure" not in flags
        secure = browser.post("/login", data=form("bob"), headers=HTTPS).headers["set-cookie"]
        assert secure.startswith(f"__Host-{COOKIE}=")
        assert "secure" in secure.lower()
        assert "domain" not in secure.lower()


def test_the_cookie_holds_no_secret(app: App) -> None:
    with app.logged_in("bob") as bob:
        inside = b64decode(cookie_of(bob).split(".")[0]).decode()
        assert PASSWORDS["bob"] not in inside
        assert "argon2" not in inside
        assert json.loads(inside)["name"] == "bob"


def test_forged_and_expired_cookies_open_nothing(own: Settings) -> None:
    with running(own) as app, app.logged_in("bob") as bob, app.browser() as browser:
        secret = (own.data_dir / "secret").read_text().strip()
        good = cookie_of(bob)
        session = json.loads(b64decode(good.split(".")[0]))

        def baked(change: dict[str, object], key: str = secret, age: int = 0) -> str:
            signer = TimestampSigner(key)
            signer.get_timestamp = lambda: int(time.time()) - age  # type: ignore[method-assign]
            data = b64encode(json.dumps(session | change).encode())
            return signer.sign(data).decode()

        assert who(browser, headers={"Cookie": f"{COOKIE}={baked({})}"}) == "bob"
        data, _, rest = good.partition(".")
        admin = b64encode(b64decode(data).replace(b'"bob"', b'"ada"')).decode()
        for cookie in (
            f"{admin}.{rest}",
            good[:-1],
            good + "x",
            "x",
            baked({}, key="another secret"),
            baked({}, age=LIFETIME + 60),
            baked({"until": time.time() - 1}),
            baked({"name": "ada"}),
            baked({"name": "nobody"}),
            baked({"way": "oidc"}),
            baked({"mark": ""}),
        ):
            assert who(browser, headers={"Cookie": f"{COOKIE}={cookie}"}) is None
        plain = {"Cookie": f"__Host-{COOKIE}={good}"}
        assert who(browser, headers=plain) is None
        assert who(browser, headers=plain | HTTPS) == "bob"


def test_a_copied_cookie_ends_with_the_logout(app: App) -> None:
    with app.logged_in("bob") as bob, app.logged_in("bob") as elsewhere, app.browser() as thief:
        copy = {"Cookie": f"{COOKIE}={cookie_of(bob)}"}
        assert who(thief, headers=copy) == "bob"
        bob.post("/logout")
        assert who(thief, headers=copy) is None
        assert who(elsewhere) == "bob"


def test_a_login_is_a_new_session(app: App) -> None:
    with app.browser() as browser:
        cookies = []
        for name in ("bob", "ada", "bob"):
            assert browser.post("/login", data=form(name)).status_code == 303
            assert who(browser) == name
            cookies.append(json.loads(b64decode(cookie_of(browser).split(".")[0]))["id"])
        assert len(set(cookies)) == 3


def test_a_removed_user_and_a_changed_password_end_at_once(own: Settings) -> None:
    users = Store.of(own).users  # as another process has them
    with running(own) as app, app.logged_in("ada") as ada, app.logged_in("bob") as bob:
        assert who(app.browser(), headers=basic("bob")) == "bob"
        users.remove("bob")
        assert who(bob) is None
        assert who(app.browser(), headers=basic("bob")) is None
        assert bob.get("/api/schemas").status_code == 401
        assert who(ada) == "ada"
        users.add([person("bob")])
        assert who(bob) is None
        users.remove("ada")
        users.add([person("ada", "admin", "another password")])
        assert who(ada) is None


def test_a_user_removed_by_the_command_line_is_out_at_the_next_request(own: Settings) -> None:
    with running(own) as app, app.logged_in("ada") as ada, app.logged_in("bob") as bob:
        environment = {"ONEPASS_DATA_DIR": str(own.data_dir)}
        assert CliRunner().invoke(cli, ["users", "remove", "bob"], env=environment).exit_code == 0
        assert (who(ada), who(bob)) == ("ada", None)


def test_a_restart_logs_nobody_out(own: Settings) -> None:
    with running(own) as app, app.logged_in("bob") as bob:
        port = int(app.address.rpartition(":")[2])
        cookie = cookie_of(bob)
    with running(own, port) as app, app.browser() as bob:
        assert who(bob, headers={"Cookie": f"{COOKIE}={cookie}"}) == "bob"


def test_too_many_wrong_passwords_wait_and_users_elsewhere_do_not(own: Settings) -> None:
    here, there = ({"X-Forwarded-For": one} for one in ("192.0.2.1", "192.0.2.2"))
    with running(own) as app, app.logged_in("bob") as bob, app.browser() as browser:
        for _ in range(PER_NAME):
            answer = browser.post("/login", data=form("bob", "guess"), headers=here)
            assert answer.status_code == 401
        refused = browser.post("/login", data=form("bob"), headers=here)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 301
        assert "try again in 5 minutes" in refused.text
        api = browser.get("/config", headers=here | basic("bob"))
        assert (api.status_code, api.json()["detail"][:8]) == (429, "Too many")
        assert who(bob) == "bob"
        assert browser.post("/login", data=form("ada"), headers=here).status_code == 303
        assert browser.post("/login", data=form("bob"), headers=there).status_code == 303


def test_programs_come_in_by_basic_credentials(app: App) -> None:
    with app.browser() as program:
        for path in ("/", "/api/schemas"):
            assert program.get(path, headers=basic("bob")).status_code == 200
            wrong = program.get(path, headers=basic("bob", "wrong"))
            assert (wrong.status_code, wrong.json()) == (401, {"detail": "Not logged in."})
            assert "www-authenticate" not in wrong.headers
        assert program.get("/config", headers=basic("bob")).json()["username"] == "bob"


def test_a_login_without_users_is_told_with_its_remedy(tmp_path: Path) -> None:
    settings = Settings(login=True, data_dir=tmp_path)
    store = Store.of(settings)
    with pytest.raises(AccessError, match=r"no user.*python -m kie_app users add NAME"):
        open_access(settings, store.users)
    store.users.add([person("ada")])
    open_access(settings, store.users)
    store.close()
