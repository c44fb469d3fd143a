"""Keys edited in the browser: what a kind or a description changes, and what is asked for anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.schemas.templates import parse_template
from kie_app.types import Key, Schema
from tests.e2e.conftest import answered, opened
from tests.e2e.drop_time import PIP
from tests.e2e.test_extract import cells, typed
from tests.e2e.test_own_keys import choose, offered, save

pytestmark = pytest.mark.e2e

READ = "\N{RIGHTWARDS ARROW} 2024-09-07"  # how its date reads, beside what is printed
NUMBERS = count(1000)  # of receipts that nobody asked before
EXTRACT = "extract-"  # goes before the names of that tab's controls


@pytest.fixture
def page(browser: Browser, address: str, tmp_path: Path) -> Iterator[Page]:
    """The Extract tab with a receipt that nobody asked before, shown alone."""
    with opened(browser, address) as page:
        page.get_by_role("tab", name="Extract").click()
        page.wait_for_selector("#add input", state="attached")
        page.set_input_files("#add input", typed(tmp_path, next(NUMBERS)))
        expect(page.locator("#extract-status")).to_contain_text("1 document read")
        yield page


def fill(page: Page, names: str) -> int:
    """Fill the document; how many of its fields the model had to answer."""
    before, status = answered(page), page.locator("#extract-status")
    status.locator("p").evaluate("line => { line.textContent = 'not yet'; }")
    page.click("#fill-all")
    expect(status).to_contain_text(f"1 document asked for {names}.")
    return answered(page) - before


def detail(page: Page, key: str, what: str, prefix: str = EXTRACT) -> Locator:
    """The control of a key's kind or description."""
    page.wait_for_selector(f"#{prefix}key-details", state="attached")
    return page.locator(f"#{prefix}key-details").get_by_label(f"{key}: {what}", exact=True)


def set_kind(page: Page, key: str, kind: str, prefix: str = EXTRACT) -> None:
    detail(page, key, "kind", prefix).click()
    page.get_by_role("option", name=kind, exact=True).click()
    expect(detail(page, key, "kind", prefix)).to_have_value(kind)


def saved(page: Page, name: str) -> Schema:
    """The keys in the YAML file that the page offers once they are saved."""
    save(page, name, EXTRACT)
    expect(page.locator("#extract-template input")).to_have_value(name)
    with page.expect_download() as download:
        page.click("#extract-own-download a")
    return parse_template(Path(download.value.path()).read_text("utf-8"), "here")


def test_a_kind_decides_how_a_value_reads_and_its_key_alone_is_asked_again(page: Page) -> None:
    page.fill("#extract-keys textarea", "date, total")
    page.click("#extract-key-details > button")
    expect(detail(page, "date", "kind")).to_have_value("date")
    expect(detail(page, "total", "kind")).to_have_value("amount")
    assert fill(page, "date, total") == 2
    expect(cells(page, READ)).to_have_count(1)
    expect(cells(page, "29.35")).to_have_count(1)

    set_kind(page, "date", "text")
    assert fill(page, "date, total") == 1
    expect(cells(page, "07/09/2024")).to_have_count(1)
    expect(cells(page, READ)).to_have_count(0)
    expect(cells(page, "29.35")).to_have_count(1)

    set_kind(page, "date", "date")
    assert fill(page, "date, total") == 1
    expect(cells(page, READ)).to_have_count(1)
    assert fill(page, "date, total") == 0


def test_a_description_is_asked_as_soon_as_it_is_typed(page: Page) -> None:
    page.fill("#extract-keys textarea", "company, total")
    page.click("#extract-key-details > button")
    assert fill(page, "company, total") == 2
    detail(page, "company", "description").fill("name of the shop")
    page.wait_for_timeout(1000)  # nobody clicks sooner; on busy cores the page is told by then
    assert fill(page, "company, total") == 1  # with the cursor still in the description
    assert fill(page, "company, total") == 0
    page.click("#extract-own-keys > button")
    described = Key("company", "name of the shop"), Key("total", kind="amount")
    assert saved(page, "described") == Schema("described", described)


def test_what_a_template_says_of_a_key_can_be_changed(page: Page) -> None:
    choose(page, "receipt", EXTRACT)
    page.click("#extract-key-details > button")
    company = detail(page, "company", "description")
    expect(company).to_have_value("name of the shop")
    company.fill("who sells")
    set_kind(page, "total", "number")
    page.click("#extract-own-keys > button")
    [first, *_, last] = saved(page, "my receipt").keys
    assert first == Key("company", "who sells")
    assert last == Key("total", "amount to pay", "number")


def test_a_name_that_is_typed_anew_keeps_the_details_of_the_others(page: Page) -> None:
    page.fill("#extract-keys textarea", "company, total")
    page.click("#extract-key-details > button")
    set_kind(page, "total", "text")
    assert fill(page, "company, total") == 2
    company = page.locator("#grid [role=gridcell]:visible").nth(3).inner_text()
    page.fill("#extract-keys textarea", "company, total, date")
    assert fill(page, "company, total, date") == 1
    expect(detail(page, "date", "kind")).to_have_value("date")
    expect(detail(page, "total", "kind")).to_have_value("text")
    expect(cells(page, company)).to_have_count(1)
    page.fill("#extract-keys textarea", "company, date")
    assert fill(page, "company, date") == 0
    expect(detail(page, "total", "kind")).to_have_count(0)


def test_own_keys_are_filled_and_a_copy_leaves_them_as_they_are(page: Page) -> None:
    page.fill("#extract-keys textarea", "company, total")
    page.click("#extract-own-keys > button")
    assert saved(page, "till") == Schema("till", (Key("company"), Key("total", kind="amount")))
    page.fill("#extract-keys textarea", "")
    choose(page, "till", EXTRACT)
    expect(page.locator("#extract-keys textarea")).to_have_value("company, total")
    assert fill(page, "company, total") == 2

    page.fill("#extract-keys textarea", "company, total, date")
    keys = Key("company"), Key("total", kind="amount"), Key("date", kind="date")
    assert saved(page, "dated bill") == Schema("dated bill", keys)
    assert {"till", "dated bill"} <= {*offered(page, EXTRACT)}
    assert fill(page, "company, total, date") == 1
    expect(cells(page, READ)).to_have_count(1)
    choose(page, "till", EXTRACT)
    expect(page.locator("#extract-keys textarea")).to_have_value("company, total")


def test_a_kind_sets_how_many_slots_the_race_asks_for(page: Page, tmp_path: Path) -> None:
    page.get_by_role("tab", name="Race").click()
    for arm in ("AR", "HPD"):
        page.get_by_role("checkbox", name=arm, exact=True).uncheck()
    page.fill("#keys textarea", "total")
    page.click("#key-details > button")
    expect(detail(page, "total", "kind", "")).to_have_value("amount")
    page.set_input_files("#upload input", typed(tmp_path, next(NUMBERS)))
    slots = page.locator(f"{PIP}.done .slot-top")
    expect(slots).to_have_count(SLOTS_BY_KIND["amount"])
    set_kind(page, "total", "id", "")
    page.click("#fill")
    expect(slots).to_have_count(SLOTS_BY_KIND["id"])
