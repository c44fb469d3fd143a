"""A purchase order over two PDF pages with a text layer; its total stands on the second page."""

from __future__ import annotations

from pathlib import Path

from dev.samples.labels import Labels
from dev.samples.layout import amount
from dev.samples.pdf import Paper, Shade

WIDTH, HEIGHT = 595.0, 842.0  # A4
LEFT, RIGHT = 48.0, WIDTH - 48.0
GREY: Shade = (0.4, 0.42, 0.44)
GREEN: Shade = (0.13, 0.32, 0.24)
PALE: Shade = (0.93, 0.955, 0.94)
RULE: Shade = (0.8, 0.83, 0.81)
COLUMNS = (  # left or right edge, title
    (LEFT + 6, "Pos"),
    (LEFT + 34, "Article"),
    (LEFT + 106, "Description"),
    (408.0, "Qty"),
    (472.0, "Unit price"),
    (RIGHT - 6, "Amount"),
)
FIRST_PAGE = 22  # items on it

BUYER, SUPPLIER = "Kestrel & Oakham Joinery Ltd", "Thornby Timber and Ironmongery"
NUMBER, DATE, DELIVERY = "PO-58841", "3 February 2025", "24 February 2025"
ITEMS = (  # article, description, quantity, price in pence
    ("OAK-2030", "Oak board, planed, 20 x 30 mm, 2.4 m", 24, 1185),
    ("OAK-2060", "Oak board, planed, 20 x 60 mm, 2.4 m", 36, 1940),
    ("OAK-2595", "Oak board, planed, 25 x 95 mm, 2.4 m", 18, 3265),
    ("ASH-2060", "Ash board, planed, 20 x 60 mm, 2.4 m", 12, 1720),
    ("ASH-2595", "Ash board, planed, 25 x 95 mm, 2.4 m", 8, 2890),
    ("BEE-4040", "Beech square, 40 x 40 mm, 2.0 m", 30, 1415),
    ("BEE-6060", "Beech square, 60 x 60 mm, 2.0 m", 10, 2980),
    ("PLY-0612", "Birch plywood, 6 mm, 1220 x 610 mm", 20, 1660),
    ("PLY-0912", "Birch plywood, 9 mm, 1220 x 610 mm", 20, 2135),
    ("PLY-1824", "Birch plywood, 18 mm, 2440 x 1220 mm", 14, 8840),
    ("MDF-1224", "MDF, moisture resistant, 12 mm, 2440 x 1220 mm", 10, 3675),
    ("VEN-0601", "Oak veneer, 0.6 mm, 300 mm wide, per metre", 45, 640),
    ("HNG-0035", "Concealed hinge, 35 mm, soft close", 160, 215),
    ("HNG-0102", "Butt hinge, brass, 102 mm, pair", 24, 1130),
    ("RUN-0450", "Drawer runner, full extension, 450 mm, pair", 40, 1395),
    ("RUN-0550", "Drawer runner, full extension, 550 mm, pair", 16, 1560),
    ("KNB-0032", "Cabinet knob, brushed steel, 32 mm", 96, 285),
    ("HDL-0128", "Bar handle, brushed steel, 128 mm centres", 64, 420),
    ("LCK-0014", "Cam lock, 14 mm, keyed alike", 30, 365),
    ("SCR-0416", "Wood screw, 4 x 16 mm, box of 200", 15, 470),
    ("SCR-0430", "Wood screw, 4 x 30 mm, box of 200", 25, 545),
    ("SCR-0550", "Wood screw, 5 x 50 mm, box of 200", 12, 790),
    ("DWL-0840", "Beech dowel, 8 x 40 mm, bag of 500", 6, 1240),
    ("BIS-0020", "Jointing biscuit, size 20, box of 1000", 3, 2295),
    ("GLU-0750", "Wood glue, D3, 750 ml", 18, 685),
    ("EDG-0022", "Edging, oak, pre-glued, 22 mm, 50 m", 9, 1875),
    ("OIL-1000", "Hard wax oil, satin, 1 litre", 14, 3120),
    ("SND-0120", "Sanding disc, 150 mm, grit 120, pack of 50", 8, 1480),
    ("SND-0180", "Sanding disc, 150 mm, grit 180, pack of 50", 8, 1480),
)
SUMS = [quantity * price for _, _, quantity, price in ITEMS]
NET = sum(SUMS)
TAX = round(NET * 0.2)
TOTAL = f"£{amount(NET + TAX)}"


def render(folder: Path) -> Labels:
    file = folder / "purchase_order.pdf"
    paper = Paper(file, WIDTH, HEIGHT, f"Purchase order {NUMBER}")
    _head(paper)
    _parties(paper, 168)
    y = _items(paper, 290, 0, FIRST_PAGE)
    paper.text(RIGHT - 100, y + 14, "Carried forward", "soft", 9, "right", GREY)
    paper.text(RIGHT - 6, y + 14, amount(sum(SUMS[:FIRST_PAGE])), "soft", 9, "right", GREY)
    _foot(paper, 1)
    paper.next_page()
    _head(paper)
    paper.text(RIGHT - 100, 136, "Brought forward", "soft", 9, "right", GREY)
    paper.text(RIGHT - 6, 136, amount(sum(SUMS[:FIRST_PAGE])), "soft", 9, "right", GREY)
    y = _items(paper, 164, FIRST_PAGE, len(ITEMS))
    _sums(paper, y + 24)
    _terms(paper, y + 140)
    _foot(paper, 2)
    paper.save()
    return Labels(
        id="purchase_order",
        title="Two-page purchase order",
        template="order",
        file=file,
        width=round(WIDTH),
        height=round(HEIGHT),
        runs=(),
        entities={
            "order number": NUMBER,
            "order date": DATE,
            "buyer": BUYER,
            "supplier": SUPPLIER,
            "delivery date": DELIVERY,
            "total": TOTAL,
        },
    )


