"""Reviewing while the server dies or answers get lost: nothing is lost, nothing is saved twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from kie_app.config import Settings
from kie_app.store import Store
from tests.access.people import App
from tests.e2e.conftest import PATIENCE, ROOT, free_port, model_of, opened
from tests.e2e.test_review import ME, box, field, said, stands, start
from tests.ui.kept import keep

pytestmark = pytest.mark.e2e


class Killable:
    """The app as a process of its own, without a model, that can be killed and started again."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        environment = {
            **os.environ,
            "ONEPASS_PORT": str(self.port),
            "ONEPASS_HOST": "127.0.0.1",
            "ONEPASS_DATA_DIR": str(self.data),
            "ONEPASS_BACKBONE": str(self.data / "no model"),
        }
        self.process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment)
        end = time.monotonic() + PATIENCE
        while model_of(self.address) == "starting" and time.monotonic() < end:
            assert self.process.poll() is None, "the app ended"
            time.sleep(0.3)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def killable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    app = Killable(tmp_path_factory.mktemp("killable"))
    yield app
    app.kill()


def test_a_server_killed_between_two_saves_loses_and_doubles_nothing(
    killable: Killable, browser: Browser
) -> None:
    store = Store.of(Settings(data_dir=killable.data))
    receipt = keep(store, ME)
    with opened(browser, killable.address) as page:
        start(page)
        expect(box(page, "address")).to_be_focused()
        box(page, "total").fill("80.00")
        page.keyboard.press("Enter")
        stands(page, "total", "corrected", "80.00")
        killable.kill()

        box(page, "company").fill("PELITA JERNIH")
        page.keyboard.press("Enter")
        expect(page.locator(".trouble")).to_contain_text("Not saved: company")
        expect(field(page, "company").locator(".news")).to_have_text("not saved")
        expect(box(page, "company")).to_have_value("PELITA JERNIH")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".trouble")).to_contain_text("does not answer")

        killable.start()
        stands(page, "company", "corrected", "PELITA JERNIH")
        expect(page.locator(".trouble")).to_be_hidden()
    written = store.answers.corrections_of(ME, receipt)
    assert [(one.key, one.value) for one in written] == [
        ("total", "80.00"),
        ("company", "PELITA JERNIH"),
    ]


def test_a_page_loaded_anew_sends_what_was_not_saved(killable: Killable, browser: Browser) -> None:
    store = Store.of(Settings(data_dir=killable.data))
    receipt = keep(store, ME)
    with opened(browser, killable.address) as page:
        start(page)
        page.locator(".item", has_text="hardware_receipt").first.click()
        expect(box(page, "address")).to_be_focused()
        opened_now = page.locator('.item[aria-current="true"]').get_attribute("data-document")
        killable.kill()
        box(page, "total").fill("81.00")
        page.keyboard.press("Enter")
        expect(page.locator(".trouble")).to_contain_text("Not saved: total")
        killable.start()
        page.reload()
        stands(page, "total", "corrected", "81.00")
    assert opened_now == receipt
    written = store.answers.corrections_of(ME, receipt)
    assert [(one.key, one.value) for one in written] == [("total", "81.00")]


@pytest.fixture(scope="module")
def app(server: App) -> App:
    return server


@pytest.fixture
def page(app: App, browser: Browser) -> Iterator[Page]:
    with opened(browser, app.address) as page:
        yield page


def first_save(page: Page, answer: Callable[[Route], None]) -> None:
    """Have `answer` answer the first save from now on in the server's place."""
    taken: list[bool] = []

    def take(route: Route) -> None:
        if taken or "review_correct" not in (route.request.post_data or ""):
            route.continue_()
            return
        taken.append(True)
        answer(route)

    page.route("**/component_server/**", take)


def test_a_save_whose_answer_got_lost_is_saved_once(app: App, page: Page) -> None:
    receipt = keep(app.store, ME)

    def lose(route: Route) -> None:
        """Let the save arrive, and lose its answer."""
        route.fetch()
        route.abort()

    start(page)
    expect(box(page, "address")).to_be_focused()
    first_save(page, lose)
    box(page, "total").fill("80.00")
    page.keyboard.press("Enter")
    expect(page.locator(".trouble")).to_contain_text("Not saved: total")
    assert said(app, receipt) == [("total", "corrected", "80.00")]
    page.get_by_role("button", name="Try again").click()
    stands(page, "total", "corrected", "80.00")
    expect(page.locator(".trouble")).to_be_hidden()
    assert said(app, receipt) == [("total", "corrected", "80.00")]


@pytest.mark.parametrize(
    ("status", "headers", "told"),
    [
        (
            429,
            {"Retry-After": "3"},
            "Too many requests were made. Your text is kept, and sent again by itself in 3 s.",
        ),
        (
            500,
            {},
            "The server answered with an error (500). Your text is kept, and sent again by "
            "itself in 5 s.",
        ),
        (401, {}, "You are no longer logged in. Your text is kept"),
    ],
)
def test_an_error_of_the_server_is_told_as_what_it_is_and_saved_over(
    app: App, page: Page, status: int, headers: dict[str, str], told: str
) -> None:
    receipt = keep(app.store, ME)
    start(page)
    page.locator(f'.item[data-document="{receipt}"]').click()
    expect(box(page, "address")).to_be_focused()
    first_save(page, lambda route: route.fulfill(status=status, headers=headers, body="{}"))
    box(page, "total").fill("80.00")
    page.keyboard.press("Enter")
    expect(page.locator(".trouble")).to_contain_text(f"Not saved: total. {told}", timeout=20_000)
    expect(box(page, "total")).to_have_value("80.00")
    stands(page, "total", "corrected", "80.00")
    expect(page.locator(".trouble")).to_be_hidden()
    assert said(app, receipt) == [("total", "corrected", "80.00")]


def test_what_the_server_refuses_is_told_and_the_text_kept(app: App, page: Page) -> None:
    receipt = keep(app.store, ME)
    start(page)
    page.locator(f'.item[data-document="{receipt}"]').click()
    expect(box(page, "address")).to_be_focused()
    app.store.documents.delete(ME, receipt)
    box(page, "total").fill("80.00")
    page.keyboard.press("Enter")
    expect(page.locator(".trouble")).to_contain_text("Not saved: total")
    expect(page.get_by_test_id("toast-body")).to_contain_text(receipt)
    expect(box(page, "total")).to_have_value("80.00")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".trouble")).to_be_hidden()
