"""Logging in and out in a real browser: on a phone, in light and dark, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kie_app.config import Settings
from tests.access.people import PASSWORDS, App, person, running, with_users
from tests.e2e.conftest import PATIENCE

pytestmark = pytest.mark.e2e

# The contrast of a text with what is behind it, as WCAG 2 defines it.
CONTRAST = """element => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = numbers(colour).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const opaque = colour => { const all = numbers(colour); return all.length < 4 || all[3] > 0; };
  let behind = element;
  while (!opaque(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const [low, high] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
    .map(light).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with a user and without its model, which a login does not wait for."""
    folder = with_users(tmp_path_factory.mktemp("login"), person("ada", "admin"))
    with running(Settings(login=True, data_dir=folder)) as app:
        yield app


def write(page: Page, password: str) -> None:
    """Name and password by keyboard; the cursor is where it is needed."""
    if not page.input_value("#username"):
        expect(page.locator("#username")).to_be_focused()
        page.keyboard.type("ada")
        page.keyboard.press("Tab")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_login_page_logout(app: App, browser: Browser, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app.address)
    expect(page).to_have_url(f"{app.address}/login")
    write(page, "wrong password")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("ada")
    for text in page.locator("h1, p, label, input, button").all():
        assert text.evaluate(CONTRAST) >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for field in page.locator("input, button").all():
        assert (field.bounding_box() or {"height": 0})["height"] >= 44

    write(page, PASSWORDS["ada"])
    expect(page).to_have_url(f"{app.address}/")
    page.wait_for_selector(".card")
    expect(page.locator(".account span")).to_have_text("ada")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{app.address}/login")
    page.go_back()
    expect(page).to_have_url(re.compile("/login$"))
    assert context.cookies() == []
    context.close()
    assert [url for url in asked if not url.startswith((app.address, "data:", "blob:"))] == []
