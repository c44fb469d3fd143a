"""Every tab, wide and narrow, light and dark: nothing runs over, and axe finds no fault by WCAG AA.

axe-core (Deque) tests what a program can: contrast, names, roles, labels, order of headings.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import SIZES, sized

pytestmark = pytest.mark.e2e

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
RACE_CHARTS = 4
TABS = {  # what is there when the tab is drawn, and how many charts
    "Extract": ("#grid [role=gridcell]:visible", 0),
    "Review": (".review .field", 0),
    "Insights": ("#insights-races table", 5),
}


@pytest.fixture(scope="module", params=SIZES)
def page(
    request: pytest.FixtureRequest, raced: Page, browser: Browser, address: str
) -> Iterator[Page]:
    """A page of an app that has documents and races."""
    with sized(browser, address, request.param) as page:
        yield page


def check(page: Page, charts: int) -> None:
    """No fault once all charts are drawn: the library that draws them comes late, and with each
    new value again."""
    expect(page.locator(".charts .js-plotly-plot:visible")).to_have_count(charts)
    expect(page.locator("[aria-label='Empty value']:visible")).to_have_count(0)
    page.wait_for_timeout(500)  # colours fade in
    assert page.viewport_size
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    found = Axe().run(page, options=RULES).response
    assert len(found["passes"]) > 10
    faults = [(one["id"], node["html"]) for one in found["violations"] for node in one["nodes"]]
    assert faults == []


def test_the_race_before_and_after(page: Page) -> None:
    check(page, RACE_CHARTS)
    for arm in ("AR", "HPD"):
        page.get_by_role("checkbox", name=arm, exact=True).uncheck()
    page.click(".card >> nth=0")
    page.wait_for_selector(".results")
    check(page, RACE_CHARTS)


@pytest.mark.parametrize("tab", TABS)
def test_the_other_tabs(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
    drawn, charts = TABS[tab]
    page.wait_for_selector(drawn)
    check(page, charts)
