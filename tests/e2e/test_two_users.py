"""Two people at once, each in a browser of their own: neither sees anything of the other's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from kie_app.config import Settings
from tests.access.people import PASSWORDS, person, running, with_users
from tests.e2e.conftest import PATIENCE
from tests.e2e.test_extract import FILES, cells, upload
from tests.e2e.test_review import start

pytestmark = pytest.mark.e2e

OWN = {"ada": (FILES[0], "29.35"), "bob": (FILES[1], "3,584.84")}  # a document and its total
KEY = {"ada": "total", "bob": "total, date"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with its model and two users."""
    folder = with_users(tmp_path_factory.mktemp("two"), person("ada"), person("bob"))
    with running(Settings(login=True, data_dir=folder), model=True) as app:
        yield app.address


@contextmanager
def logged_in(browser: Browser, address: str, name: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORDS[name])
    page.keyboard.press("Enter")
    page.wait_for_selector(".card")
    yield page
    context.close()


@pytest.fixture(scope="module")
def people(place: str, browser: Browser) -> Iterator[dict[str, Page]]:
    """Both have a document filled, and raced a sample, in turns."""
    with logged_in(browser, place, "ada") as ada, logged_in(browser, place, "bob") as bob:
        both = {"ada": ada, "bob": bob}
        for name, page in both.items():
            page.get_by_role("tab", name="Extract").click()
            page.wait_for_selector("#add input", state="attached")
            page.set_input_files("#add input", [upload(f"of {name}.png", OWN[name][0])])
        for page in both.values():
            expect(page.locator("#extract-status")).to_contain_text("1 document read")
        for name, page in both.items():
            page.fill("#extract-keys textarea", KEY[name])
            page.click("#fill-all")
        for name, page in both.items():
            expect(page.locator("#extract-status")).to_contain_text("1 document asked for")
            expect(page.locator("#grid")).to_contain_text(OWN[name][1])
        yield both


def other(name: str) -> str:
    return "bob" if name == "ada" else "ada"


@pytest.mark.parametrize("name", list(OWN))
def test_the_grid_holds_ones_own(people: dict[str, Page], name: str) -> None:
    page = people[name]
    page.reload()
    page.get_by_role("tab", name="Extract").click()
    expect(cells(page, f"of {name}.png").first).to_be_visible()
    expect(page.locator("#summary")).to_contain_text("1 document shown")
    assert f"of {other(name)}.png" not in page.content()


@pytest.mark.parametrize("name", list(OWN))
def test_the_queue_holds_ones_own_and_page_images_are_private(
    people: dict[str, Page], name: str
) -> None:
    page, stranger = people[name], people[other(name)]
    start(page)
    expect(page.locator("#review")).to_contain_text(f"of {name}.png")
    assert f"of {other(name)}.png" not in page.content()
    picture = str(page.locator(".leaf img").first.evaluate("image => image.src"))
    assert page.request.get(picture).status == 200
    assert stranger.request.get(picture).status == 404


def test_a_race_stays_with_whoever_ran_it(people: dict[str, Page]) -> None:
    ada, bob = people["ada"], people["bob"]
    for page in (ada, bob):
        page.get_by_role("tab", name="Race").click()
    for arm in ("AR", "HPD"):
        ada.get_by_role("checkbox", name=arm, exact=True).uncheck()
    ada.click(".card >> nth=0")
    ada.wait_for_selector(".results")
    for page, sees in ((ada, True), (bob, False)):
        page.get_by_role("tab", name="Insights").click()
        races = page.locator("#insights-races")
        if sees:
            expect(races).to_contain_text("hardware_receipt.jpg")
        else:
            expect(page.locator("#insights-about")).to_contain_text("race")
            expect(races).not_to_contain_text("hardware_receipt.jpg")
    picture = str(ada.locator(".page img").first.evaluate("image => image.src"))
    assert ada.request.get(picture).status == 200
    assert bob.request.get(picture).status == 404
