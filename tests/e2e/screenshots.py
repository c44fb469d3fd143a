"""Screenshots of every tab for the docs, from the app as a person starts it.

python -m tests.e2e.screenshots      writes docs/{race,extract,review,insights}.png
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, alone

DOCS = ROOT / "docs"
KEYS = "company, date, total"
PRICE = "0.10"  # an hour of the machine


def show(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
    page.wait_for_timeout(1500)


def shoot(page: Page, name: str) -> None:
    """From the top of the page down to what fits two screens."""
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(1000)
    page.screenshot(path=DOCS / f"{name}.png", full_page=name != "race")
    print(DOCS / f"{name}.png")


def race(page: Page) -> None:
    for card in (1, 0):
        page.click(f".card >> nth={card}")
        page.wait_for_selector(".arm.running")
        expect(page.locator("#status")).to_contain_text("Done.")
    shoot(page, "race")


def extract(page: Page) -> None:
    show(page, "Extract")
    page.click("#add-samples")
    expect(page.locator("#extract-status")).to_contain_text("documents read")
    page.fill("#extract-keys textarea", KEYS)
    page.click("#fill-all")
    expect(page.locator("#extract-status")).to_contain_text("asked for")
    shoot(page, "extract")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, alone(Path(folder)) as page:
        race(page)
        extract(page)
        for tab in ("Review", "Insights"):
            show(page, tab)
            if tab == "Insights":
                page.fill("#insights-price input", PRICE)
            shoot(page, tab.lower())


if __name__ == "__main__":
    sys.exit(main())
