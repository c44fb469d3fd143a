"""PDF files to pages: an RGB image of each, and its text layer where that is good."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from contextlib import closing
from threading import Lock
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from kie_app.config import Settings
from kie_app.documents.images import check_pixels
from kie_app.documents.reading_order import Segment
from kie_app.documents.text_layer import SCAN_SHARE, Char, Glyphs, is_good, segments
from kie_app.errors import DocumentError
from kie_app.types import Box

SCALE = 150 / 72  # 150 dots per inch
LONG_SIDE = 2200  # pixels
MOST_CHARS = 100_000  # a page with more is not text that a person reads
MEASURE = 1 << 20  # device units a page is mapped to, to learn its rotation and crop
INVISIBLE = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)

_pdfium = Lock()  # PDFium is not thread-safe, not even for separate documents


class RenderedPage(NamedTuple):
    """One page: RGB image, and segments (pixels of the image), or None where OCR must read it."""

    image: Image.Image
    segments: list[Segment] | None


def render_pages(data: bytes, name: str, settings: Settings) -> list[RenderedPage]:
    """All pages of a PDF; raises DocumentError."""
    with _pdfium, _open(data, name) as document:
        count = len(document)
        if count < 1:
            raise DocumentError(
                f'"{name}" has 0 pages, and at least 1 is needed: export it again with its pages.'
            )
        if count > settings.max_pages:
            raise DocumentError(
                f'"{name}" has {count} pages, over the limit of {settings.max_pages}: '
                "split it into smaller files, or raise ONEPASS_MAX_PAGES."
            )
        document.init_forms()
        return [_render(document, number, name, settings) for number in range(count)]


def _open(data: bytes, name: str) -> pdfium.PdfDocument:
    handle = raw.FPDF_LoadMemDocument64(data, len(data), None)
    if handle:
        return pdfium.PdfDocument(handle)
    if raw.FPDF_GetLastError() in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        raise DocumentError(
            f'"{name}" is encrypted, and only PDFs that open without a password are read: '
            "save it without a password and send that."
        )
    raise DocumentError(
        f'"{name}" ({len(data):,} bytes) is a damaged PDF; only whole ones are read: '
        "copy, export or print it to PDF again."
    )


def _render(
    document: pdfium.PdfDocument, number: int, name: str, settings: Settings
) -> RenderedPage:
    try:
        with closing(_flattened(document, number)) as page:
            what = f'A picture on page {number + 1} of "{name}"'
            contents = _contents(page, what, settings)
            image = _raster(page, settings)
            glyphs = _glyphs(page, image, contents)
    except (pdfium.PdfiumError, ValueError, MemoryError, OverflowError, ctypes.ArgumentError) as e:
        raise DocumentError(
            f'Page {number + 1} of "{name}" is damaged, and every page must be whole: '
            "export or print it to PDF again."
        ) from e
    if not is_good(glyphs):
        return RenderedPage(image, None)
    return RenderedPage(image, segments(glyphs))


def _flattened(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """The page with its form fields and notes made part of its content, where there are any."""
    page = document[number]
    if raw.FPDFPage_GetAnnotCount(page):
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number]
    return page


class _Contents(NamedTuple):
    """What a page is made of, as `Glyphs` says it."""

    picture: float
    drawn: bool
    unseen: float


def _contents(page: pdfium.PdfPage, what: str, settings: Settings) -> _Contents:
    width, height = page.get_size()
    largest, drawn = 0.0, False
    texts = unseen = 0
    for part in page.get_objects():
        if part.type == raw.FPDF_PAGEOBJ_TEXT:
            texts += 1
            unseen += raw.FPDFTextObj_GetTextRenderMode(part.raw) in INVISIBLE
        elif part.type == raw.FPDF_PAGEOBJ_IMAGE:
            across, down = part.get_px_size()
            check_pixels(across, down, what, settings)
            left, bottom, right, top = part.get_bounds()
            share = (right - left) * (top - bottom) / (width * height)
            largest = max(largest, share)
            if share >= SCAN_SHARE:
                unseen = texts  # parts come as they are drawn: it covers all that came before
        drawn = drawn or part.type not in (raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_FORM)
    return _Contents(min(largest, 1.0), drawn, unseen / max(texts, 1))


def _raster(page: pdfium.PdfPage, settings: Settings) -> Image.Image:
    width, height = page.get_size()
    scale = min(
        SCALE, LONG_SIDE / max(width, height), math.sqrt(settings.max_pixels / (width * height))
    )
    bitmap = page.render(scale=scale)
    image: Image.Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return image


def _glyphs(page: pdfium.PdfPage, image: Image.Image, contents: _Contents) -> Glyphs:
    """The page's characters, upright as shown: rotation and crop box are applied."""
    width, height = image.size
    text = page.get_textpage()
    count = text.count_chars()
    if count > MOST_CHARS:
        text.close()
        return Glyphs((), width, height, *contents)
    place = _placement(page, width, height)
    box = raw.FS_RECTF()
    chars = []
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text, index)
        known = raw.FPDFText_HasUnicodeMapError(text, index) != 1
        raw.FPDFText_GetLooseCharBox(text, index, box)
        chars.append(
            Char(
                chr(code) if 0 < code <= 0x10FFFF else "\ufffd",
                place(box.left, box.bottom, box.right, box.top),
                known,
            )
        )
    text.close()
    return Glyphs(tuple(chars), width, height, *contents)


def _placement(page: pdfium.PdfPage, width: int, height: int) -> Callable[..., Box]:
    """From a box in the page's own coordinates to pixels of its image of that size."""

    def device(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, MEASURE, MEASURE, 0, x, y, across, down)
        return across.value / MEASURE * width, down.value / MEASURE * height

    # The map is affine, so three points say all of it. One call a corner would be far slower.
    reach = max(page.get_size())
    ox, oy = device(0, 0)
    ax, ay = ((end - start) / reach for end, start in zip(device(reach, 0), (ox, oy), strict=True))
    bx, by = ((end - start) / reach for end, start in zip(device(0, reach), (ox, oy), strict=True))

    def place(left: float, bottom: float, right: float, top: float) -> Box:
        x0, y0 = ox + ax * left + bx * bottom, oy + ay * left + by * bottom
        x1, y1 = ox + ax * right + bx * top, oy + ay * right + by * top
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    return place
