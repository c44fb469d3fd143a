"""The main job in a real browser: one click on a sample, and values, boxes and charts are there."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from kie_app.config import Settings
from kie_app.datasets.samples import load_samples
from kie_app.ui.race.charts import TITLES
from kie_app.ui.shared.formatting import seconds
from tests.e2e.drop_time import RECEIPTS, unseen
from tests.ui.hostile import ATTACK

pytestmark = pytest.mark.e2e

SAMPLE = load_samples(Settings().annotations_dir)[0]
KEYS = len(SAMPLE.schema.keys)
PIP = '.arm[data-arm="mask_parallel"]'


def recorded_seconds(page: Page, decoder: str) -> str:
    """The recorded time of an arm, as its stopwatch shows it."""
    total = page.locator(f'.arm[data-arm="{decoder}"]').get_attribute("data-total")
    return seconds(float(total or "nan"))


@pytest.mark.parametrize("decoder", ["mask_parallel", "autoregressive", "hyper_parallel"])
def test_one_click_on_a_sample_fills_every_arm(raced: Page, decoder: str) -> None:
    arm = raced.locator(f'.arm[data-arm="{decoder}"].done')
    expect(arm.locator("button.pick")).to_have_count(KEYS)
    expect(arm.locator(".clock")).to_have_text(recorded_seconds(raced, decoder))
    assert any(value != "absent" for value in arm.locator(".value").all_inner_texts())


def test_values_have_boxes_on_the_page_image(raced: Page) -> None:
    image = raced.locator(".page img").first
    assert image.evaluate("image => image.naturalWidth") > 0
    sheet = raced.locator(".page").first.bounding_box()
    box = raced.locator(".page .box").first.bounding_box()
    assert sheet
    assert box
    assert sheet["x"] <= box["x"] + 3
    assert box["x"] + box["width"] <= sheet["x"] + sheet["width"] + 3


def test_charts_are_drawn_with_their_titles(raced: Page) -> None:
    expect(raced.locator(".js-plotly-plot")).to_have_count(len(TITLES))
    for title in TITLES:
        expect(raced.locator(".js-plotly-plot .gtitle", has_text=title)).to_be_visible()
    assert raced.locator(".js-plotly-plot .bars .point").count() > 3 * 2
    expect(raced.locator(".caption")).to_contain_text("python -m kie_app bench")


def test_a_field_lights_its_box_up_from_the_keyboard_and_shows_its_slots(raced: Page) -> None:
    key = raced.locator('.box[data-arm="mask_parallel"]').first.get_attribute("data-key")
    field = raced.locator(f'{PIP} button.pick[data-key="{key}"]')
    field.focus()
    raced.keyboard.press("Enter")
    expect(field).to_have_attribute("aria-pressed", "true")
    expect(raced.locator(f'.box.lit[data-key="{key}"]').first).to_be_visible()
    details = raced.locator(f"{PIP} details").first
    details.locator("summary").click()
    expect(details.locator("li").first).to_be_visible()


def test_a_value_off_the_page_is_called_copied_and_its_tokens_are_not_counted(raced: Page) -> None:
    assert "copied from the page" in raced.locator(f"{PIP} .origin").all_inner_texts()
    written = raced.locator('.arm[data-arm="autoregressive"] .origin')
    assert set(written.all_inner_texts()) == {"token by token"}
    expect(raced.locator(".caption")).to_contain_text("copied, AR")


def test_replay_is_labelled_and_ends_on_the_recorded_times(raced: Page) -> None:
    raced.select_option(".speed", "0.25")
    raced.click(".replay")
    expect(raced.locator(".badge")).to_have_text("replay, recorded times")
    expect(raced.locator(".arm.unfinished")).not_to_have_count(0)
    raced.select_option(".speed", "4")
    expect(raced.locator(".arm.unfinished")).to_have_count(0)
    clock = raced.locator('.arm[data-arm="autoregressive"] .clock')
    expect(clock).to_have_text(recorded_seconds(raced, "autoregressive"))


def test_results_can_be_taken_away(raced: Page) -> None:
    texts = {}
    for kind in ("JSON", "CSV"):
        with raced.expect_download() as download:
            raced.click(f"text=Download {kind}")
        texts[kind] = Path(download.value.path()).read_text("utf-8-sig")
    with raced.expect_download() as download:
        raced.click("text=Download XLSX")
    book = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert [sheet.title for sheet in book] == ["values", "fields"]
    assert [sheet.max_row for sheet in book] == [1 + 3, 1 + 3 * KEYS]
    assert len(json.loads(texts["JSON"])) == 3
    assert len(list(csv.DictReader(io.StringIO(texts["CSV"])))) == 3 * KEYS


def test_bad_input_is_one_line_and_hostile_keys_stay_text(page: Page) -> None:
    page.fill("#keys textarea", "total")
    page.click("#fill")
    expect(page.locator("#status .bad")).to_contain_text("No document is open")
    page.set_input_files(
        "#upload input", {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""}
    )
    expect(page.locator("#status .bad")).to_contain_text("empty.pdf")
    for arm in ("AR", "HPD"):
        page.get_by_role("checkbox", name=arm, exact=True).uncheck()
    page.set_input_files("#upload input", SAMPLE.path)
    page.wait_for_selector(".results")
    page.fill("#keys textarea", f"total, {ATTACK}")
    page.click("#fill")
    expect(page.locator(f"{PIP} .key").nth(1)).to_have_text(ATTACK)
    assert page.locator("img[onerror]").count() == 0


def test_a_race_is_stopped_and_the_next_one_runs(page: Page) -> None:
    page.click(".card >> nth=0")
    expect(page.locator('.arm[data-arm="autoregressive"].running')).to_be_visible()
    page.click("#race-stop")
    expect(page.locator("#status")).to_contain_text("Stopped")
    page.wait_for_timeout(1500)
    expect(page.locator("#status")).to_contain_text("Stopped")
    expect(page.locator(".arm.idle")).to_have_count(3)
    for arm in ("AR", "HPD"):
        page.get_by_role("checkbox", name=arm, exact=True).uncheck()
    page.click("#fill")
    expect(page.locator("#status")).to_contain_text("Done.")
    expect(page.locator(".results")).to_be_visible()


def test_a_drop_counts_while_the_last_one_is_read(page: Page, tmp_path: Path) -> None:
    files = [unseen(tmp_path, name, at) for at, name in enumerate(RECEIPTS[:2])]
    for file in files:
        page.set_input_files("#upload input", file)
        page.wait_for_timeout(300)
    expect(page.locator(".paper")).to_contain_text(files[1].name)
    expect(page.locator("#status")).to_contain_text("Name the keys")


def test_the_same_file_may_be_dropped_twice(page: Page, tmp_path: Path) -> None:
    """Its second drop must not find it deleted by the first, which is still being read."""
    file = unseen(tmp_path, RECEIPTS[0], 20)
    for _ in range(2):
        page.set_input_files("#upload input", file)
        page.wait_for_timeout(100)
    expect(page.locator(".paper")).to_contain_text(file.name)
    expect(page.locator("#status")).to_contain_text("Name the keys")
    page.wait_for_timeout(2000)
    expect(page.locator("#status .bad")).to_have_count(0)


def test_drops_are_filled_at_once_where_keys_are_named(page: Page, tmp_path: Path) -> None:
    page.fill("#keys textarea", "company, total")
    for arm in ("AR", "HPD"):
        page.get_by_role("checkbox", name=arm, exact=True).uncheck()
    for at, name in enumerate(RECEIPTS[:2]):
        file = unseen(tmp_path, name, 10 + at)
        page.set_input_files("#upload input", file)
        expect(page.locator(".paper")).to_contain_text(file.name)
        expect(page.locator("#status")).to_contain_text("Done.")
        expect(page.locator(f"{PIP}.done .key")).to_have_text(["company", "total"])
