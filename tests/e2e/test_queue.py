"""What waits for review in a real browser: in every order, with its reason, and what is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.access.people import App
from tests.e2e.conftest import opened
from tests.e2e.test_review import ME, box, field, stands, start
from tests.ui.kept import Guess, keep, predict

pytestmark = pytest.mark.e2e

COMPANY = "TIDEWRACK COFFEE HOUSE"
KEPT = {  # in the order in which they are kept
    "sure": (Guess("company", COMPANY, 0.95), Guess("total", "29.35", 0.8)),
    "unsure": (Guess("company", COMPANY, 0.3), Guess("total", "29.35", 0.9)),
    "one rule": (
        Guess("total", "29.35", 0.7),
        Guess("subtotal", "20.00", 0.75),
        Guess("tax", "2.80", 0.9),
    ),
    "two rules": (Guess("total", "unclear", 0.5), Guess("date", "soon", 0.6)),
    "one dispute": (Guess("company", COMPANY, 0.97), Guess("total", "29.35", 0.98)),
    "two disputes": (Guess("company", COMPANY, 0.98), Guess("total", "29.35", 0.99)),
}
OTHERS = {  # what another decoder answered there
    "one dispute": (Guess("company", "TIDEWRACK", 0.9), Guess("total", "29.35", 0.9)),
    "two disputes": (Guess("company", "TIDEWRACK", 0.9), Guess("total", "28.35", 0.9)),
}
ORDERS = {
    "least certain": ["unsure", "two rules", "one rule", "sure", "one dispute", "two disputes"],
    "decoders disagree": ["two disputes", "one dispute"],
    "failed rule": ["two rules", "one rule"],
    "newest": [*reversed(KEPT)],
}


@pytest.fixture
def app(server: App) -> App:
    """The app with a document for every reason to look at one."""
    library = server.library
    for one in library.all(ME):
        library.delete(ME, one.document.id)
    for name, guesses in KEPT.items():
        first = OTHERS.get(name, guesses)
        document = keep(server.store, ME, first, "cafe_receipt", name, "hyper_parallel")
        predict(server.store, ME, document, library.open(ME, document), guesses)
    return server


@pytest.fixture
def page(app: App, browser: Browser) -> Iterator[Page]:
    with opened(browser, app.address) as page:
        start(page)
        in_line(page, *ORDERS["least certain"])
        yield page


def in_line(page: Page, *names: str) -> None:
    """The queue lists these documents in this order, and no other."""
    expect(page.locator(".waiting .item b")).to_have_text([*names])


def facts(page: Page, name: str, *told: str) -> None:
    """What the queue says of a document."""
    item = page.locator(".waiting .item").filter(has=page.get_by_text(name, exact=True))
    expect(item.locator("> span")).to_have_text(" \N{MIDDLE DOT} ".join(told))


def order(page: Page, name: str) -> None:
    """Choose an order, and wait until the queue stands in it."""
    page.get_by_label("Order").select_option(name)
    in_line(page, *ORDERS.get(name, ()))


def test_the_least_certain_document_is_the_first_and_is_open(page: Page) -> None:
    expect(page.locator(".title b")).to_have_text("unsure")
    expect(box(page, "company")).to_be_focused()
    facts(page, "unsure", "2 open", "least 30 %")
    facts(page, "sure", "2 open", "least 80 %")


@pytest.mark.parametrize("name", list(ORDERS))
def test_an_order_lines_up_its_documents_and_outlives_a_reload(page: Page, name: str) -> None:
    order(page, "done")
    expect(page.locator(".waiting .none")).to_contain_text("No document is done yet")
    order(page, name)
    page.reload()
    in_line(page, *ORDERS[name])
    expect(page.get_by_label("Order")).to_have_value(name)


def test_disagreement_is_told_in_the_queue_and_at_the_field(page: Page) -> None:
    order(page, "decoders disagree")
    facts(page, "two disputes", "2 open", "least 98 %", "2 disputed")
    facts(page, "one dispute", "2 open", "least 97 %", "1 disputed")
    page.locator(".item", has_text="one dispute").click()
    expect(field(page, "company").locator(".disputed")).to_have_text("decoders disagree")
    expect(field(page, "company").locator(".reading b")).to_have_text([COMPANY, "TIDEWRACK"])
    expect(field(page, "total").locator(".disputed")).to_have_count(0)

    box(page, "company").press("Enter")  # a person settles it
    stands(page, "company", "confirmed", COMPANY)
    in_line(page, "two disputes")


def test_a_broken_rule_is_told_in_words_until_the_sum_is_right(page: Page) -> None:
    order(page, "failed rule")
    facts(page, "two rules", "2 open", "least 50 %", "2 broken rules")
    facts(page, "one rule", "3 open", "least 70 %", "1 broken rule")
    page.locator(".item", has_text="two rules").click()
    rules = page.locator(".rules li")
    expect(rules).to_contain_text(["total 'unclear' does not read", "date 'soon' does not read"])
    page.locator(".item", has_text="one rule").click()
    expect(rules).to_have_text(["total 29.35 is not subtotal 20.00 + tax 2.80"])

    box(page, "subtotal").fill("26.55")
    box(page, "subtotal").press("Enter")
    stands(page, "subtotal", "corrected", "26.55")
    expect(rules).to_have_count(0)
    in_line(page, "two rules")


def test_every_answer_moves_how_far_the_work_is(page: Page) -> None:
    far = page.locator(".how-far")
    fields = sum(map(len, KEPT.values()))
    bar = "bar => parseFloat(bar.style.width)"

    def stands_at(done: int, verified: int) -> None:
        expect(far).to_have_text(
            f"{done} of {len(KEPT)} documents done, {verified} of {fields} fields verified"
        )
        assert far.locator("i").evaluate(bar) == pytest.approx(100 * verified / fields, abs=0.1)

    stands_at(0, 0)
    box(page, "company").press("Enter")
    stands(page, "company", "confirmed", COMPANY)
    stands_at(0, 1)
    facts(page, "unsure", "1 open", "least 90 %")
    box(page, "total").press("Alt+i")
    stands_at(1, 2)
    in_line(page, *[name for name in ORDERS["least certain"] if name != "unsure"])
    page.get_by_label("Order").select_option("done")
    in_line(page, "unsure")
    facts(page, "unsure", "all verified")

    page.locator(".item", has_text="unsure").click()
    stands(page, "total", "illegible", "")
    box(page, "total").press("Alt+z")
    stands(page, "total", "predicted", "29.35")
    stands_at(0, 1)
    expect(page.locator(".waiting .none")).to_contain_text("No document is done yet")
