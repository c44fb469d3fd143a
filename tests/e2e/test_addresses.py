"""What the page asks its server for: all of it is there, and nothing else of the framework is."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from kie_app.ui.mount import NEEDED, needed
from tests.access.people import App
from tests.e2e.conftest import opened
from tests.e2e.test_extract import FILES
from tests.ui.kept import keep

pytestmark = pytest.mark.e2e

OWN = ("/documents/", "/uploads", "/downloads")  # the app's, before the framework's
SELDOM = {"/config", "/gradio_api/app_id", "/gradio_api/reset"}  # when the connection was lost


def test_all_that_the_page_asks_for_is_there(browser: Browser, server: App) -> None:
    """A race that waits for its model and is stopped, documents added, one reviewed."""
    keep(server.store, "local")
    asked: set[tuple[str, str, int]] = set()
    with opened(browser, server.address) as page:
        page.on(
            "response",
            lambda one: asked.add((one.request.method, urlsplit(one.url).path, one.status)),
        )
        page.reload()
        page.wait_for_selector(".card")
        page.set_input_files("#upload input", FILES[0])
        expect(page.locator("#status")).to_contain_text("Name the keys")
        page.fill("#keys textarea", "total")
        page.click("#fill")
        expect(page.locator("#status")).to_contain_text("Loading the model")
        page.click("#race-stop")
        expect(page.locator("#status")).to_contain_text("Stopped")
        page.get_by_role("tab", name="Extract").click()
        page.set_input_files("#add input", FILES[1])
        expect(page.locator("#extract-status")).to_contain_text("1 document read")
        page.get_by_role("tab", name="Review").click()
        expect(page.locator("#review [data-key=total]").first).to_be_visible()
        page.get_by_role("tab", name="Insights").click()
        page.wait_for_timeout(1000)
    assert {one for one in asked if one[2] >= 400} == set()
    framework = {(method, path) for method, path, _ in asked if not path.startswith(OWN)}
    assert {one for one in framework if not needed(*one)} == set()
    by_itself = {"/favicon.ico", "/manifest.json"}  # asked by the browser, which does not tell
    unused = {
        pattern
        for method, pattern in NEEDED
        if not any(method == one and needed(one, path) for one, path in framework)
    }
    assert unused <= SELDOM | by_itself
