"""Every kind, mode and orientation of image becomes an upright RGB page."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from kie_app.config import Settings
from kie_app.documents.images import PAGE_PIXELS, frames, to_rgb
from tests.documents.pictures import drawn, encoded

ORIENTATION = 0x0112  # EXIF tag


def pages(data: bytes, kind: str, settings: Settings) -> list[Image.Image]:
    return list(frames(data, kind, f"x.{kind.lower()}", settings))


def likeness(one: Image.Image, other: Image.Image) -> float:
    """1 for the same picture, 0 for black against white."""
    a, b = (np.asarray(image.convert("L"), dtype=float) for image in (one, other))
    assert a.shape == b.shape
    return float(1 - np.abs(a - b).mean() / 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF"])
def test_every_kind_is_read(kind: str, settings: Settings) -> None:
    picture = drawn()
    (page,) = pages(encoded(picture, kind), kind, settings)
    assert page.mode == "RGB"
    assert likeness(page, picture) > 0.99


@pytest.mark.parametrize("turn", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_exif_orientation_is_applied(kind: str, turn: int, settings: Settings) -> None:
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    picture = drawn()
    stored = picture.transpose(inverse[turn]) if turn > 1 else picture
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    (page,) = pages(encoded(stored, kind, exif=exif), kind, settings)
    assert likeness(page, picture) > 0.99


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_does_not_refuse_a_whole_picture(settings: Settings) -> None:
    (page,) = pages(
        encoded(drawn(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"), "JPEG", settings
    )
    assert likeness(page, drawn()) > 0.99


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    page = to_rgb(drawn().convert(mode))
    assert page.mode == "RGB"
    assert likeness(page, drawn()) > 0.98


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("white", [65535, 4095, 255])
def test_deep_greys_keep_their_contrast(kind: str, white: int, settings: Settings) -> None:
    grey = np.asarray(drawn().convert("L"), dtype=np.float32)
    deep = Image.fromarray((grey / 255 * white).astype(np.uint16))
    assert deep.mode == "I;16"
    (page,) = pages(encoded(deep, kind), kind, settings)
    assert page.mode == "RGB"
    assert likeness(page, drawn()) > 0.99


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_other_depths_are_read(dtype: type, settings: Settings) -> None:
    grey = np.asarray(drawn().convert("L")).astype(dtype)
    (page,) = pages(encoded(Image.fromarray(grey), "TIFF"), "TIFF", settings)
    assert likeness(page, drawn()) > 0.99


def test_a_black_deep_page_stays_black() -> None:
    black = Image.fromarray(np.zeros((8, 8), np.uint16))
    assert to_rgb(black).getextrema() == ((0, 0),) * 3


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_white_paper(mode: str) -> None:
    ink = drawn().convert(mode)
    ink.putalpha(drawn().convert("L").point(lambda v: 255 - v))
    assert likeness(to_rgb(ink), drawn()) > 0.98


def test_a_transparent_colour_is_white_paper(settings: Settings) -> None:
    picture = Image.new("L", (20, 20), 7)
    (page,) = pages(encoded(picture, "PNG", transparency=7), "PNG", settings)
    assert page.getextrema() == ((255, 255),) * 3


def test_a_tiff_gives_all_its_pages_in_order(settings: Settings) -> None:
    greys = [Image.new("L", (40 + n, 30), 50 * n) for n in range(4)]
    data = encoded(greys[0], "TIFF", save_all=True, append_images=greys[1:])
    read = pages(data, "TIFF", settings)
    assert [page.size for page in read] == [(40, 30), (41, 30), (42, 30), (43, 30)]
    assert [page.getpixel((0, 0)) for page in read] == [(50 * n,) * 3 for n in range(4)]


def test_an_animation_gives_its_first_picture(settings: Settings) -> None:
    greys = [Image.new("RGB", (40, 30), (50 * n,) * 3) for n in range(1, 4)]
    data = encoded(greys[0], "WebP", save_all=True, append_images=greys[1:], lossless=True)
    (page,) = pages(data, "WebP", settings)
    assert page.getpixel((0, 0)) == (50, 50, 50)


@pytest.mark.parametrize("size", [(3000, 2500), (600, 9000)])
def test_a_big_page_is_scaled_and_keeps_its_shape(
    size: tuple[int, int], settings: Settings
) -> None:
    (page,) = pages(encoded(Image.new("L", size, 200), "JPEG"), "JPEG", settings)
    assert page.width * page.height == pytest.approx(PAGE_PIXELS, rel=0.01)
    assert page.width / page.height == pytest.approx(size[0] / size[1], rel=0.01)
