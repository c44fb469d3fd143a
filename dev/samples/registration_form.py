"""A library's registration form: printed boxes filled in with a typewriter, ticks, a signature."""

from __future__ import annotations

import math
from pathlib import Path

from dev.samples.drawn_page import Colour, DrawnPage
from dev.samples.labels import Labels
from dev.samples.layout import Style, put, stack

WIDTH, HEIGHT = 1240, 1604
LEFT, RIGHT = 92.0, WIDTH - 92.0
INK: Colour = (30, 34, 40)
GREY: Colour = (92, 98, 106)
FRAME: Colour = (120, 128, 136)
SHADE: Colour = (38, 62, 92)
TYPED: Colour = (28, 38, 110)
LABEL, ENTRY = Style("narrow", 19, 24, GREY), Style("typewriter", 25, 34, TYPED)
BOX = 82.0  # height of a row of boxes
GAP = 16.0

NAME = "MARIANA ESTEVES COUTINHO"
BIRTH, ID, PHONE = "17 MARCH 1991", "P 4408-217-963", "01632 960 277"
EMAIL, ADDRESS = "m.coutinho@letterbox.example", "FLAT 3, 58 QUARRY RISE, BRACKENFORD BK7 5LN"
CARD, DATE = "BPL-209 5518", "4 JUNE 2024"


def render(folder: Path) -> Labels:
    page = DrawnPage(WIDTH, HEIGHT)
    y = _head(page)
    y = _applicant(page, y)
    y = _membership(page, y)
    y = _declaration(page, y)
    _office(page, y)
    file = folder / "registration_form.png"
    page.image().quantize(64).save(file, optimize=True, dpi=(150, 150))
    return Labels(
        id="registration_form",
        title="Filled-in registration form",
        template="form",
        file=file,
        width=WIDTH,
        height=HEIGHT,
        runs=tuple(page.runs),
        entities={
            "name": NAME,
            "date of birth": BIRTH,
            "id number": ID,
            "address": ADDRESS,
            "phone": PHONE,
            "email": EMAIL,
            "card number": CARD,
            "date": DATE,
        },
    )


def _head(page: DrawnPage) -> float:
    _book(page, LEFT, 76)
    put(page, LEFT + 104, 108, "Brackenford Public Library", Style("sans-bold", 36, 0, SHADE))
    put(page, LEFT + 104, 144, "Membership registration", Style("sans", 27, 0, INK))
    put(page, RIGHT, 108, "Form L-12", Style("sans-medium", 22, 0, GREY), "right")
    put(page, RIGHT, 140, "Edition 2024/1", Style("sans", 20, 0, GREY), "right")
    text = "Please type or print in capitals. Bring proof of identity and of address."
    put(page, LEFT, 206, text, Style("sans", 20, 0, GREY))
    return 236


def _book(page: DrawnPage, x: float, y: float) -> None:
    """An open book."""
    for way in (-1, 1):
        middle = x + 40
        leaf = [(middle, y + 14), (middle + way * 40, y), (middle + way * 40, y + 56)]
        page.polygon([*leaf, (middle, y + 72)], SHADE)
        for row in range(3):
            at = y + 20 + row * 13
            line = [(middle + way * 8, at + 10), (middle + way * 32, at + 2)]
            page.line(line, (255, 255, 255), 3)
    page.line([(x + 40, y + 14), (x + 40, y + 74)], (255, 255, 255), 2.5)


def _section(page: DrawnPage, y: float, number: int, title: str) -> float:
    page.rectangle((LEFT, y, RIGHT, y + 38), fill=SHADE)
    white = Style("sans-bold", 21, 0, (255, 255, 255))
    put(page, LEFT + 14, y + 27, str(number), white)
    put(page, LEFT + 44, y + 27, title, white)
    return y + 38 + GAP


def _boxes(page: DrawnPage, y: float, fields: tuple[tuple[str, str, float], ...]) -> float:
    """A row of boxes, each (label, entry, share of the width); returns the next row's top."""
    x = LEFT
    room = RIGHT - LEFT - GAP * (len(fields) - 1)
    for label, entry, share in fields:
        page.rectangle((x, y, x + room * share, y + BOX), outline=FRAME, width=1.5)
        put(page, x + 12, y + 24, label, LABEL)
        put(page, x + 14, y + 63, entry, ENTRY)
        x += room * share + GAP
    return y + BOX + GAP


