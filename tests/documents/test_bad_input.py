"""Files that cannot be read are refused in one line that names the value, limit and remedy."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

import pytest
from PIL import Image

from kie_app.config import Settings
from kie_app.documents import read
from kie_app.errors import DocumentError
from tests.documents.pdfs import PdfPage, pdf
from tests.documents.pictures import drawn, encoded, png_bomb

PAGE = PdfPage([(50, 500, "Invoice number 4711 of Green Leaf")])
JPEG = encoded(drawn(), "JPEG")
PNG = encoded(drawn(), "PNG")
TIFF = encoded(drawn(), "TIFF")
KINDS = "JPEG, PNG, WebP, TIFF and PDF"


class Bad(NamedTuple):
    """A file, and what its refusal must say: the value, the limit and the remedy."""

    name: str
    make: Callable[[], bytes]
    says: tuple[str, ...]


def many_frames() -> bytes:
    dots = [Image.new("1", (8, 8))] * 41
    return encoded(dots[0], "TIFF", save_all=True, append_images=dots[1:])


BAD = {
    "empty": Bad("scan.jpg", lambda: b"", ("0 bytes", "at least one page", "send the file again")),
    "text": Bad("scan.jpg", lambda: b"Dear Sir", (".jpg", KINDS, "export or print")),
    "zeros": Bad("scan.pdf", lambda: bytes(5000), (".pdf", KINDS, "export or print")),
    "no suffix": Bad("scan", lambda: b"Dear Sir", ("something else", KINDS, "export or print")),
    "web page": Bad(
        "a.pdf", lambda: b"\n<!DOCTYPE html>", ("a web page", KINDS, "export or print")
    ),
    "office": Bad(
        "a.docx", lambda: b"PK\x03\x04" + bytes(99), ("Office", KINDS, "export or print")
    ),
    "gif": Bad(
        "a.gif", lambda: encoded(drawn(), "GIF"), ("a GIF picture", KINDS, "export or print")
    ),
    "bmp": Bad(
        "a.png", lambda: encoded(drawn(), "BMP"), ("a BMP picture", KINDS, "export or print")
    ),
    "heic": Bad(
        "IMG_1.heic",
        lambda: bytes(3) + b"\x18ftypheic" + bytes(99),
        ("a HEIC or AVIF picture", KINDS, "export or print"),
    ),
    "too big": Bad(
        "big.jpg", lambda: JPEG + bytes(25_000_000), ("25.0 MB", "25 MB", "ONEPASS_MAX_FILE_MB")
    ),
    "truncated JPEG": Bad(
        "cut.jpg", lambda: JPEG[: len(JPEG) // 2], ("bytes", "only whole pictures", "again")
    ),
    "JPEG header alone": Bad("cut.jpg", lambda: JPEG[:3], ("3 bytes", "only whole", "again")),
    "truncated PNG": Bad("cut.png", lambda: PNG[: len(PNG) // 2], ("bytes", "only whole", "again")),
    "truncated TIFF": Bad("cut.tif", lambda: TIFF[:5000], ("5,000 bytes", "only whole", "again")),
    "truncated WebP": Bad(
        "cut.webp", lambda: encoded(drawn(), "WebP")[:600], ("600 bytes", "only whole", "again")
    ),
    "image bomb": Bad(
        "bomb.png",
        lambda: png_bomb(50_000, 50_000),
        ("50000 x 50000", "2,500,000,000", "80,000,000", "ONEPASS_MAX_PIXELS"),
    ),
    "frames": Bad("fax.tif", many_frames, ("more than 40 pages", "limit", "ONEPASS_MAX_PAGES")),
    "500 pages": Bad(
        "book.pdf", lambda: pdf([PAGE] * 500), ("500 pages", "limit of 40", "ONEPASS_MAX_PAGES")
    ),
    "no pages": Bad("none.pdf", lambda: pdf([]), ("0 pages", "at least 1", "export it again")),
    "encrypted": Bad(
        "secret.pdf", lambda: pdf([PAGE], "secret"), ("encrypted", "without a password", "save it")
    ),
    "truncated PDF": Bad(
        "cut.pdf", lambda: pdf([PAGE])[:300], ("300 bytes", "only whole ones", "again")
    ),
    "PDF header alone": Bad("cut.pdf", lambda: b"%PDF-1.7\n", ("9 bytes", "only whole", "again")),
    "bomb in a PDF": Bad(
        "bomb.pdf",
        lambda: pdf([PAGE, PdfPage(picture=JPEG, picture_size=(50_000, 50_000))]),
        ("page 2", "50000 x 50000", "80,000,000", "ONEPASS_MAX_PIXELS"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_the_refusal_names_value_limit_and_remedy_in_one_line(
    case: str, settings: Settings
) -> None:
    bad = BAD[case]
    with pytest.raises(DocumentError) as refusal:
        read(bad.make(), f"../folder/{bad.name}", settings)
    message = str(refusal.value)
    for part in (bad.name, *bad.says):
        assert part in message
    assert message.isprintable()  # so it is one line
    assert "folder" not in message
    assert len(message) < 300


def test_a_bomb_is_refused_at_once_and_without_its_memory(settings: Settings) -> None:
    data = png_bomb(50_000, 50_000)
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(DocumentError):
        read(data, "bomb.png", settings)
    assert time.perf_counter() - start < 1
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_limits_come_from_the_settings(settings: Settings) -> None:
    strict = settings.model_copy(update={"max_pages": 1, "max_pixels": 1000})
    with pytest.raises(DocumentError, match="limit of 1:"):
        read(pdf([PAGE, PAGE]), "two.pdf", strict)
    with pytest.raises(DocumentError, match=r"480 x 320 pixels.*limit of 1,000"):
        read(PNG, "scan.png", strict)


def test_every_page_of_a_tiff_is_held_to_the_limit(settings: Settings) -> None:
    strict = settings.model_copy(update={"max_pixels": 200_000})
    data = encoded(drawn(), "TIFF", save_all=True, append_images=[drawn(size=(900, 900))])
    with pytest.raises(DocumentError, match="900 x 900"):
        read(data, "fax.tif", strict)


def refusal(data: bytes, settings: Settings) -> str:
    """What is said about a file; empty when it is read."""
    try:
        read(data, "broken", settings)
    except DocumentError as error:
        return str(error)
    return ""


FILES = {"JPEG": JPEG, "PNG": PNG, "TIFF": TIFF, "PDF": pdf([PAGE])}


@pytest.mark.parametrize("kind", FILES)
def test_a_cut_file_is_read_or_refused_but_never_breaks(kind: str, settings: Settings) -> None:
    data = FILES[kind]
    for share in (0.02, 0.1, 0.3, 0.6, 0.9):
        assert refusal(data[: int(len(data) * share)], settings).isprintable()


@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("kind", FILES)
def test_a_file_with_wrong_bytes_is_read_or_refused_but_never_breaks(
    kind: str, settings: Settings
) -> None:
    for step in (7, 31, 211):
        broken = bytearray(FILES[kind])
        for place in range(40, min(len(broken), 3000), step * 13):
            broken[place] ^= 0x5A
        assert refusal(bytes(broken), settings).isprintable()
