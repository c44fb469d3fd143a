"""Logging in at a real provider on loopback: whom it lets in, and what it does not believe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from joserfc.jwk import RSAKey

from kie_app.access import open_access, user_of
from kie_app.access.oidc import Oidc
from kie_app.access.sessions import COOKIE
from kie_app.access.users import User
from kie_app.config import Settings
from kie_app.errors import AccessError
from kie_app.store import Store
from tests.access.people import form, person, served
from tests.access.provider import CLIENT, SECRET, Provider
from tests.access.provider import server as provider_server

CARL: dict[str, Any] = {"sub": "17", "email": "Carl@Example.org", "email_verified": True}
TROUBLE = "login?trouble="


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider(account=dict(CARL))
    with served(provider_server(provider)) as address:
        provider.issuer = address
        yield provider


@pytest.fixture
def settings(provider: Provider, tmp_path: Path) -> Settings:
    return Settings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_users="carl@example.org, @trusted.example",
        oidc_admins="Root@example.org",
        data_dir=tmp_path,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """ada may log in with a password, where that is asked for."""
    store = Store.of(Settings(data_dir=tmp_path_factory.mktemp("store")))
    store.users.add([person("ada")])
    yield store
    store.close()


def small_server(settings: Settings, store: Store) -> FastAPI:
    """A server that says who asks, behind the login."""
    server = FastAPI()

    @server.get("/")
    def who(request: Request) -> dict[str, str]:
        user = user_of(request)
        return {"name": user.name, "role": user.role} if user else {}

    open_access(settings, store.users).guard(server, "")
    return server


@pytest.fixture
def address(settings: Settings, store: Store) -> Iterator[str]:
    with served(small_server(settings, store)) as address:
        yield address


@pytest.fixture
def browser(address: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, timeout=60) as browser:
        yield browser


def go(browser: httpx2.Client) -> httpx2.Response:
    """Follow the way to the provider and back, up to the app's last word."""
    there = browser.get("/login-oidc")
    assert there.status_code == 302
    back = httpx2.get(there.headers["location"])
    return browser.get(back.headers["location"])


def who(browser: httpx2.Client) -> User | None:
    answer = browser.get("/")
    return User(**answer.json()) if answer.status_code == 200 else None


def test_a_listed_address_comes_in_under_its_name(browser: httpx2.Client) -> None:
    assert go(browser).headers["location"] == "./"
    assert who(browser) == User("carl@example.org")
    assert browser.get("/login-oidc").headers["location"] == "./"
    assert browser.post("/logout").headers["location"] == "login"
    assert who(browser) is None


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("ROOT@example.org", User("root@example.org", "admin")),
        ("zoe@trusted.example", User("zoe@trusted.example")),
    ],
)
def test_admins_and_domains_are_as_set(
    provider: Provider, browser: httpx2.Client, email: str, found: User
) -> None:
    provider.account["email"] = email
    go(browser)
    assert who(browser) == found


def test_an_address_that_userinfo_alone_tells_is_good(
    provider: Provider, browser: httpx2.Client
) -> None:
    provider.profile = {name: provider.account.pop(name) for name in ("email", "email_verified")}
    go(browser)
    assert who(browser) == User("carl@example.org")


@pytest.mark.parametrize(
    ("account", "trouble"),
    [
        ({"email": "eve@example.org"}, "stranger"),
        ({"email": "eve@sub.trusted.example"}, "stranger"),
        ({"email": "eve@nottrusted.example"}, "stranger"),
        ({"email": "eve@trusted.example.evil.example"}, "stranger"),
        ({"email_verified": False}, "unverified"),
        ({"email_verified": "true"}, "unverified"),
        ({"email": ""}, "unverified"),
        ({"email": "carl"}, "unverified"),
        ({"email": "carl@example.org\n"}, "unverified"),
        ({"email": ["carl@example.org"]}, "unverified"),
    ],
)
def test_who_is_not_listed_or_not_verified_stays_outside(
    provider: Provider, browser: httpx2.Client, account: dict[str, Any], trouble: str
) -> None:
    provider.account |= account
    answer = go(browser)
    assert answer.headers["location"] == TROUBLE + trouble
    assert who(browser) is None
    assert 'role="alert"' in browser.get(f"/login?trouble={trouble}").text


OTHER_KEY = RSAKey.generate_key(2048)


