"""A café's receipt on a narrow roll: monospaced, mixed case, value added tax inside the total."""

from __future__ import annotations

from pathlib import Path

from dev.samples.drawn_page import Colour, DrawnPage
from dev.samples.labels import Labels
from dev.samples.layout import Style, amount, pairs, put, stack

WIDTH, HEIGHT = 600, 1310
LEFT, RIGHT, MIDDLE = 44.0, WIDTH - 44.0, WIDTH / 2
EDGES = (LEFT, RIGHT)
INK: Colour = (34, 34, 44)
PAPER: Colour = (252, 251, 247)
BODY, NOTE = Style("till", 28, 37, INK), Style("till", 24, 30, INK)
COMPANY = "TIDEWRACK COFFEE HOUSE"
ADDRESS = ("14 Harbour Lane", "Pellmouth PM4 2QT")
DATE = "07/09/2024"
ITEMS = (  # quantity, name, price in pence, notes
    (2, "Flat White", 360, ("oat milk",)),
    (1, "Pot of Assam Tea", 310, ()),
    (1, "Crab & Dill Toastie", 925, ("no butter", "side salad")),
    (2, "Cardamom Bun", 345, ()),
    (1, "Orange Juice 250ml", 290, ()),
)
COUNT = sum(quantity for quantity, _, _, _ in ITEMS)
TOTAL = sum(quantity * price for quantity, _, price, _ in ITEMS)
TAX = round(TOTAL / 6)  # 20 % inside the price


def render(folder: Path) -> Labels:
    page = DrawnPage(WIDTH, HEIGHT, paper=PAPER)
    _foot(page, _items(page, _head(page)))
    file = folder / "cafe_receipt.png"
    page.image().quantize(32).save(file, optimize=True)
    return Labels(
        id="cafe_receipt",
        title="Café receipt",
        template="receipt",
        file=file,
        width=WIDTH,
        height=HEIGHT,
        runs=tuple(page.runs),
        entities={
            "company": COMPANY,
            "date": DATE,
            "address": " ".join(ADDRESS),
            "total": amount(TOTAL),
        },
    )


def _logo(page: DrawnPage, y: float) -> None:
    """A cup over three waves."""
    page.rectangle((MIDDLE - 34, y, MIDDLE + 26, y + 44), fill=INK, radius=12)
    page.rectangle((MIDDLE - 34, y, MIDDLE + 26, y + 16), fill=INK)
    page.rectangle((MIDDLE + 18, y + 7, MIDDLE + 46, y + 32), outline=INK, width=6, radius=11)
    for row in range(3):
        points = [
            (MIDDLE - 66 + step * 6, y + 60 + row * 11 + (5 if step % 4 in (1, 2) else 0))
            for step in range(23)
        ]
        page.line(points, INK, 2.5)


def _head(page: DrawnPage) -> float:
    _logo(page, 52)
    put(page, MIDDLE, 206, COMPANY, Style("till", 40, 0, INK), "centre")
    texts = (*ADDRESS, "Tel 01632 960418", "VAT Reg 418 2076 93")
    y = stack(page, MIDDLE, 250, texts, BODY, "centre") + 16
    rows = ((f"{DATE} 10:47", "Table 6"), ("Check 30917", "Served by Imo"))
    return pairs(page, EDGES, y, rows, BODY) - 10


def _rule(page: DrawnPage, y: float) -> None:
    page.dashes(LEFT, RIGHT, y, 8, 6, 1.5)


def _items(page: DrawnPage, y: float) -> float:
    _rule(page, y)
    y += 42
    for quantity, name, price, notes in ITEMS:
        rows = ((f"{quantity} {name}", amount(quantity * price)),)
        y = pairs(page, EDGES, y, rows, BODY)
        if notes:
            y = stack(page, LEFT + 50, y - 5, notes, NOTE) + 9
    _rule(page, y - 6)
    return y + 40


def _foot(page: DrawnPage, y: float) -> None:
    pairs(page, EDGES, y, ((f"{COUNT} items", "GBP"),), BODY)
    pairs(page, EDGES, y + 60, (("TOTAL", amount(TOTAL)),), Style("till", 46, 0, INK))
    rows = (("Card payment", amount(TOTAL)), ("Includes VAT @ 20%", amount(TAX)))
    y = pairs(page, EDGES, y + 112, rows, BODY)
    _rule(page, y - 8)
    texts = ("Contactless **** 4471", "Auth code 082615", "Approved")
    y = stack(page, MIDDLE, y + 34, texts, BODY, "centre")
    texts = ("Thank you! Keep this receipt:", "your tenth coffee is on us.")
    stack(page, MIDDLE, y + 26, texts, BODY, "centre")
