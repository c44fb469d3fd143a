"""A Malaysian hardware shop's thermal receipt: upper case, goods and services tax, rounding."""

from __future__ import annotations

from pathlib import Path

from dev.samples.drawn_page import DrawnPage
from dev.samples.labels import Labels
from dev.samples.layout import Style, amount, pairs, put, stack
from dev.samples.paper import thermal

WIDTH, HEIGHT = 760, 1596
LEFT, RIGHT, MIDDLE = 46.0, WIDTH - 46.0, WIDTH / 2
SUMS = (LEFT, RIGHT - 30)  # amounts leave room for the tax code behind them
BODY, BOLD = Style("mono", 26, 35), Style("mono-bold", 26, 35)
COMPANY = "PELITA JERNIH HARDWARE SDN BHD"
ADDRESS = ("NO. 27, JALAN CEMPAKA 4/3,", "TAMAN SERI PELITA,", "43000 KAJANG, SELANGOR.")
DATE = "24/02/2018"
ITEMS = (  # code, name, quantity, price in sen before tax
    ("9557700412", "PVC PIPE 20MM X 3M", 4, 890),
    ("9557700633", "PVC ELBOW 20MM", 6, 120),
    ("9556124807", 'PAINT BRUSH 2" NYLON', 2, 550),
    ("9558823019", "WALL PLUG S6 (50'S)", 1, 475),
    ("9551106284", "SILICONE SEALANT CLEAR", 1, 1290),
)
PIECES = sum(quantity for _, _, quantity, _ in ITEMS)
NET = sum(quantity * price for _, _, quantity, price in ITEMS)
TAX = round(NET * 0.06)
TOTAL = round((NET + TAX) / 5) * 5
PAID = 10_000


def render(folder: Path) -> Labels:
    page = DrawnPage(WIDTH, HEIGHT, condense=0.86)
    _foot(page, _sums(page, _items(page, _head(page))))
    file = folder / "hardware_receipt.jpg"
    thermal(page.image(), seed=11).save(file, quality=82, optimize=True, dpi=(200, 200))
    return Labels(
        id="hardware_receipt",
        title="Hardware shop receipt",
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


def _head(page: DrawnPage) -> float:
    put(page, MIDDLE, 92, COMPANY, Style("mono-bold", 33, 0), "centre")
    texts = ("(COMPANY NO: 1187326-X)", *ADDRESS, "TEL: 03-8055 0127", "GST ID NO: 001783554048")
    y = stack(page, MIDDLE, 130, texts, BODY, "centre") + 22
    put(page, MIDDLE, y, "TAX INVOICE", Style("mono-bold", 36, 0), "centre")
    y += 54
    for label, value, right in (
        ("INVOICE NO", "PJ-0048213", "COUNTER 02"),
        ("DATE", DATE, "16:42:08"),
        ("CASHIER", "NORAINI", ""),
    ):
        put(page, LEFT, y, label, BODY)
        put(page, LEFT + 190, y, value, BODY)
        put(page, RIGHT, y, right, BODY, "right")
        y += BODY.leading
    return y


def _items(page: DrawnPage, y: float) -> float:
    def columns(y: float, texts: tuple[str, str, str], style: Style) -> None:
        for x, text in zip((430.0, 565.0, SUMS[1]), texts, strict=True):
            put(page, x, y, text, style, "right")

    page.dashes(LEFT, RIGHT, y - 8, 9, 6)
    y += 27
    put(page, LEFT, y, "CODE / ITEM", BOLD)
    columns(y, ("QTY", "PRICE", "RM"), BOLD)
    page.dashes(LEFT, RIGHT, y + 17, 9, 6)
    y += 56
    for code, name, quantity, price in ITEMS:
        put(page, LEFT, y, name, BODY)
        y += 34
        put(page, LEFT + 24, y, code, BODY)
        columns(y, (str(quantity), amount(price), amount(quantity * price)), BODY)
        put(page, RIGHT, y, "S", BODY, "right")
        y += 39
    page.dashes(LEFT, RIGHT, y - 10, 9, 6)
    return y + 28


def _sums(page: DrawnPage, y: float) -> float:
    rows = (
        (f"TOTAL QTY: {PIECES}", ""),
        ("SUB TOTAL (EXCL. GST)", amount(NET)),
        ("GST @ 6%", amount(TAX)),
        ("ROUNDING ADJUSTMENT", f"{(TOTAL - NET - TAX) / 100:.2f}"),
    )
    y = pairs(page, SUMS, y, rows, BODY) + 18
    pairs(page, SUMS, y, (("TOTAL (INCL. GST) RM", amount(TOTAL)),), Style("mono-bold", 36, 0))
    rows = (("CASH", amount(PAID)), ("CHANGE", amount(PAID - TOTAL)))
    return pairs(page, SUMS, y + 48, rows, BODY)


def _foot(page: DrawnPage, y: float) -> None:
    page.dashes(LEFT, RIGHT, y - 8, 9, 6)
    y += 28
    for code, net, tax in (
        ("GST SUMMARY", "AMOUNT (RM)", "TAX (RM)"),
        ("S = 6%", amount(NET), amount(TAX)),
    ):
        put(page, LEFT, y, code, BODY)
        put(page, 500, y, net, BODY, "right")
        put(page, SUMS[1], y, tax, BODY, "right")
        y += BODY.leading
    texts = ("GOODS SOLD ARE NOT RETURNABLE", "THANK YOU, PLEASE COME AGAIN")
    y = stack(page, MIDDLE, y + 22, texts, BODY, "centre")
    page.bars(MIDDLE - 150, MIDDLE + 150, y - 6, y + 54, seed=48213)
    put(page, MIDDLE, y + 82, "PJ-0048213", Style("mono", 22, 0), "centre")
