"""Many documents in the browser: in, filled, filtered, taken away and deleted."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect

from kie_app.access.users import LOCAL
from kie_app.config import ROOT, Settings
from tests.access import people
from tests.documents.pdfs import PdfPage, pdf
from tests.e2e.conftest import answered, opened
from tests.e2e.drop_time import unseen
from tests.ui.kept import Guess, keep

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


def typed(folder: Path, number: int) -> Path:
    """A receipt as a PDF with its text, which is read in no time and which nobody read before."""
    texts = ("TIDEWRACK COFFEE HOUSE", f"NO: {number}", "DATE: 07/09/2024", "TOTAL: 29.35")
    lines = [(40.0, 500.0 - 30 * at, text) for at, text in enumerate(texts)]
    path = folder / f"{number}.pdf"
    path.write_bytes(pdf([PdfPage(lines)]))
    return path


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


def test_stopping_keeps_what_is_done(page: Page, tmp_path: Path) -> None:
    files = [unseen(tmp_path, FILES[0].name, number) for number in range(40, 46)]
    page.set_input_files("#add input", files)
    page.wait_for_selector('#extract-status progress[value="1"]')  # the first one is read
    page.click("#stop")
    expect(page.locator("#extract-status")).to_contain_text("Stopped")
    expect(cells(page, files[0].name)).not_to_have_count(0)
    page.wait_for_timeout(3000)
    assert page.locator("#extract-status progress").count() == 0
    page.reload()
    page.get_by_role("tab", name="Extract").click()
    expect(cells(page, files[0].name)).not_to_have_count(0)
    expect(cells(page, files[-1].name)).to_have_count(0)


def test_stopping_a_fill_keeps_what_is_filled_and_the_next_one_fills_the_rest(
    page: Page, tmp_path: Path
) -> None:
    files = [typed(tmp_path, number) for number in range(50, 59)]
    page.set_input_files("#add input", files)
    status, total = page.locator("#extract-status"), cells(page, "29.35")
    expect(status).to_contain_text("9 documents read")
    before = answered(page)
    page.fill("#extract-keys textarea", "company, total")
    page.click("#fill-all")
    page.wait_for_selector('#extract-status progress:not([value="0"])')  # the first one is filled
    page.click("#stop")
    expect(status).to_have_text("Stopped. What was done until then is kept.", use_inner_text=True)
    expect(total).not_to_have_count(0)
    page.wait_for_timeout(3000)
    expect(status).to_have_text("Stopped. What was done until then is kept.", use_inner_text=True)
    page.get_by_role("radio", name="Not filled", exact=True).check()
    expect(page.locator("#summary")).to_contain_text("0 filled")
    page.get_by_role("radio", name="Added now", exact=True).check()
    expect(page.locator("#summary")).to_contain_text(re.compile("9 documents .*: [1-8] filled"))
    assert 0 < total.count() < len(files)
    assert 2 <= answered(page) - before < 2 * len(files)

    page.click("#fill-all")
    expect(total).to_have_count(len(files))
    expect(status).to_contain_text("9 documents asked for company, total")
    assert answered(page) - before == 2 * len(files)  # none of them twice


TOTALS = ("99.00", "RM 1,234.00", "100", "9.50", "see page 2", None, "20.00")
DATES = ("24/02/2018", "3 Jan 2019", "2017-12-25", None, "30/06/2018", "1 Mar 2018", "31/01/2018")


def sorted_by(page: Page, column: str, how: str) -> list[str]:
    """The files in the grid's order when it is sorted so."""
    header = page.locator("#grid").get_by_role("columnheader", name=column).last
    header.hover()
    header.get_by_label("Open cell menu").click()
    menu = page.get_by_role("menuitem")
    assert menu.locator("visible=true").count() == 3, "no filter that the server does not know"
    menu.filter(has_text="Clear sort").click()
    header.hover()
    header.get_by_label("Open cell menu").click()
    menu.filter(has_text=how).click()
    return page.locator('#grid [role=gridcell][aria-colindex="1"]:visible').all_inner_texts()


