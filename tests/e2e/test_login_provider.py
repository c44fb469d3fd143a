"""Logging in at a provider in a real browser: there and back, in under one's own name, and out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from kie_app.config import Settings
from tests.access.people import App, running, served
from tests.access.provider import CLIENT, SECRET, Provider
from tests.access.provider import server as provider_server
from tests.e2e.conftest import PATIENCE

pytestmark = pytest.mark.e2e

CARL = {"sub": "17", "email": "Carl@Example.org", "email_verified": True}
EVE = {"sub": "18", "email": "eve@elsewhere.example", "email_verified": True}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    provider = Provider()
    with served(provider_server(provider)) as address:
        provider.issuer = address
        yield provider


@pytest.fixture(scope="module")
def app(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app without its model, with no other way in than the provider's."""
    settings = Settings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_users="carl@example.org",
        data_dir=tmp_path_factory.mktemp("provider"),
    )
    with running(settings) as app:
        yield app


@pytest.fixture
def page(app: App, provider: Provider, browser: Browser) -> Iterator[Page]:
    """The login page, in front of Carl."""
    provider.account, provider.denies = dict(CARL), False
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(app.address)
    expect(page).to_have_url(f"{app.address}/login")
    yield page
    context.close()


def log_in(page: Page, provider: Provider) -> None:
    name = f"Log in with {urlsplit(provider.issuer).netloc}"
    page.get_by_role("link", name=name, exact=True).click()


def test_one_comes_in_under_ones_address_and_out_again(
    app: App, provider: Provider, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.get_by_label("Password")).to_have_count(0)
    log_in(page, provider)
    expect(page).to_have_url(f"{app.address}/")
    page.wait_for_selector(".card")
    assert any(url.startswith(f"{provider.issuer}/authorize?") for url in asked)
    expect(page.locator(".account span")).to_have_text("carl@example.org")
    page.reload()
    expect(page.locator(".account span")).to_have_text("carl@example.org")

    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{app.address}/login")
    assert page.context.cookies() == []
    page.go_back()
    expect(page).to_have_url(re.compile("/login$"))
    expect(page.locator(".account")).to_have_count(0)
    log_in(page, provider)
    expect(page.locator(".account span")).to_have_text("carl@example.org")


def test_whoever_is_not_listed_is_told_so_and_stays_outside(
    app: App, provider: Provider, page: Page
) -> None:
    provider.account = dict(EVE)
    log_in(page, provider)
    expect(page.get_by_role("alert")).to_contain_text("That account may not use this app")
    page.goto(app.address)
    expect(page).to_have_url(f"{app.address}/login")
    provider.account = dict(CARL)  # another account of the same person
    log_in(page, provider)
    expect(page.locator(".account span")).to_have_text("carl@example.org")


def test_a_log_in_that_is_broken_off_there_can_be_tried_again(
    app: App, provider: Provider, page: Page
) -> None:
    provider.denies = True
    log_in(page, provider)
    expect(page.get_by_role("alert")).to_contain_text("The log-in there failed. Try again")
    provider.denies = False
    log_in(page, provider)
    expect(page).to_have_url(f"{app.address}/")
    expect(page.locator(".account span")).to_have_text("carl@example.org")
