"""What an admin sees in a real browser and nobody else: the whole server, its jobs, its metrics."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kie_app.config import Settings
from tests.access.people import App, person, running, with_users
from tests.e2e.test_two_users import logged_in
from tests.ui.kept import keep

pytestmark = pytest.mark.e2e

JOB = "retrain-at-night"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app without its model: ada is an admin, bob a user; both have a document, eve a job."""
    folder = with_users(tmp_path_factory.mktemp("roles"), person("ada", "admin"), person("bob"))
    with running(Settings(login=True, data_dir=folder)) as app:
        for owner in ("ada", "bob"):
            keep(app.store, owner)
        app.store.jobs.add("eve", JOB, total=70)
        yield app


def open_insights(page: Page) -> None:
    """Open the tab, and wait for what it shows to everybody."""
    page.get_by_role("tab", name="Insights").click()
    expect(page.locator("#insights-about")).to_contain_text("Run one on the Race tab")


def test_an_admin_sees_the_whole_server_its_jobs_and_its_metrics(
    app: App, browser: Browser
) -> None:
    with logged_in(browser, app.address, "ada") as page:
        expect(page.locator(".account span")).to_have_text("ada")
        open_insights(page)
        server = page.locator("#insights-server")
        expect(server).to_contain_text("Admins alone see this.")
        held = server.locator("table").filter(has=page.get_by_text("Owners", exact=True))
        expect(held.locator("tbody td").nth(0)).to_have_text("2")
        expect(held.locator("tbody td").nth(1)).to_have_text("2")
        job = server.locator("tr", has_text=JOB)
        expect(job).to_contain_text("eve")
        expect(job).to_contain_text("0 of 70")
        with page.context.expect_page() as opened:
            server.get_by_role("link", name="Metrics").click()
        expect(opened.value.locator("body")).to_contain_text("onepass_requests_total")


def test_a_user_sees_nothing_of_the_server_nor_of_anybody_else(app: App, browser: Browser) -> None:
    with logged_in(browser, app.address, "bob") as page:
        expect(page.locator(".account span")).to_have_text("bob")
        for _ in range(2):  # what the first opening asked for is there by the second's end
            open_insights(page)
            page.wait_for_timeout(4000)
            page.get_by_role("tab", name="Race", exact=True).click()
        open_insights(page)
        assert page.locator("#insights-server").inner_text().strip() == ""
        for private in (JOB, "Admins alone", "What the store holds", "Metrics since"):
            expect(page.get_by_text(private)).to_have_count(0)
        page.goto(f"{app.address}/metrics")
        expect(page.locator("body")).to_contain_text("Only admins see the metrics.")
        expect(page.locator("body")).not_to_contain_text("onepass_")


def test_a_stranger_sees_neither_metrics_nor_page(app: App, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{app.address}/metrics")
    expect(page.locator("body")).to_contain_text("Not logged in.")
    page.goto(app.address)
    expect(page).to_have_url(f"{app.address}/login")
    context.close()
