"""From bytes to a document: pages, lines, where the text came from, what it cost."""

from __future__ import annotations

import hashlib

import pytest
from PIL import Image

from kie_app.config import Settings
from kie_app.documents import locate, read
from kie_app.documents.loading import base_name
from kie_app.types import Box, Source
from tests.documents.pdfs import PdfPage, pdf
from tests.documents.pictures import RECEIPT, drawn, encoded

TEXTS = ((50, 500, "Invoice number 4711 of Green Leaf"), (50, 450, "Total"), (250, 450, "12.50"))


def test_an_image_becomes_a_document(settings: Settings) -> None:
    data = encoded(drawn(), "PNG")
    document = read(data, "receipt.png", settings)
    assert document.id == hashlib.sha256(data).hexdigest()
    assert document.name == "receipt.png"
    assert document.text_source == "ocr"
    assert document.ocr_seconds > 0
    assert [line.text for line in document.lines] == list(RECEIPT)
    (page,) = document.pages
    assert (page.number, page.width, page.height) == (0, 480, 320)
    assert page.image is not None
    assert page.image.mode == "RGB"


def test_a_text_layer_costs_no_recognition(settings: Settings) -> None:
    document = read(pdf([PdfPage(TEXTS)]), "invoice.pdf", settings)
    assert document.text_source == "text layer"
    assert document.ocr_seconds == 0
    assert [line.text for line in document.lines] == [text for _, _, text in TEXTS]


def test_each_page_is_read_in_its_own_way(settings: Settings) -> None:
    scan = drawn(size=(480, 720))
    picture = PdfPage(picture=encoded(scan, "JPEG"), picture_size=scan.size, size=(240, 360))
    document = read(pdf([PdfPage(TEXTS), picture]), "mixed.pdf", settings)
    assert document.text_source == "mixed"
    assert [line.text for line in document.lines if line.page == 1] == list(RECEIPT)
    assert [page.number for page in document.pages] == [0, 1]


def test_a_scanned_pdf_is_recognised(settings: Settings) -> None:
    document = read(encoded(drawn(), "PDF"), "scan.pdf", settings)
    assert document.text_source == "ocr"
    assert [line.text for line in document.lines] == list(RECEIPT)


def test_boxes_are_shares_of_the_page(settings: Settings) -> None:
    document = read(pdf([PdfPage(TEXTS)]), "invoice.pdf", settings)
    (source,) = locate("12.50", document)
    assert source.page == 0
    assert source.box[::2] == pytest.approx((250 / 400, 280.6 / 400), abs=0.01)
    assert source.box.y0 < 1 - 450 / 600 < source.box.y1


def test_boxes_do_not_leave_the_page(settings: Settings) -> None:
    texts = [(-30, 595, "This line starts left of the page and reaches over its upper edge")]
    document = read(pdf([PdfPage([*texts, *TEXTS])]), "invoice.pdf", settings)
    assert len(document.lines) == 4
    for line in document.lines:
        assert all(0 <= edge <= 1 for edge in line.box)
        assert line.box.x0 < line.box.x1
        assert line.box.y0 < line.box.y1


def test_a_page_without_text_is_a_document_without_lines(settings: Settings) -> None:
    document = read(encoded(Image.new("RGB", (300, 400), "white"), "PNG"), "white.png", settings)
    assert document.lines == ()
    assert len(document.pages) == 1
    assert locate("Total", document) == ()


def test_every_page_of_a_tiff_is_read(settings: Settings) -> None:
    texts = ["FIRST PAGE", "SECOND PAGE", "THIRD PAGE"]
    leaves = [drawn([text], (300, 100)) for text in texts]
    data = encoded(leaves[0], "TIFF", save_all=True, append_images=leaves[1:])
    document = read(data, "fax.tiff", settings)
    assert [(line.page, line.text) for line in document.lines] == list(enumerate(texts))
    (source,) = locate("third page", document)
    assert source == Source(2, Box(*source.box))


def test_content_decides_what_a_file_is(settings: Settings) -> None:
    assert read(encoded(drawn(), "PNG"), "misnamed.jpg", settings).text_source == "ocr"
    assert read(pdf([PdfPage(TEXTS)]), "misnamed.png", settings).text_source == "text layer"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\receipt.jpg", "receipt.jpg"),
        ("two\nlines\x1b[0m\u202egpj.exe", "twolines[0mgpj.exe"),
        ("", "document"),
        ("/", "document"),
        ("..", "document"),
        ("é 収据 🧾.png", "é 収据 🧾.png"),
    ],
)
def test_only_the_base_name_is_kept(name: str, kept: str) -> None:
    assert base_name(name) == kept


def test_a_long_name_keeps_its_end() -> None:
    assert len(base_name("x" * 5000 + ".pdf")) == 120
    assert base_name("x" * 5000 + ".pdf").endswith("x.pdf")