def test_the_grid_sorts_by_what_values_mean_and_searches(browser: Browser, tmp_path: Path) -> None:
    """With more than ten rows, from where on Gradio's table compares texts in another way."""
    with people.running(Settings(data_dir=tmp_path)) as app:
        for number in range(2 * len(TOTALS)):
            total, date = TOTALS[number % len(TOTALS)], DATES[number % len(TOTALS)]
            guesses = (Guess("total", total, number / 20), Guess("date", date, 0.9))
            keep(app.store, LOCAL.name, guesses, name=f"{number}.jpg")
        with opened(browser, app.address) as page:
            page.get_by_role("tab", name="Extract").click()
            expect(cells(page, "RM 1,234.00 → 1234.00 MYR")).to_have_count(2)

            def order(column: str, how: str) -> list[int]:
                files = sorted_by(page, column, how)
                assert len(files) == 2 * len(TOTALS)
                return [int(name.partition(".")[0]) for name in files]

            totals = [number % len(TOTALS) for number in order("total", "Sort ascending")]
            assert totals[4:] == [3, 3, 6, 6, 0, 0, 2, 2, 1, 1]
            dates = [number % len(TOTALS) for number in order("date", "Sort ascending")]
            assert dates == [3, 3, 2, 2, 6, 6, 0, 0, 5, 5, 4, 4, 1, 1]
            assert order("Least sure", "Sort descending") == [*range(13, -1, -1)]

            page.fill("#search input, #search textarea", "see 4.jpg")
            expect(page.locator("#summary")).to_contain_text("1 document of 14 shown")
            expect(cells(page, "see page 2")).to_have_count(2)  # the other says what fails
            [said] = json.loads(downloaded(page, "JSON"))
            assert said["file"] == "4.jpg"
            page.fill("#search input, #search textarea", "nowhere")
            expect(page.locator("#grid")).to_be_hidden()


def test_a_drop_counts_while_the_last_ones_are_read(page: Page, tmp_path: Path) -> None:
    files = [unseen(tmp_path, path.name, number) for number, path in enumerate(FILES)]
    for file in files:
        page.set_input_files("#add input", file)
        page.wait_for_timeout(300)
    for file in files:
        expect(cells(page, file.name)).not_to_have_count(0)


def throttle(page: Page, kilobytes: float) -> None:
    """Let the page send so many kilobytes a second."""
    speeds = {"downloadThroughput": -1, "uploadThroughput": 1000 * kilobytes, "latency": 0}
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {"offline": False, **speeds})


def test_files_on_their_way_are_counted_and_can_be_stopped(page: Page, tmp_path: Path) -> None:
    files = [unseen(tmp_path, FILES[0].name, number) for number in range(60, 65)]
    zone = page.locator("#add [role=status]")
    throttle(page, files[0].stat().st_size / 1000)  # a second each
    page.set_input_files("#add input", files[:4])
    expect(zone).to_contain_text(f"Sending 1 of 4: {files[0].name}", timeout=20_000)
    expect(zone).to_contain_text(f"Sending 2 of 4: {files[1].name}")
    page.set_input_files("#add input", files[4])
    expect(zone).to_contain_text("of 5")
    page.click("#stop")
    expect(zone).to_contain_text("Stopped on the way: none of 5 added. PDF", timeout=20_000)
    expect(page.locator("#extract-status")).to_contain_text("Stopped")
    throttle(page, 10_000)
    page.wait_for_timeout(3000)
    for file in files:
        expect(cells(page, file.name)).to_have_count(0)

    page.set_input_files("#add input", files[0])
    expect(cells(page, files[0].name)).not_to_have_count(0)
    expect(cells(page, files[1].name)).to_have_count(0)
    expect(zone).to_have_text("PDF or image, up to 25 MB each; drop them here")
