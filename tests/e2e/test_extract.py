"""Many documents in the browser: in, filled, filtered, taken away and deleted."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect

from kie_app.config import ROOT
from tests.e2e.conftest import opened
from tests.e2e.drop_time import unseen

pytestmark = pytest.mark.e2e

SAMPLES = ROOT / "annotations" / "samples"
FILES = (SAMPLES / "cafe_receipt.png", SAMPLES / "invoice.png")
ATTACK = "<img src=x onerror=alert(1)>"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The Extract tab."""
    with opened(browser, address) as page:
        page.get_by_role("tab", name="Extract").click()
        page.wait_for_selector("#add input", state="attached")
        yield page


def upload(name: str, path: Path) -> dict[str, object]:
    return {"name": name, "mimeType": "image/png", "buffer": path.read_bytes()}


def cells(page: Page, text: str) -> Locator:
    """The grid's cells with this text."""
    return page.locator("#grid [role=gridcell]:visible", has_text=text)


def downloaded(page: Page, kind: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download {kind}", exact=True).click()
    return Path(download.value.path()).read_bytes()


def pick(page: Page, name: str) -> None:
    cells(page, name).first.click()
    expect(page.locator("#picked")).to_contain_text(name)


def test_documents_are_filled_despite_a_bad_one_and_deleted_for_good(page: Page) -> None:
    names = [f"{ATTACK}.png", "=1+1.png"]
    good = [upload(name, path) for name, path in zip(names, FILES, strict=True)]
    page.set_input_files(
        "#add input",
        [good[0], {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}, good[1]],
    )
    expect(page.locator("#extract-status")).to_contain_text("2 documents read")
    expect(page.locator("#failures")).to_contain_text("1 document could not be worked on")
    expect(page.locator("#failures li")).to_contain_text("notes.txt")
    expect(page.locator("#summary")).to_contain_text("2 documents")

    page.fill("#extract-keys textarea", "company, total")
    page.click("#fill-all")
    expect(page.locator("#extract-status")).to_contain_text("2 documents asked for company, total")
    expect(page.locator("#summary")).to_contain_text("2 filled")
    expect(page.locator("#grid")).to_contain_text("29.35")
    assert page.locator("img[onerror]").count() == 0

    said = json.loads(downloaded(page, "JSON"))
    assert [[field["key"] for field in one["fields"]] for one in said] == [["company", "total"]] * 2
    assert "'=1+1.png" in downloaded(page, "CSV").decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(downloaded(page, "XLSX")))["values"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}

    page.reload()
    page.get_by_role("tab", name="Extract").click()
    expect(page.locator("#summary")).to_contain_text("filled")
    expect(page.locator("#grid")).to_contain_text("29.35")
    pick(page, names[0])
    page.click("#picked-review")
    expect(page.locator("#review")).to_contain_text(names[0])
    page.get_by_role("tab", name="Extract").click()
    for name in names:
        pick(page, name)
        page.click("#picked-delete")
        page.click("#delete-yes")
        expect(page.locator("#extract-status")).to_contain_text("Deleted")
        expect(cells(page, name)).to_have_count(0)


def test_what_cannot_be_asked_is_said_and_filters_show_their_own(page: Page) -> None:
    page.fill("#extract-keys textarea", "total")
    page.get_by_role("radio", name="Checked", exact=True).check()
    page.click("#fill-all")
    expect(page.locator("#extract-status .bad")).to_contain_text("No document is shown")
    page.fill("#extract-keys textarea", "")
    page.get_by_role("radio", name="All", exact=True).check()
    page.click("#fill-all")
    expect(page.locator("#extract-status .bad")).to_contain_text("No keys are given")


def test_stopping_keeps_what_is_done(page: Page) -> None:
    page.click("#add-samples")
    page.wait_for_selector("#extract-status progress")
    page.click("#stop")
    expect(page.locator("#extract-status")).to_contain_text("Stopped")
    page.wait_for_timeout(3000)
    assert page.locator("#extract-status progress").count() == 0


def test_a_drop_counts_while_the_last_ones_are_read(page: Page, tmp_path: Path) -> None:
    files = [unseen(tmp_path, path.name, number) for number, path in enumerate(FILES)]
    for file in files:
        page.set_input_files("#add input", file)
        page.wait_for_timeout(300)
    for file in files:
        expect(cells(page, file.name)).not_to_have_count(0)
