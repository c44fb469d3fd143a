"""A company's invoice on its letterhead: items, value added tax, due date, bank account."""

from __future__ import annotations

from pathlib import Path

from dev.samples.drawn_page import Colour, DrawnPage
from dev.samples.labels import Labels
from dev.samples.layout import Style, amount, pairs, put, stack

WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dots an inch
LEFT, RIGHT = 104.0, WIDTH - 104.0
INK: Colour = (38, 42, 48)
GREY: Colour = (104, 112, 120)
TEAL: Colour = (0, 104, 116)
PALE: Colour = (232, 241, 242)
RULE: Colour = (205, 212, 216)
BODY, STRONG = Style("soft", 22, 32, INK), Style("soft-bold", 22, 32, INK)
LABEL = Style("soft-bold", 17, 26, GREY)
COLUMNS = ((700.0, "Qty"), (790.0, "Unit"), (970.0, "Unit price"), (RIGHT - 18, "Amount"))

SUPPLIER = "Veldbloem Instruments B.V."
CUSTOMER = "Brouwerij De Zilvermeeuw B.V."
NUMBER, DATE, DUE = "VB-2024-0387", "11 October 2024", "10 November 2024"
IBAN = "NL97 VLDB 0417 6082 35"
ITEMS = (  # name, detail, quantity, unit, price in cents
    ("Calibration of flow sensors", "FS-40, on site, with certificate", 6, "pcs", 18_500),
    ("Inline pH probe", "VP-210, glass, 12 mm thread", 2, "pcs", 42_250),
    ("Buffer solution set", "pH 4 / 7 / 10, 500 ml each", 4, "sets", 3_875),
    ("Commissioning and training", "Two technicians, half a day", 8, "hrs", 9_600),
    ("Travel", "Utrecht to Hoorn and back", 146, "km", 58),
)
NET = sum(quantity * price for _, _, quantity, _, price in ITEMS)
TAX = round(NET * 0.21)
TOTAL = NET + TAX


def render(folder: Path) -> Labels:
    page = DrawnPage(WIDTH, HEIGHT)
    _letterhead(page)
    _addresses(page, 330)
    _payment(page, _sums(page, _items(page, 656)) + 70)
    _foot(page)
    file = folder / "invoice.png"
    page.image().quantize(64).save(file, optimize=True, dpi=(150, 150))
    return Labels(
        id="invoice",
        title="Invoice with item table",
        template="invoice",
        file=file,
        width=WIDTH,
        height=HEIGHT,
        runs=tuple(page.runs),
        entities={
            "supplier": SUPPLIER,
            "customer": CUSTOMER,
            "invoice number": NUMBER,
            "invoice date": DATE,
            "due date": DUE,
            "subtotal": amount(NET),
            "tax": amount(TAX),
            "total": f"EUR {amount(TOTAL)}",
            "iban": IBAN,
        },
    )


def _letterhead(page: DrawnPage) -> None:
    page.rectangle((0, 0, WIDTH, 14), fill=TEAL)
    _flower(page, LEFT + 36, 122)
    put(page, LEFT + 92, 118, SUPPLIER, Style("soft-black", 34, 0, TEAL))
    put(
        page,
        LEFT + 92,
        150,
        "Measuring and control for food and drink",
        Style("soft", 20, 0, GREY),
    )
    texts = ("Molenkade 118", "3511 ZZ Utrecht", "Netherlands", "accounts@veldbloem.example")
    stack(page, RIGHT, 102, texts, Style("soft", 19, 27, GREY), "right")
    put(page, LEFT, 272, "Invoice", Style("soft-black", 54, 0, INK))


def _flower(page: DrawnPage, x: float, y: float) -> None:
    """Six petals around a dot."""
    for dx, dy in ((0, -22), (19, -11), (19, 11), (0, 22), (-19, 11), (-19, -11)):
        page.ellipse((x + dx - 12, y + dy - 12, x + dx + 12, y + dy + 12), fill=TEAL)
    page.ellipse((x - 8, y - 8, x + 8, y + 8), fill=(255, 255, 255))


def _addresses(page: DrawnPage, y: float) -> None:
    put(page, LEFT, y, "BILL TO", LABEL)
    put(page, LEFT, y + 36, CUSTOMER, STRONG)
    texts = ("Attn. Crediteurenadministratie", "Havenstraat 7", "1621 KB Hoorn", "Netherlands")
    stack(page, LEFT, y + 68, texts, BODY)
    put(page, LEFT, y + 212, "VAT no. NL 8603 11 947 B01", Style("soft", 20, 0, GREY))
    rows = (
        ("Invoice number", NUMBER),
        ("Invoice date", DATE),
        ("Due date", DUE),
        ("Your order", "PO 77120"),
        ("Our VAT no.", "NL 8142 60 358 B01"),
    )
    y += 6
    for label, value in rows:
        put(page, 700, y, label, Style("soft", 21, 0, GREY))
        put(page, RIGHT, y, value, STRONG, "right")
        page.line([(700, y + 15), (RIGHT, y + 15)], RULE)
        y += 44


def _items(page: DrawnPage, y: float) -> float:
    page.rectangle((LEFT, y - 34, RIGHT, y + 16), fill=TEAL, radius=4)
    head = Style("soft-bold", 20, 0, (255, 255, 255))
    put(page, LEFT + 18, y, "Description", head)
    for x, text in COLUMNS:
        put(page, x, y, text, head, "left" if text == "Unit" else "right")
    y += 54
    for name, detail, quantity, unit, price in ITEMS:
        put(page, LEFT + 18, y, name, STRONG)
        put(page, LEFT + 18, y + 28, detail, Style("soft", 19, 0, GREY))
        texts = (str(quantity), unit, amount(price), amount(quantity * price))
        for (x, title), text in zip(COLUMNS, texts, strict=True):
            put(page, x, y, text, BODY, "left" if title == "Unit" else "right")
        page.line([(LEFT, y + 47), (RIGHT, y + 47)], RULE)
        y += 86
    return y + 8


def _sums(page: DrawnPage, y: float) -> float:
    edges = (740.0, RIGHT - 18)
    y = pairs(page, edges, y, (("Subtotal", amount(NET)), ("VAT 21%", amount(TAX))), BODY) + 30
    page.rectangle((716, y - 42, RIGHT, y + 22), fill=PALE, radius=4)
    total = Style("soft-black", 28, 0, TEAL)
    pairs(page, edges, y, (("Total due", f"EUR {amount(TOTAL)}"),), total)
    return y


def _payment(page: DrawnPage, y: float) -> None:
    put(page, LEFT, y, "PAYMENT", LABEL)
    put(page, LEFT, y + 38, "Please pay within 30 days and quote the invoice number.", BODY)
    y += 86
    for label, value in (("Bank", "Vaartland Bank, Utrecht"), ("IBAN", IBAN), ("BIC", "VLDBNL2U")):
        put(page, LEFT, y, label, Style("soft", 22, 0, GREY))
        put(page, LEFT + 90, y, value, STRONG if label == "IBAN" else BODY)
        y += 34


def _foot(page: DrawnPage) -> None:
    page.line([(LEFT, HEIGHT - 112), (RIGHT, HEIGHT - 112)], RULE)
    small = Style("soft", 17, 0, GREY)
    put(page, LEFT, HEIGHT - 78, "Chamber of Commerce 70418826", small)
    put(
        page,
        WIDTH / 2,
        HEIGHT - 78,
        "General terms apply, see www.veldbloem.example",
        small,
        "centre",
    )
    put(page, RIGHT, HEIGHT - 78, "Page 1 of 1", small, "right")