@pytest.mark.parametrize(
    "change",
    [
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"aud": "another app"}},
        {"claims": {"aud": "another app", "azp": CLIENT}},
        {"claims": {"exp": 1}},
        {"claims": {"nonce": "of another log-in"}},
        {"header": {"alg": "none"}},
        {"signing_key": OTHER_KEY},
        {"denies": True},
        {"account": {}},
    ],
    ids=lambda change: str(next(iter(change.items())))[:50],
)
def test_a_token_that_does_not_hold_is_not_believed(
    provider: Provider, browser: httpx2.Client, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(provider, name, value)
    assert go(browser).headers["location"] == TROUBLE + "provider"
    assert who(browser) is None


def test_userinfo_about_somebody_else_is_not_believed(
    provider: Provider, browser: httpx2.Client
) -> None:
    del provider.account["email"]
    provider.profile = {"sub": "18", "email": "carl@example.org"}
    assert go(browser).headers["location"] == TROUBLE + "provider"


def test_a_provider_that_calls_itself_another_is_not_believed(
    provider: Provider, browser: httpx2.Client
) -> None:
    provider.facts = {"issuer": "https://evil.example"}
    assert browser.get("/login-oidc").headers["location"] == TROUBLE + "provider"
    provider.facts = {}
    go(browser)
    assert who(browser) == User("carl@example.org")


def test_an_answer_is_good_once_and_for_the_browser_that_asked(
    address: str, browser: httpx2.Client
) -> None:
    there = browser.get("/login-oidc").headers["location"]
    back = httpx2.get(there).headers["location"]
    with httpx2.Client(base_url=address) as victim:  # sent there by the one who asked
        assert victim.get(back).headers["location"] == TROUBLE + "provider"
        assert who(victim) is None
    assert browser.get(back).headers["location"] == "./"
    browser.post("/logout")
    assert browser.get(back).headers["location"] == TROUBLE + "provider"
    assert browser.get("/login-oidc-callback?code=x&state=y").headers["location"][-8:] == "provider"


def test_new_keys_of_the_provider_are_fetched(provider: Provider, browser: httpx2.Client) -> None:
    go(browser)
    provider.key = RSAKey.generate_key(2048, auto_kid=True)
    browser.post("/logout")
    go(browser)
    assert who(browser) == User("carl@example.org")


def test_a_session_holds_for_its_provider_and_the_list_of_today(
    settings: Settings, store: Store, browser: httpx2.Client
) -> None:
    go(browser)
    headers = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
    for change in ({"oidc_users": "@trusted.example"}, {"oidc_client_id": "another"}):
        with served(small_server(settings.model_copy(update=change), store)) as address:
            assert httpx2.get(address, headers=headers).status_code == 303
    with served(small_server(settings, store)) as address:
        assert httpx2.get(address, headers=headers).status_code == 200


def test_with_a_provider_alone_no_password_is_looked_at(browser: httpx2.Client) -> None:
    assert "password" not in browser.get("/login").text
    assert browser.post("/login", data=form("ada")).status_code == 401
    assert browser.get("/x", headers={"Authorization": "Basic YWRhOng="}).status_code == 401


def test_both_ways_in_stand_beside_each_other(settings: Settings, store: Store) -> None:
    both = settings.model_copy(update={"login": True})
    with served(small_server(both, store)) as address, httpx2.Client(base_url=address) as browser:
        assert "password" in browser.get("/login").text
        browser.post("/login", data=form("ada"))
        assert who(browser) == User("ada")
        browser.post("/logout")
        go(browser)
        assert who(browser) == User("carl@example.org")


def test_a_provider_out_of_reach_is_told_on_the_page(settings: Settings, store: Store) -> None:
    with served(FastAPI()) as gone:
        pass
    away = settings.model_copy(update={"oidc_issuer": gone})
    with served(small_server(away, store)) as address:
        answer = httpx2.get(f"{address}/login-oidc")
        assert answer.headers["location"] == TROUBLE + "provider"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"oidc_issuer": "http://id.example.org"}, "https://"),
        ({"oidc_client_id": ""}, "ONEPASS_OIDC_CLIENT_ID"),
        ({"oidc_client_secret": " "}, "ONEPASS_OIDC_CLIENT_SECRET"),
        ({"oidc_users": ""}, "ONEPASS_OIDC_USERS"),
        ({"oidc_users": "carl"}, "'carl'"),
        ({"oidc_users": "@"}, "'@'"),
        ({"oidc_admins": "@example.org"}, "'@example.org'"),
        ({"oidc_admins": "*"}, r"'\*'"),
    ],
)
def test_settings_that_do_not_fit_are_told_without_the_secret(
    settings: Settings, store: Store, change: dict[str, str], part: str
) -> None:
    with pytest.raises(AccessError, match=part) as told:
        open_access(settings.model_copy(update=change), store.users)
    assert SECRET not in str(told.value)


def test_everybody_of_a_provider_comes_in_only_when_that_is_said(settings: Settings) -> None:
    everybody = settings.model_copy(update={"oidc_users": "*", "oidc_admins": ""})
    found = Oidc.of(everybody).find("eve@example.org")
    assert found is not None
    assert found.user == User("eve@example.org")
    assert Oidc.of(settings).find("eve@example.org") is None
