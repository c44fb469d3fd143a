"""Reviewing in a real browser: by keyboard, by the page's lines, over reloads and in two places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kie_app.access.users import LOCAL
from kie_app.library.standing import Record
from tests.access.people import App
from tests.e2e.conftest import opened
from tests.ui.hostile import ATTACK
from tests.ui.kept import RECEIPT, Guess, keep, predict

pytestmark = pytest.mark.e2e

ME = LOCAL.name
CAFE = (Guess("company", "TIDEWRACK COFFEE HOUSE", 0.9), Guess("total", "29.35", 0.7))
ADDRESS = ("NO. 27, JALAN CEMPAKA 4/3,", "TAMAN SERI PELITA,", "43000 KAJANG, SELANGOR.")


@pytest.fixture
def app(server: App) -> App:
    """The app with an empty library."""
    for one in server.store.documents.of(ME):
        server.store.documents.delete(ME, one.id)
    return server


@pytest.fixture
def page(app: App, browser: Browser) -> Iterator[Page]:
    with opened(browser, app.address) as page:
        yield page


def start(page: Page) -> None:
    """Open the tab as the keyboard does."""
    page.get_by_role("tab", name="Review").focus()
    page.keyboard.press("Enter")


def field(page: Page, key: str) -> Locator:
    return page.locator(f'.field[data-key="{key}"]')


def box(page: Page, key: str) -> Locator:
    return field(page, key).locator("textarea")


def stands(page: Page, key: str, state: str, value: str) -> None:
    """What the page shows of a field."""
    expect(field(page, key)).to_have_attribute("data-state", state)
    expect(field(page, key).locator(".state")).to_have_text(state)
    expect(box(page, key)).to_have_value(value)


def record(app: App, document: str) -> Record:
    return app.library.one(ME, document)


def said(app: App, document: str) -> list[tuple[str, str, str | None]]:
    """Every correction of a document, oldest first."""
    all_of_it = app.store.answers.corrections_of(ME, document)
    return [(one.key, one.state, one.value) for one in all_of_it]


def test_a_receipt_is_reviewed_with_the_keyboard_alone(app: App, page: Page) -> None:
    cafe = keep(app.store, ME, CAFE, "cafe_receipt")
    receipt = keep(app.store, ME)
    start(page)
    expect(box(page, "address")).to_be_focused()  # the least certain field of all documents
    page.keyboard.type(" ".join(ADDRESS))
    page.keyboard.press("Enter")
    expect(box(page, "tip")).to_be_focused()
    page.keyboard.press("Alt+a")
    expect(box(page, "company")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(box(page, "company")).to_have_value("PELITA JERNIH HARDWARE SDN BHD")
    page.keyboard.press("Enter")
    expect(box(page, "total")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page, "date")).to_be_focused()
    page.keyboard.press("Alt+i")

    expect(page.locator(".title b")).to_have_text("cafe_receipt.png")
    expect(box(page, "total")).to_be_focused()
    expect(page.locator(".how-far")).to_contain_text("1 of 2 documents done")
    expect(page.locator(".how-far")).to_contain_text("5 of 7 fields verified")
    assert said(app, receipt) == [
        ("address", "corrected", " ".join(ADDRESS)),
        ("tip", "absent", None),
        ("company", "corrected", "PELITA JERNIH HARDWARE SDN BHD"),
        ("total", "confirmed", "75.75"),
        ("date", "illegible", None),
    ]
    places = {field.key.name: len(field.sources) for field in record(app, receipt).fields}
    assert places == {"company": 1, "date": 0, "address": 3, "total": 1, "tip": 0}

    page.keyboard.press("Enter")
    expect(box(page, "company")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".waiting .none")).to_contain_text("2 documents done, nothing waits")
    assert record(app, cafe).done
    page.keyboard.press("Alt+p")
    stands(page, "date", "illegible", "")


def test_tab_goes_through_the_boxes_alone(app: App, page: Page) -> None:
    keep(app.store, ME)
    start(page)
    order = [one.key for one in sorted(RECEIPT, key=lambda one: one.confidence)]
    for key in order:
        expect(box(page, key)).to_be_focused()
        page.keyboard.press("Tab")
    for key in reversed(order):
        page.keyboard.press("Shift+Tab")
        expect(box(page, key)).to_be_focused()
        expect(page.locator(".spot.lit")).to_have_count(0 if key == "tip" else 1)


def test_lines_are_taken_by_a_click_and_by_dragging(app: App, page: Page) -> None:
    receipt = keep(app.store, ME)
    start(page)
    expect(box(page, "address")).to_be_focused()
    lines = [page.locator(".print", has_text=text).first for text in ADDRESS]
    first, last = lines[0].bounding_box(), lines[-1].bounding_box()
    assert first
    assert last
    page.mouse.move(first["x"] + 60, first["y"] + 4)
    page.mouse.down()
    page.mouse.move(last["x"] + 80, last["y"] + 6, steps=5)
    expect(page.locator(".print.taken")).to_have_count(3)
    page.mouse.up()
    expect(box(page, "address")).to_have_value(" ".join(ADDRESS))
    expect(box(page, "address")).to_be_focused()
    page.keyboard.press("Enter")
    stands(page, "address", "corrected", " ".join(ADDRESS))

    box(page, "company").click()
    page.locator(".print", has_text="PELITA JERNIH").first.click()
    expect(box(page, "company")).to_have_value("PELITA JERNIH HARDWARE SDN BHD")
    page.keyboard.press("Enter")
    stands(page, "company", "corrected", "PELITA JERNIH HARDWARE SDN BHD")
    placed = {field.key.name: field.sources for field in record(app, receipt).fields}
    read = app.library.open(ME, receipt)
    by_text = {line.text: line.box for line in read.lines}
    for source, text in zip(placed["address"], ADDRESS, strict=True):
        assert source.box == pytest.approx(by_text[text], abs=0.01)
    expect(page.locator(".spot")).to_have_count(6)  # three lines, company, date, total


def test_what_was_saved_is_taken_back_and_typing_is_restored(app: App, page: Page) -> None:
    receipt = keep(app.store, ME)
    start(page)
    total = box(page, "total")
    total.click()
    page.keyboard.press("Enter")
    stands(page, "total", "confirmed", "75.75")
    total.fill("80.00")
    page.keyboard.press("Enter")
    stands(page, "total", "corrected", "80.00")
    total.fill("81")
    page.keyboard.press("Control+z")  # of the typing, not of what is saved
    stands(page, "total", "corrected", "80.00")
    total.fill("82")
    page.keyboard.press("Escape")
    expect(total).to_have_value("80.00")
    total.press("Control+z")
    stands(page, "total", "confirmed", "75.75")
    total.press("Alt+z")
    stands(page, "total", "predicted", "75.75")
    assert [state for _, state, _ in said(app, receipt)] == [
        "confirmed",
        "corrected",
        "confirmed",
        "predicted",
    ]


def test_a_reload_keeps_the_document_what_was_saved_and_what_was_typed(
    app: App, page: Page
) -> None:
    keep(app.store, ME, CAFE, "cafe_receipt")
    keep(app.store, ME)
    start(page)
    expect(box(page, "address")).to_be_focused()
    page.keyboard.press("Alt+n")
    expect(page.locator(".title b")).to_have_text("cafe_receipt.png")
    expect(box(page, "total")).to_be_focused()
    page.keyboard.type("30.00")
    page.keyboard.press("Enter")
    stands(page, "total", "corrected", "30.00")
    page.keyboard.type("half a na")
    page.reload()
    stands(page, "total", "corrected", "30.00")
    expect(box(page, "company")).to_have_value("half a na")
    expect(field(page, "company").locator(".news")).to_contain_text("not saved yet")
    expect(page.locator('.item[aria-current="true"]')).to_contain_text("cafe_receipt")


def test_two_people_at_one_document_do_not_overwrite_each_other(
    app: App, page: Page, browser: Browser
) -> None:
    receipt = keep(app.store, ME)
    start(page)
    expect(box(page, "address")).to_be_focused()
    with opened(browser, app.address) as other:
        start(other)
        box(other, "total").fill("80.00")
        box(other, "total").press("Enter")
        stands(other, "total", "corrected", "80.00")
        stands(page, "total", "predicted", "75.75")

        box(page, "total").fill("90.00")
        box(page, "total").press("Enter")
        expect(field(page, "total").locator(".news")).to_contain_text("changed elsewhere")
        expect(field(page, "total")).to_have_attribute("data-value", "80.00")
        expect(box(page, "total")).to_have_value("90.00")
        box(page, "total").press("Enter")
        stands(page, "total", "corrected", "90.00")

        box(other, "company").press("Enter")
        stands(other, "company", "confirmed", "PELITA JERNIH HARDWARE")
        stands(other, "total", "corrected", "90.00")
    assert [value for _, _, value in said(app, receipt)][:2] == ["80.00", "90.00"]


def test_an_undo_takes_back_nothing_that_its_page_does_not_show(
    app: App, page: Page, browser: Browser
) -> None:
    receipt = keep(app.store, ME)
    start(page)
    expect(box(page, "address")).to_be_focused()
    box(page, "total").fill("80.00")
    box(page, "total").press("Enter")
    stands(page, "total", "corrected", "80.00")
    with opened(browser, app.address) as other:
        start(other)
        box(other, "total").fill("90.00")
        box(other, "total").press("Enter")
        stands(other, "total", "corrected", "90.00")

        box(page, "total").press("Alt+z")
        stands(page, "total", "corrected", "90.00")
        expect(field(page, "total").locator(".news")).to_contain_text("undo again takes it back")
        assert [value for _, _, value in said(app, receipt)] == ["80.00", "90.00"]
        box(page, "total").press("Alt+z")
        stands(page, "total", "corrected", "80.00")


def test_the_page_zooms_pans_and_shows_its_pages(app: App, page: Page) -> None:
    library = app.library
    path = app.engine.settings.annotations_dir / "samples" / "purchase_order.pdf"
    kept = library.add(ME, path.name, path.read_bytes())
    read = library.open(ME, kept.id)
    predict(app.store, ME, kept.id, read, (Guess("order number", "PO-58841", 0.5),))
    start(page)
    expect(page.locator(".leaf")).to_have_count(len(read.pages))
    image = page.locator(".leaf img").first
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 0
    view = page.locator(".leaves")
    frame = view.bounding_box()
    assert frame
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".zoom output")).to_have_text("244 %")
    width = "view => view.scrollWidth > 2 * view.clientWidth"
    assert view.evaluate(width)
    page.mouse.move(frame["x"] + 200, frame["y"] + 200)
    page.keyboard.down("Control")
    page.mouse.wheel(0, 200)
    page.keyboard.up("Control")
    expect(page.locator(".zoom output")).not_to_have_text("244 %")
    view.evaluate("view => view.scrollTo(20, 100)")
    gap = page.evaluate(
        """() => { const frame = document.querySelector('.leaves').getBoundingClientRect();
          for (let y = frame.top + 20; y < frame.bottom - 120; y += 7) {
            const at = document.elementFromPoint(frame.left + 150, y);
            if (!at.closest('.print')) return y;
          } }"""
    )
    page.mouse.move(frame["x"] + 150, gap)
    page.mouse.down()
    page.mouse.move(frame["x"] + 100, gap - 40, steps=4)
    page.mouse.up()
    assert view.evaluate("view => [view.scrollLeft, view.scrollTop]") == [70, 140]
    view.focus()
    page.keyboard.press("+")
    page.keyboard.press("0")
    if len(read.pages) > 1:
        page.get_by_role("button", name="Go to page 2").click()
        expect(page.locator(".leaf").nth(1)).to_be_in_viewport()


def test_empty_queues_say_what_to_do(app: App, page: Page) -> None:
    start(page)
    expect(page.locator(".nothing")).to_contain_text("Add documents on the Extract tab")
    keep(app.store, ME, CAFE, "cafe_receipt")
    page.get_by_role("tab", name="Race").click()
    start(page)
    expect(box(page, "total")).to_be_focused()
    page.select_option(".sorting", "decoders disagree")
    expect(page.locator(".waiting .none")).to_contain_text("choose another order")


def test_hostile_text_stays_text(app: App, page: Page) -> None:
    bad = Guess(ATTACK, ATTACK, 0.5, (f"{ATTACK}2",))
    receipt = keep(app.store, ME, (bad, Guess("__proto__", "x", 0.9)), name=ATTACK)
    start(page)
    expect(page.locator(".title b")).to_have_text(ATTACK)
    area = page.locator(".field textarea").first
    expect(area).to_have_value(ATTACK)
    area.fill(f"{ATTACK} and more")
    area.press("Enter")
    expect(page.locator(".field .state").first).to_have_text("corrected")
    page.keyboard.press("Enter")
    expect(page.locator(".waiting .none")).to_contain_text("nothing waits")
    assert page.locator("img[onerror]").count() == 0
    assert [state for _, state, _ in said(app, receipt)] == ["corrected", "confirmed"]
