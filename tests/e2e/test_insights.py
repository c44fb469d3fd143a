"""The Insights tab in a real browser: a race is run, and what it comes to is drawn and taken."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from kie_app.race.picture import WIDTH
from kie_app.ui.insights.charts import SWEEP_TITLES, TITLES
from tests.e2e.conftest import opened

pytestmark = pytest.mark.e2e

DRAWN = ".js-plotly-plot .gtitle"
PRICE = "#insights-price input"


@pytest.fixture(scope="module")
def insights(raced: Page, browser: Browser, address: str) -> Iterator[Page]:
    """The open tab when one race was run."""
    with opened(browser, address) as page:
        open_tab(page)
        page.wait_for_selector("#insights-races table")
        yield page


def open_tab(page: Page) -> None:
    page.get_by_role("tab", name="Insights").click()


def wide(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def choose_race(page: Page) -> None:
    page.click("#insights-race input")
    page.locator("#insights-race [role=option]").first.click()
    page.wait_for_selector(".race-card")


def taken(page: Page, kind: str) -> bytes:
    with page.expect_download() as download:
        page.click(f"#insights-card >> text=Download {kind}")
    assert download.value.suggested_filename.endswith(kind.lower())
    return Path(download.value.path()).read_bytes()


def test_a_race_stands_on_the_tab_and_its_charts_are_drawn(insights: Page) -> None:
    expect(insights.locator("#insights-races tbody tr")).to_have_count(1 + 3)
    expect(insights.locator("#insights-about")).to_contain_text("cores")
    for title in (*TITLES, *SWEEP_TITLES.values()):
        expect(insights.locator(DRAWN, has_text=title)).to_be_visible()
    drawn = insights.locator(".js-plotly-plot:visible .main-svg .point")
    assert drawn.count() >= 2 + 2 + 3
    box = insights.locator(".js-plotly-plot:visible path.box").first  # of one race: without height
    assert box.evaluate("box => getComputedStyle(box).display") != "none"


def test_without_a_login_everybody_is_an_admin_and_sees_the_whole_server(insights: Page) -> None:
    server = insights.locator("#insights-server")
    expect(server).to_contain_text("What the store holds")
    expect(server).to_contain_text("No job was started yet")
    with insights.context.expect_page() as opened:
        server.get_by_role("link", name="metrics").click()
    expect(opened.value.locator("body")).to_contain_text("onepass_documents_total")
    opened.value.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_page_and_every_chart_has_its_legend(
    insights: Page, width: int
) -> None:
    insights.set_viewport_size({"width": width, "height": 860})
    open_tab(insights)
    insights.wait_for_timeout(1000)
    assert wide(insights) <= 0
    for chart in insights.locator(".js-plotly-plot:visible").all():
        box = chart.bounding_box()
        assert box
        assert box["width"] <= width
    legends = insights.locator(".js-plotly-plot:visible .legend")
    assert legends.count() >= 4
    expect(legends.first).to_be_visible()


def test_another_time_is_compared(insights: Page) -> None:
    insights.locator("#insights-time label", has_text="end to end").click()
    axis = insights.locator(".js-plotly-plot:visible .ytitle", has_text="end to end")
    expect(axis.first).to_be_visible()
    insights.locator("#insights-time label", has_text="in decoding").click()
    expect(axis).to_have_count(0)


def test_sliders_lead_to_measured_points(insights: Page) -> None:
    point = insights.locator("#insights-point")
    insights.fill("#insights-keys input[type=number]", "3")
    insights.keyboard.press("Tab")
    expect(point).to_contain_text("Nearest measured point: 4 keys")
    insights.fill("#insights-keys input[type=number]", "1")
    insights.keyboard.press("Tab")
    expect(point).to_contain_text("easured point: 1 key,")
    expect(point).to_contain_text("AR wins in decoding at 4 of 4 measured points")


def test_a_price_is_reckoned_and_a_wrong_one_is_a_toast(insights: Page) -> None:
    costs = insights.locator("#insights-costs")
    expect(costs).to_contain_text("documents an hour")
    insights.fill(PRICE, "3.6")
    expect(costs).to_contain_text("3.6 \N{MULTIPLICATION SIGN}")
    expect(costs.locator("tbody tr")).to_have_count(3)
    insights.fill(PRICE, "-1")
    expect(insights.get_by_text("not below 0")).to_be_visible()


def test_a_race_card_can_be_taken_away_and_is_private(insights: Page) -> None:
    choose_race(insights)
    card = json.loads(taken(insights, "JSON"))
    assert [arm["title"] for arm in card["arms"]] == ["PIP", "Autoregressive", "HPD"]
    assert "python -m kie_app extract" in card["reproduce"]
    assert all("values" not in arm for arm in card["arms"])
    picture = Image.open(io.BytesIO(taken(insights, "PNG")))
    assert picture.size[0] == WIDTH
    shown = insights.locator(".race-card")
    assert shown.evaluate("image => image.naturalWidth") == WIDTH
    before = shown.get_attribute("src")
    insights.check("#insights-values input")
    expect(shown).not_to_have_attribute("src", before or "")
    assert "values" in json.loads(taken(insights, "JSON"))["arms"][0]
