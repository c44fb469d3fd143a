"""The Review tab can be read and used on a wide and a narrow screen, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kie_app.config import Settings
from kie_app.store import CorrectionState
from tests.access.people import App, running
from tests.e2e.conftest import SIZES, sized
from tests.e2e.test_login import CONTRAST
from tests.e2e.test_review import ME, box, start
from tests.ui.kept import Guess, correct, keep, predict

pytestmark = pytest.mark.e2e

# One of each: a broken rule, a doubt, a dispute, an absence; words too long for any line.
GUESSES = (
    Guess("company", "X" * 300, 0.5),
    Guess("date", "05/03/2018", 0.6, ("24/02/2018",)),
    Guess("total", "75.75", 0.7),
    Guess("subtotal", "20.00", 0.8),
    Guess("tip", None, 0.9),
)
# Text that is harder to read than WCAG AA has it. Printed lines are there for readers of the page's
# text: what is seen is their picture.
FAINT = f"""() => [...document.querySelectorAll('.review *')]
  .filter(one => one.checkVisibility({{visibilityProperty: true}}) && !one.matches('.print, .sr'))
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .filter(one => ({CONTRAST})(one) < 4.5).map(one => one.outerHTML)"""
NAMELESS = """() => [...document.querySelectorAll('.review :is(button, textarea, select, img)')]
  .filter(one => !(one.textContent.trim() || one.ariaLabel || one.alt || one.labels?.length))
  .map(one => one.outerHTML)"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(Settings(data_dir=tmp_path_factory.mktemp("looks"))) as app:
        document = keep(app.store, ME, (Guess("total", "80.00", 0.9),), decoder="verified")
        read = app.library.open(ME, document)
        predict(app.store, ME, document, read, GUESSES)
        say(app, document, "total", "corrected")
        say(app, document, "tip", "illegible")
        yield app


def say(app: App, document: str, key: str, state: CorrectionState) -> None:
    value = "81.00" if state == "corrected" else None
    correct(app.library, ME, document, key, state, value)


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, app: App, browser: Browser) -> Iterator[Page]:
    with sized(browser, app.address, request.param) as page:
        start(page)
        expect(box(page, "company")).to_be_focused()
        yield page


def test_everything_fits_reads_and_has_a_name(page: Page) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box(page, "date").fill("24/02/2018")
    assert page.evaluate(FAINT) == []
    assert page.evaluate(NAMELESS) == []
    outline = "one => getComputedStyle(one).outlineStyle"
    assert box(page, "date").evaluate(outline) == "solid"
    if width < 700:
        heights = page.locator(".review button:visible").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert min(heights) >= 40
        page.locator(".review [data-act=absent]").last.scroll_into_view_if_needed()
        expect(page.locator(".leaves")).to_be_in_viewport()


def test_nothing_moves_while_a_field_is_saved(page: Page) -> None:
    places = "all => all.map(one => Math.round(one.getBoundingClientRect().height))"
    boxes = page.locator(".field textarea")
    before = boxes.evaluate_all(places)
    date = page.locator('.field[data-key="date"]')
    box(page, "date").press("Enter")
    expect(date.locator(".news")).to_have_text("saved")
    assert boxes.evaluate_all(places) == before
    box(page, "date").press("Alt+z")
    expect(date.locator(".news")).to_have_text("taken back")
