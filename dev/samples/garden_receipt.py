"""A garden shop's receipt, photographed askew on a table: proportional type, sales tax."""

from __future__ import annotations

from pathlib import Path

from dev.samples.drawn_page import DrawnPage
from dev.samples.labels import Labels
from dev.samples.layout import Style, amount, pairs, put, stack
from dev.samples.paper import thermal
from dev.samples.photo import View, photograph

WIDTH, HEIGHT = 700, 1200
LEFT, RIGHT, MIDDLE = 48.0, WIDTH - 48.0, WIDTH / 2
EDGES = (LEFT, RIGHT)
BODY, BOLD = Style("arial", 27, 37), Style("arial-bold", 27, 37)
VIEW = View(
    width=960,
    height=1240,
    corners=((214, 58), (806, 88), (784, 1160), (98, 1112)),
    bend=15,
    seed=5,
)
COMPANY = "HOLLIS CREEK GARDEN SUPPLY"
ADDRESS = ("2208 OLD MILL ROAD", "BRENNERVILLE, VT 05099")
DATE = "05/18/2024"
ITEMS = (  # name, quantity, price in cents
    ("TOMATO SEEDLING ROMA", 6, 325),
    ("POTTING SOIL 25 QT", 2, 1149),
    ("BYPASS PRUNER 8 IN", 1, 2195),
    ("JUTE TWINE 200 FT", 1, 479),
    ("SLUG FENCE COPPER", 3, 650),
)
NET = sum(quantity * price for _, quantity, price in ITEMS)
TAX = round(NET * 0.06)
TOTAL = NET + TAX


def render(folder: Path) -> Labels:
    page = DrawnPage(WIDTH, HEIGHT)
    _foot(page, _items(page, _head(page)))
    photo, runs = photograph(thermal(page.image(), seed=3, fading=0.16), page.runs, VIEW)
    file = folder / "garden_receipt.jpg"
    photo.save(file, quality=80, optimize=True)
    return Labels(
        id="garden_receipt",
        title="Photographed receipt",
        template="receipt",
        file=file,
        width=VIEW.width,
        height=VIEW.height,
        runs=runs,
        entities={
            "company": COMPANY,
            "date": DATE,
            "address": " ".join(ADDRESS),
            "total": f"${amount(TOTAL)}",
        },
    )


def _head(page: DrawnPage) -> float:
    put(page, MIDDLE, 96, COMPANY, Style("arial-bold", 36, 0), "centre")
    texts = (*ADDRESS, "(802) 555-0148", "Open every day 8 am to 6 pm")
    y = stack(page, MIDDLE, 140, texts, BODY, "centre") + 24
    rows = ((f"{DATE} 11:26 AM", "Reg 03"), ("Trans 771-20496", "Clerk: Wyatt"))
    return pairs(page, EDGES, y, rows, BODY)


def _items(page: DrawnPage, y: float) -> float:
    page.line([(LEFT, y - 12), (RIGHT, y - 12)], width=2)
    y += 32
    for name, quantity, price in ITEMS:
        y = pairs(page, EDGES, y, ((name, amount(quantity * price)),), BODY)
        if quantity > 1:
            put(page, LEFT + 36, y - 4, f"{quantity} @ {amount(price)} ea", Style("arial", 24, 0))
            y += 32
        y += 4
    page.line([(LEFT, y - 16), (RIGHT, y - 16)], width=2)
    return y + 28


def _foot(page: DrawnPage, y: float) -> None:
    rows = (("SUBTOTAL", amount(NET)), ("VT SALES TAX 6.000%", amount(TAX)))
    y = pairs(page, EDGES, y, rows, BODY) + 14
    pairs(page, EDGES, y, (("TOTAL", f"${amount(TOTAL)}"),), Style("arial-bold", 40, 0))
    rows = (("VISA ************3380", f"${amount(TOTAL)}"), ("Approval 00417C", ""))
    y = pairs(page, EDGES, y + 54, rows, BODY) + 20
    texts = ("Returns within 30 days with this receipt.", "Plants: one year, if you water them.")
    y = stack(page, MIDDLE, y, texts, BODY, "centre")
    page.bars(MIDDLE - 190, MIDDLE + 190, y - 4, y + 58, seed=20496)
    put(page, MIDDLE, y + 88, "0771 2049 6051 8241", Style("arial", 24, 0), "centre")
