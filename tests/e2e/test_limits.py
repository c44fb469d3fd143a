"""Files over the limits, dropped in a real browser: one line says why, nothing of them stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kie_app.access.users import LOCAL
from kie_app.config import Settings
from tests.access.people import App, running
from tests.e2e.conftest import opened
from tests.e2e.test_extract import SAMPLES
from tests.web.api.asking import left

pytestmark = pytest.mark.e2e

RECEIPT = SAMPLES / "cafe_receipt.png"  # 0.05 MB, 600 x 1310 pixels
ORDER = SAMPLES / "purchase_order.pdf"  # of two pages
INVOICE = SAMPLES / "invoice.png"  # 1240 x 1754 pixels

UPLOADS = "/uploads"

TOO_LARGE = (
    '"big.png" is 1.2 MB, over the limit of 1 MB: send fewer pages or a smaller scan, or raise '
    "ONEPASS_MAX_FILE_MB."
)
TOO_LONG = (
    '"purchase_order.pdf" has 2 pages, over the limit of 1: split it into smaller files, or raise '
    "ONEPASS_MAX_PAGES."
)
TOO_FINE = "1240 x 1754 pixels (2,174,960), over the limit of 1,000,000: scale it down"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The app with low limits and without its model, which reading does not wait for."""
    limits = {"max_file_mb": 1, "max_pages": 1, "max_pixels": 1_000_000}
    with running(Settings(data_dir=tmp_path / "data", **limits)) as app:
        yield app


@pytest.fixture
def page(app: App, browser: Browser) -> Iterator[Page]:
    with opened(browser, app.address) as page:
        yield page


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """The receipt with so much behind it that it is too large."""
    path = tmp_path / "big.png"
    path.write_bytes(RECEIPT.read_bytes().ljust(1_200_000, b"\0"))
    return path


def kept(app: App) -> list[str]:
    """The documents that somebody has, each with a file."""
    documents = [one.document for one in app.library.all(LOCAL.name)]
    assert app.store.counts().files == len(documents)
    return [one.name for one in documents]


def test_each_file_over_a_limit_is_a_line_and_the_others_are_read(
    app: App, page: Page, big: Path
) -> None:
    page.get_by_role("tab", name="Extract").click()
    page.wait_for_selector("#add input", state="attached")
    page.set_input_files("#add input", [big, ORDER, RECEIPT, INVOICE])
    expect(page.locator("#extract-status")).to_contain_text("1 document read")
    expect(page.locator("#failures p")).to_have_text("3 documents could not be worked on:")
    lines = page.locator("#failures li")
    expect(lines).to_contain_text([TOO_LARGE, TOO_LONG, TOO_FINE])
    expect(page.locator("#grid [role=gridcell][aria-colindex='1']:visible")).to_have_count(1)
    assert kept(app) == [RECEIPT.name]
    assert left(app) == []

    page.set_input_files("#add input", SAMPLES / "registration_form.png")  # 1240 x 1604
    expect(lines).to_contain_text(["registration_form.png"])
    assert kept(app) == [RECEIPT.name]


def test_a_race_says_why_a_file_is_refused_and_takes_the_next(
    app: App, page: Page, big: Path
) -> None:
    status = page.locator("#status")
    for file, why in ((big, TOO_LARGE), (ORDER, TOO_LONG), (INVOICE, TOO_FINE)):
        page.set_input_files("#upload input", file)
        expect(status.locator(".bad")).to_contain_text(why)
        expect(page.get_by_test_id("toast-body").last).to_contain_text(why)
        expect(page.locator(".paper")).not_to_contain_text(file.name)
    assert (kept(app), left(app)) == ([], [])
    page.set_input_files("#upload input", RECEIPT)
    expect(status).to_contain_text("Name the keys")
    expect(status.locator(".bad")).to_have_count(0)
    expect(page.locator(".paper")).to_contain_text(RECEIPT.name)
    assert (kept(app), left(app)) == ([RECEIPT.name], [])


def test_a_file_over_the_limit_is_not_even_sent(page: Page, big: Path) -> None:
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if UPLOADS in asked.url else None)
    page.set_input_files("#upload input", big)
    expect(page.locator("#status .bad")).to_contain_text(TOO_LARGE)
    assert sent == []
    page.set_input_files("#upload input", RECEIPT)
    expect(page.locator("#status")).to_contain_text("Name the keys")
    assert len(sent) == 1
