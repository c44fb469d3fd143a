"""Blanks are put back where there is room and the recogniser half saw one, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from kie_app.config import Settings
from kie_app.documents import ocr
from kie_app.documents.blanks import LEAST_SHARE, ROOM, spaced


def placed(text: str, apart: int, share: float) -> str:
    """`text` as read with `share` for a blank wherever a "|" stands, and that many slices there."""
    letters: list[str] = []
    starts: list[int] = []
    blank = np.zeros(4 * len(text) + 8 * ROOM, np.float32)
    at = 0
    for part in text.split("|"):
        if letters:
            at += apart - 2
            blank[at - 1] = share
        for letter in part:
            letters.append(letter)
            starts.append(at)
            at += 2
    return spaced(letters, starts, blank)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        ("SDN|BHD", "SDN BHD"),
        ("JALAN|PUDU|RAYA", "JALAN PUDU RAYA"),
        ("24/02/2018|12:30", "24/02/2018 12:30"),
        ("2|x", "2 x"),
        ("NO.5,|JALAN", "NO.5, JALAN"),
        ("KEDAI|(M)", "KEDAI (M)"),
        ("TAX INVOICE", "TAX INVOICE"),
        ("", ""),
    ],
)
def test_a_blank_half_seen_with_room_is_written(read: str, text: str) -> None:
    assert placed(read, ROOM, 2 * LEAST_SHARE) == text


@pytest.mark.parametrize(
    "read",
    [
        "14|.50",
        "14.|50",
        "12:|30",
        "1,|234",
        "TOTAL|.",
        "(6%|)",
        "ADA| BO",
        "***|***383",
        "金額|合計",
    ],
)
def test_numbers_and_closing_marks_stay_together(read: str) -> None:
    assert placed(read, ROOM, 0.4) == read.replace("|", "")


def test_without_room_or_share_no_blank_is_written() -> None:
    assert placed("DESC|RIPTION", ROOM - 1, 0.4) == "DESCRIPTION"
    assert placed("DESC|RIPTION", ROOM, LEAST_SHARE / 2) == "DESCRIPTION"


def test_only_what_stands_out_from_its_line_is_a_blank() -> None:
    spaced_out = "T|A|X|INVOIC|E"
    assert placed(spaced_out, ROOM, 0.1) == "TAXINVOICE"


def spread(words: list[str], letter_gap: int, word_gap: int) -> Image.Image:
    """Words in a row, their letters and themselves so many pixels further apart than usual."""
    image = Image.new("RGB", (700, 100), "white")
    draw, font, x = ImageDraw.Draw(image), ImageFont.load_default(size=28), 30.0
    for word in words:
        for letter in word:
            draw.text((x, 30), letter, fill="black", font=font)
            x += font.getlength(letter) + letter_gap
        x += word_gap
    return image.crop((0, 0, int(x) + 30, 100))


@pytest.mark.parametrize(
    ("words", "letter_gap", "word_gap"),
    [
        (["SANYU", "STATIONERY", "SHOP"], 3, 3),  # this and the next: read in one without the rule
        (["Registration", "form"], 3, 3),
        (["SANYU", "STATIONERY", "SHOP"], 4, 6),  # these: read well, and not to be cut further
        (["JALAN", "PUDU", "RAYA"], 4, 6),
        (["TAX", "INVOICE"], 4, 8),
    ],
)
def test_words_drawn_close_together_are_parted(
    words: list[str], letter_gap: int, word_gap: int, settings: Settings
) -> None:
    (segment,) = ocr.recognise(spread(words, letter_gap, word_gap), settings)
    assert segment.text == " ".join(words)