def _head(paper: Paper) -> None:
    for row in range(3):  # a dovetail
        paper.rectangle(LEFT, 44 + row * 13, LEFT + 22 - (row % 2) * 8, 54 + row * 13, GREEN)
        paper.rectangle(LEFT + 25 - (row % 2) * 8, 44 + row * 13, LEFT + 36, 54 + row * 13, PALE)
    paper.text(LEFT + 48, 60, BUYER, "soft-black", 15, fill=GREEN)
    address = "Unit 7, Wharf Yard, Oakham Road, Melbury LE99 4XW"
    paper.text(LEFT + 48, 75, address, "soft", 8.5, fill=GREY)
    paper.text(RIGHT, 62, "Purchase order", "soft-black", 20, "right")
    paper.text(RIGHT, 78, NUMBER, "soft-bold", 11, "right", GREY)
    paper.line(LEFT, 100, RIGHT, 100, 1.2, GREEN)


def _parties(paper: Paper, y: float) -> None:
    paper.text(LEFT, y - 38, "SUPPLIER", "soft-bold", 7.5, fill=GREY)
    paper.text(LEFT, y - 22, SUPPLIER, "soft-bold", 10.5)
    for row, text in enumerate(("19 Canal Street", "Thornby NN98 2FD", "Account 20417")):
        paper.text(LEFT, y - 8 + row * 13.5, text, "soft", 9.5)
    paper.text(228, y - 38, "DELIVER TO", "soft-bold", 7.5, fill=GREY)
    for row, text in enumerate(("Workshop 2, Wharf Yard", "Oakham Road", "Melbury LE99 4XW")):
        paper.text(228, y - 22 + row * 13.5, text, "soft", 9.5)
    rows = (
        ("Order number", NUMBER),
        ("Order date", DATE),
        ("Delivery date", DELIVERY),
        ("Buyer's contact", "Priya Raman"),
        ("Payment", "30 days net"),
    )
    for row, (label, value) in enumerate(rows):
        at = y - 36 + row * 17
        paper.text(378, at, label, "soft", 9, fill=GREY)
        paper.text(RIGHT, at, value, "soft-bold", 9.5, "right")
        paper.line(378, at + 5, RIGHT, at + 5, 0.4, RULE)
    text = "Please supply the goods below. Quote the order number on all papers and parcels."
    paper.text(LEFT, y + 84, text, "soft", 9.5)


def _items(paper: Paper, y: float, start: int, end: int) -> float:
    paper.rectangle(LEFT, y - 14, RIGHT, y + 6, GREEN)
    for index, (x, title) in enumerate(COLUMNS):
        align = "right" if index > 2 else "left"
        paper.text(x, y, title, "soft-bold", 9, align, (1, 1, 1))
    y += 20
    for position in range(start, end):
        article, name, quantity, price = ITEMS[position]
        if position % 2:
            paper.rectangle(LEFT, y - 13, RIGHT, y + 5, PALE)
        texts = (position + 1, article, name, quantity, amount(price), amount(SUMS[position]))
        for index, ((x, _), text) in enumerate(zip(COLUMNS, texts, strict=True)):
            paper.text(x, y, str(text), "soft", 9, "right" if index > 2 else "left")
        y += 18
    paper.line(LEFT, y - 11, RIGHT, y - 11, 0.8, GREEN)
    return y


def _sums(paper: Paper, y: float) -> None:
    for label, value in (("Goods", amount(NET)), ("VAT 20%", amount(TAX))):
        paper.text(380, y, label, "soft", 10)
        paper.text(RIGHT - 6, y, value, "soft", 10, "right")
        y += 17
    paper.rectangle(368, y - 8, RIGHT, y + 18, PALE)
    paper.text(380, y + 9, "Order total", "soft-black", 12, fill=GREEN)
    paper.text(RIGHT - 6, y + 9, TOTAL, "soft-black", 12, "right", GREEN)


def _terms(paper: Paper, y: float) -> None:
    paper.text(LEFT, y, "Terms", "soft-bold", 10.5)
    texts = (
        "Prices are in pounds sterling and include delivery to the address on page 1.",
        "Timber must be kiln dried to 10-12% moisture; boards that are cupped or split go back.",
        "Part deliveries only after agreement. Deliveries are taken in from 7.30 am to 3 pm.",
        "An invoice is paid when the whole order has arrived.",
    )
    for row, text in enumerate(texts):
        paper.text(LEFT, y + 18 + row * 14, text, "soft", 9.5)
    y += 140
    for x, text in ((LEFT, "Ordered by"), (320.0, "Confirmed by supplier")):
        paper.line(x, y, x + 200, y, 0.6)
        paper.text(x, y + 13, text, "soft", 8.5, fill=GREY)
    paper.text(LEFT, y - 6, "P. Raman, purchasing", "soft", 10)


def _foot(paper: Paper, page: int) -> None:
    y = HEIGHT - 36
    paper.line(LEFT, y - 14, RIGHT, y - 14, 0.4, RULE)
    paper.text(LEFT, y, f"{BUYER}, registered in England 09 417 220", "soft", 8, fill=GREY)
    paper.text(RIGHT, y, f"Page {page} of 2", "soft", 8, "right", GREY)
