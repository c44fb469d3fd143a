"""Pages of a PDF: their image, and a text layer whose boxes stand where the ink is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from kie_app.config import Settings
from kie_app.documents.pdf import LONG_SIDE, RenderedPage, render_pages
from tests.documents.pdfs import PdfPage, pdf
from tests.documents.pictures import drawn, encoded

TEXTS = ((50, 500, "Invoice number 4711 of Green Leaf"), (50, 450, "Total"), (250, 450, "12.50"))


def one(page: PdfPage, settings: Settings, user: str | None = None) -> RenderedPage:
    (sheet,) = render_pages(pdf([page], user), "x.pdf", settings)
    return sheet


def shown(sheet: RenderedPage) -> list[str]:
    assert sheet.segments is not None
    return [segment.text for segment in sheet.segments]


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(np.asarray(image.convert("L")) < 128)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


@pytest.mark.parametrize("crop", [None, (20, 30, 590, 395)])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_stand_where_the_ink_is(
    rotate: int, crop: tuple[float, float, float, float] | None, settings: Settings
) -> None:
    if crop and rotate in (0, 180):
        crop = (crop[1], crop[0], crop[3], crop[2])
    sheet = one(PdfPage(TEXTS, rotate=rotate, crop=crop), settings)
    assert shown(sheet) == ["Invoice number 4711 of Green Leaf", "Total", "12.50"]
    for segment in sheet.segments or ():
        x0, y0, x1, y1 = (round(edge) for edge in segment.box)
        margin = 4  # the box is the font's line, its letters are a little smaller
        inside = sheet.image.crop((x0 - margin, y0 - margin, x1 + margin, y1 + margin))
        left, top, right, bottom = ink(inside)
        assert left == pytest.approx(margin, abs=4)
        assert right == pytest.approx(x1 - x0 + margin, abs=5)
        assert top >= margin
        assert bottom <= y1 - y0 + margin


def test_pages_are_rasterised_at_150_dots_per_inch(settings: Settings) -> None:
    assert one(PdfPage(TEXTS, size=(432, 576)), settings).image.size == pytest.approx(
        (900, 1200), abs=1
    )


@pytest.mark.parametrize("size", [(14400, 14400), (14400, 20), (1e6, 1e6)])
def test_a_giant_page_becomes_an_image_of_bearable_size(
    size: tuple[float, float], settings: Settings
) -> None:
    assert max(one(PdfPage(TEXTS, size=size), settings).image.size) == LONG_SIDE


def test_the_limit_of_pixels_holds_for_pages(settings: Settings) -> None:
    small = settings.model_copy(update={"max_pixels": 100_000})
    image = one(PdfPage(TEXTS), small).image
    assert image.width * image.height == pytest.approx(100_000, rel=0.02)


def test_a_text_layer_without_meaning_is_not_used(settings: Settings) -> None:
    assert one(PdfPage(TEXTS, hidden=True), settings).segments is None


def test_a_page_without_text_is_left_to_recognition(settings: Settings) -> None:
    assert one(PdfPage(), settings).segments is None


def test_a_stamp_on_a_scan_is_not_the_text_of_the_scan(settings: Settings) -> None:
    scan = drawn(size=(400, 600))
    page = PdfPage(TEXTS, picture=encoded(scan, "JPEG"), picture_size=scan.size)
    assert one(page, settings).segments is None


def full_page(**how: Any) -> PdfPage:
    """Ten lines of text, and a picture of the page's size unless it `covers` less."""
    scan = drawn(size=(400, 600))
    texts = [(30, 40 + 50 * n, f"line {n} of the words on this page") for n in range(10)]
    return PdfPage(texts, picture=encoded(scan, "JPEG"), picture_size=scan.size, **how)


def test_text_on_a_background_is_the_page(settings: Settings) -> None:
    page = full_page()
    assert sorted(shown(one(page, settings))) == sorted(text for _, _, text in page.texts)


@pytest.mark.parametrize("how", [{"mode": 3}, {"mode": 7}, {"over": True}])
def test_a_searchable_scan_is_read_by_recognition(how: dict[str, Any], settings: Settings) -> None:
    assert one(full_page(**how), settings).segments is None


def test_text_that_only_a_small_picture_follows_is_the_page(settings: Settings) -> None:
    page = full_page(over=True, covers=0.2)
    assert len(shown(one(page, settings))) == len(page.texts)


def test_values_of_form_fields_are_read(settings: Settings) -> None:
    assert "Jane Doe" in shown(one(PdfPage(TEXTS, field="Jane Doe"), settings))


def test_a_pdf_that_opens_without_its_password_is_read(settings: Settings) -> None:
    assert shown(one(PdfPage(TEXTS), settings, user="")) == [text for _, _, text in TEXTS]
