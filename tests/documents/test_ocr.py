"""Recognition of drawn text: the models of the installed package, nothing else."""

from __future__ import annotations

import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from rapidocr.ch_ppocr_rec import TextRecInput

from kie_app.config import Settings
from kie_app.documents import ocr
from kie_app.documents.reading_order import Segment, order
from kie_app.types import Box
from tests.documents.pictures import RECEIPT, drawn


def words(image: Image.Image, settings: Settings) -> str:
    return " ".join(segment.text for segment in order(ocr.recognise(image, settings)))


def test_drawn_lines_are_read_in_order(settings: Settings) -> None:
    assert words(drawn(), settings) == " ".join(RECEIPT)


def test_boxes_stand_where_the_ink_is(settings: Settings) -> None:
    image = drawn(["TOTAL 48.50"])
    rows, columns = np.nonzero(np.asarray(image.convert("L")) < 128)
    (segment,) = ocr.recognise(image, settings)
    x0, y0, x1, y1 = segment.box
    assert (x0, x1) == pytest.approx((columns.min(), columns.max()), abs=10)
    assert (y0, y1) == pytest.approx((rows.min(), rows.max()), abs=10)


def test_a_long_receipt_is_read_from_top_to_bottom(settings: Settings) -> None:
    lines = [f"ITEM {n}" for n in range(111, 141)]
    read = words(drawn(lines, (240, 1800), letter=22), settings).replace(" ", "")
    assert sum(line.replace(" ", "") in read for line in lines) >= 28


def test_a_skewed_page_is_read_row_by_row(settings: Settings) -> None:
    image = drawn(["TOTAL                      48.50", "CASH                      50.00"])
    askew = image.rotate(4, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    assert words(askew, settings) == "TOTAL 48.50 CASH 50.00"


@pytest.mark.parametrize("size", [(1, 1), (5, 40), (40, 5), (200, 100), (600, 20)])
def test_an_empty_page_of_any_shape_has_no_text(size: tuple[int, int], settings: Settings) -> None:
    assert ocr.recognise(Image.new("RGB", size, "white"), settings) == []


def test_ticked_boxes_are_not_taken_for_chinese() -> None:
    def page(*texts: str) -> list[Segment]:
        return [Segment.of_box(text, Box(0, n, 9, n + 1)) for n, text in enumerate(texts)]

    latin = page("冈", "I want to use the workshop", "Name 王")
    assert ocr.without_marks(latin) == latin[1:]
    chinese = page("冈", "收据 金额 壹佰元")
    assert ocr.without_marks(chinese) == chinese
    assert ocr.without_marks([]) == []


def test_threads_share_one_engine(settings: Settings) -> None:
    texts = ["FIRST PAGE", "SECOND PAGE", "THIRD PAGE"]
    pages = [drawn([text], (300, 100)) for text in texts]
    with ThreadPoolExecutor(3) as pool:
        read = list(pool.map(lambda page: words(page, settings), pages))
    assert read == texts


def test_lines_read_at_once_are_the_lines_read_one_after_the_other(settings: Settings) -> None:
    ocr.warm_up(settings)
    images = [np.asarray(drawn([line], (300, 60)))[:, :, ::-1] for line in (*RECEIPT, *RECEIPT)]
    at_once = ocr._engine.text_rec(TextRecInput(img=images))
    alone = [ocr._engine.text_rec._recogniser(TextRecInput(img=[one])) for one in images]
    assert at_once.txts == tuple(one.txts[0] for one in alone)
    assert at_once.scores == tuple(one.scores[0] for one in alone)
    assert len(set(at_once.txts)) == len(RECEIPT)


def test_nothing_is_downloaded_and_nothing_logged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("recognition reached for the network")

    monkeypatch.setattr(ocr, "_engine", None)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert words(drawn(), settings) == " ".join(RECEIPT)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("RapidOCR").level >= logging.CRITICAL


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("DATE:24/02/2018", "DATE: 24/02/2018"),
        ("GST ID :0012", "GST ID: 0012"),
        ("TIME: 12:30", "TIME: 12:30"),
        ("https://shop.example", "https://shop.example"),
        ("ＴＯＴＡＬ：９", "TOTAL: 9"),
        ("  A   B ", "A B"),
    ],
)
def test_the_blank_after_a_label_is_put_back(raw: str, text: str) -> None:
    assert ocr.tidy(raw) == text
