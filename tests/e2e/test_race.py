"""The main job in a real browser: one click on a sample, and values, boxes and charts are there."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kie_app.config import Settings
from kie_app.samples import load_samples
from kie_app.ui.charts import TITLES
from tests.ui.hostile import ATTACK

pytestmark = pytest.mark.e2e

SAMPLE = load_samples(Settings().annotations_dir)[0]
KEYS = len(SAMPLE.schema.keys)
PIP = '.arm[data-arm="mask_parallel"]'


def run_sample(page: Page) -> None:
    page.click(f'[data-sample="{SAMPLE.name}"]')
    page.wait_for_selector(".results")


def test_one_click_on_a_sample_shows_values_boxes_and_charts(page: Page) -> None:
    run_sample(page)
    for decoder in ("mask_parallel", "autoregressive", "hyper_parallel"):
        arm = page.locator(f'.arm[data-arm="{decoder}"].done')
        expect(arm.locator("button.pick")).to_have_count(KEYS)
        expect(arm.locator(".clock")).to_have_text(f"{page_seconds(page, decoder)}")
    values = page.locator(f"{PIP} .value").all_inner_texts()
    assert any(value != "absent" for value in values)
    assert page.locator(".page .box").count() > 0
    assert page.locator(".page img").first.evaluate("image => image.naturalWidth") > 0
    expect(page.locator(".js-plotly-plot")).to_have_count(len(TITLES))
    for title in TITLES:
        expect(page.locator(".js-plotly-plot .gtitle", has_text=title)).to_be_visible()
    assert page.locator(".js-plotly-plot .bars .point").count() > 3 * 2
    expect(page.locator(".caption")).to_contain_text("python -m kie_app bench")


def page_seconds(page: Page, decoder: str) -> str:
    """The recorded time of an arm, as its stopwatch shows it."""
    total = float(page.locator(f'.arm[data-arm="{decoder}"]').get_attribute("data-total") or "nan")
    return f"{total:.3f} s" if total < 10 else f"{total:.1f} s"


def test_a_field_lights_its_box_up_from_the_keyboard_and_shows_its_slots(page: Page) -> None:
    run_sample(page)
    box = page.locator('.box[data-arm="mask_parallel"]').first
    key = box.get_attribute("data-key")
    field = page.locator(f'{PIP} button.pick[data-key="{key}"]')
    field.focus()
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f'.box.lit[data-key="{key}"]').first).to_be_visible()
    details = page.locator(f"{PIP} details").first
    details.locator("summary").click()
    assert details.locator("li").first.is_visible()


def test_replay_is_labelled_and_ends_on_the_recorded_times(page: Page) -> None:
    run_sample(page)
    clock = page.locator('.arm[data-arm="autoregressive"] .clock')
    recorded = clock.inner_text()
    page.select_option(".speed", "4")
    page.click(".replay")
    expect(page.locator(".badge")).to_have_text("replay, recorded times")
    expect(clock).to_have_text(recorded)


def test_results_can_be_taken_away(page: Page) -> None:
    run_sample(page)
    texts = {}
    for kind in ("JSON", "CSV"):
        with page.expect_download() as download:
            page.click(f"text=Download {kind}")
        texts[kind] = Path(download.value.path()).read_text("utf-8-sig")
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
    page.uncheck('#arms input[name="HPD"], #arms label:has-text("HPD") input')
    page.uncheck('#arms label:has-text("AR") input >> nth=0')
    page.set_input_files("#upload input", SAMPLE.path)
    expect(page.locator("#status")).to_contain_text("Name the keys")
    page.fill("#keys textarea", f"total, {ATTACK}")
    page.click("#fill")
    page.wait_for_selector(".results")
    expect(page.locator(f"{PIP} .key").nth(1)).to_have_text(ATTACK)
    assert page.locator("img[onerror]").count() == 0