def _applicant(page: DrawnPage, y: float) -> float:
    y = _section(page, y, 1, "Applicant")
    y = _boxes(page, y, (("Full name", NAME, 0.64), ("Date of birth", BIRTH, 0.36)))
    row = (
        ("ID document", "PASSPORT", 0.3),
        ("ID number", ID, 0.34),
        ("Nationality", "PORTUGUESE", 0.36),
    )
    y = _boxes(page, y, row)
    y = _boxes(page, y, (("Home address", ADDRESS, 1.0),))
    y = _boxes(page, y, (("E-mail", EMAIL, 0.64), ("Phone", PHONE, 0.36)))
    return (
        _boxes(page, y, (("Occupation", "CABINET MAKER", 0.5), ("Employer or school", "", 0.5))) + 8
    )


def _membership(page: DrawnPage, y: float) -> float:
    y = _section(page, y, 2, "Membership")
    page.rectangle((LEFT, y, RIGHT, y + 132), outline=FRAME, width=1.5)
    rows = (
        ("Category", (("Adult", True), ("Student", False), ("Senior", False), ("Child", False))),
        ("I want to use", (("Books", True), ("Music", True), ("Workshop", True), ("Games", False))),
    )
    for index, (title, choices) in enumerate(rows):
        at = y + 50 + index * 56
        put(page, LEFT + 14, at, title, Style("narrow", 21, 0, GREY))
        for place, (choice, ticked) in enumerate(choices):
            _tick(page, LEFT + 230 + place * 200, at, ticked)
            put(page, LEFT + 270 + place * 200, at, choice, Style("sans", 22, 0, INK))
    return y + 132 + GAP + 8


def _tick(page: DrawnPage, x: float, y: float, ticked: bool) -> None:
    page.rectangle((x, y - 21, x + 26, y + 5), outline=INK, width=1.5)
    if ticked:
        for points in ([(x + 5, y - 16), (x + 22, y)], [(x + 22, y - 17), (x + 4, y + 1)]):
            page.line(points, TYPED, 3.5)


def _declaration(page: DrawnPage, y: float) -> float:
    y = _section(page, y, 3, "Declaration")
    texts = (
        "I have read the rules of the library and will keep to them. I will report a lost card or",
        "a change of address within fourteen days.",
    )
    y = stack(page, LEFT, y + 22, texts, Style("sans", 20, 30, INK)) - 2
    top = y
    y = _boxes(
        page, y, (("Place", "BRACKENFORD", 0.3), ("Date", DATE, 0.26), ("Signature", "", 0.44))
    )
    _signature(page, LEFT + 760, top + 52)
    return y + 8


def _signature(page: DrawnPage, x: float, y: float) -> None:
    """A pen stroke: loops that shrink along the line, and a flourish under them."""
    points = []
    for step in range(360):
        t = step / 359
        turn = t * 11 * math.tau / 2
        high = 24 * (1 - 0.62 * t) * (1.25 if t < 0.16 else 0.8)
        points.append((x + 230 * t + 13 * math.sin(turn + 0.6), y - high * math.cos(turn) - 4 * t))
    page.line(points, TYPED, 2.2)
    flourish = [(x + 250 - 2.1 * s, y + 14 + 0.0016 * (s - 60) ** 2) for s in range(0, 110, 5)]
    page.line(flourish, TYPED, 2.0)


def _office(page: DrawnPage, y: float) -> None:
    page.rectangle((LEFT, y, RIGHT, y + 146), fill=(240, 242, 245))
    put(page, LEFT + 14, y + 30, "For library staff", Style("sans-bold", 20, 0, SHADE))
    x = LEFT + 14
    fields = (
        ("Library card number", CARD, 330.0),
        ("Branch", "MARKET STREET", 330.0),
        ("Checked by", "R. OYELARAN", 340.0),
    )
    for label, entry, width in fields:
        page.rectangle(
            (x, y + 48, x + width, y + 128), fill=(255, 255, 255), outline=FRAME, width=1.5
        )
        put(page, x + 12, y + 72, label, LABEL)
        put(page, x + 14, y + 111, entry, ENTRY)
        x += width + 14
    small = Style("sans", 18, 0, GREY)
    put(page, LEFT, HEIGHT - 70, "2 Market Street, Brackenford BK7 1AA", small)
    put(page, RIGHT, HEIGHT - 70, "Page 1 of 1", small, "right")
