"""Keys of one's own in the browser: kept over a reload, changed, taken along and back, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kie_app.schemas.templates import parse_template
from kie_app.types import Key, Schema

pytestmark = pytest.mark.e2e

NAMES = "#keys textarea"
ATTACK = "<img src=x onerror=alert(1)>"


def offered(page: Page, prefix: str = "") -> list[str]:
    """The names in the template list; `prefix` goes before the controls' names, as on their tab."""
    page.click(f"#{prefix}template input")
    page.wait_for_selector(f"#{prefix}template [role=option]")
    names = page.locator(f"#{prefix}template [role=option]").all_inner_texts()
    page.keyboard.press("Escape")
    return [name.strip().removeprefix("\N{CHECK MARK}").strip() for name in names]


def choose(page: Page, name: str, prefix: str = "") -> None:
    page.click(f"#{prefix}template input")
    page.locator(f"#{prefix}template [role=option]", has_text=name).click()


def save(page: Page, name: str, prefix: str = "") -> None:
    page.fill(f"#{prefix}own-name textarea, #{prefix}own-name input", name)
    page.click(f"#{prefix}own-save")


def take_in(page: Page, name: str, text: str) -> None:
    with page.expect_file_chooser() as chooser:
        page.click("#own-take-in")
    file = {"name": name, "mimeType": "application/yaml", "buffer": text.encode()}
    chooser.value.set_files(file)


def test_saved_keys_last_and_can_be_changed_shared_and_removed(page: Page) -> None:
    page.fill(NAMES, "plate, tyre size")
    page.click("#own-keys > button")
    save(page, "garage bill")
    expect(page.locator("#template input")).to_have_value("garage bill")
    page.reload()
    page.wait_for_selector(".card")
    choose(page, "garage bill")
    expect(page.locator(NAMES)).to_have_value("plate, tyre size")

    page.fill(NAMES, "plate, tyre size, total")
    page.focus("#template input")  # passing the list changes nothing
    page.click("#own-keys > button")
    expect(page.locator("#own-name textarea, #own-name input")).to_have_value("garage bill")
    before = page.locator("#own-download a").get_attribute("href") or ""
    page.click("#own-save")
    expect(page.get_by_text("Saved as garage bill.")).to_be_visible()
    expect(page.locator("#own-download a")).not_to_have_attribute("href", before)  # after the toast
    with page.expect_download() as download:
        page.click("#own-download a")
    text = Path(download.value.path()).read_text("utf-8")
    keys = (Key("plate"), Key("tyre size"), Key("total", kind="amount"))
    assert download.value.suggested_filename == "garage-bill.yaml"
    assert parse_template(text, "here") == Schema("garage bill", keys)

    page.click("#own-remove")
    expect(page.locator("#template input")).to_have_value("")
    assert "garage bill" not in offered(page)
    take_in(page, "back.yaml", text)
    expect(page.locator("#template input")).to_have_value("garage bill")
    expect(page.locator(NAMES)).to_have_value("plate, tyre size, total")


def test_what_cannot_be_saved_says_why_and_hostile_names_stay_text(page: Page) -> None:
    page.click("#own-keys > button")
    page.fill(NAMES, "total")
    save(page, "receipt")
    expect(page.get_by_text("is a template of the app")).to_be_visible()
    save(page, " ")
    expect(page.get_by_text("have no name to be saved under")).to_be_visible()
    take_in(page, "bad.yaml", "name: [x")
    expect(page.get_by_text("is not YAML")).to_be_visible()
    save(page, ATTACK)
    expect(page.locator("#template input")).to_have_value(ATTACK)
    expect(page.locator("#own-download a")).to_contain_text(ATTACK)
    assert page.locator("img[onerror]").count() == 0
