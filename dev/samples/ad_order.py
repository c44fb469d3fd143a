"""A television station's order for political spots: PDF with a text layer, as public files have."""

from __future__ import annotations

from pathlib import Path

from dev.samples.labels import Labels
from dev.samples.layout import amount
from dev.samples.pdf import Paper, Shade

WIDTH, HEIGHT = 612.0, 792.0  # US letter
LEFT, RIGHT = 36.0, WIDTH - 36.0
RED: Shade = (0.72, 0.12, 0.16)
GREY: Shade = (0.42, 0.42, 0.42)
NUMBER, ADVERTISER = "3187204", "Halvorsen for State Senate"
FLIGHT_FROM, FLIGHT_TO = "09/16/24", "10/06/24"
WEEKS = (("09/16/24", "09/22/24"), ("09/23/24", "09/29/24"), ("09/30/24", "10/06/24"))
ITEMS = (  # programme, time, days, spots in each week, rate in cents
    ("Daybreak 11", "5a-7a", "MTWTF--", (5, 5, 5), 17_500),
    ("Morning Market", "9a-10a", "MTWTF--", (3, 3, 2), 12_000),
    ("News 11 at Noon", "12n-1230p", "MTWTF--", (4, 4, 4), 22_500),
    ("News 11 at Six", "6p-630p", "MTWTF--", (2, 3, 3), 68_000),
    ("Prime Rotation", "8p-11p", "MTWTFSS", (1, 2, 2), 94_500),
    ("Saturday Football", "230p-6p", "-----S-", (1, 1, 0), 110_000),
)
TITLES = (  # right edge when negative
    (LEFT, "Line"),
    (LEFT + 30, "Program"),
    (LEFT + 128, "Time"),
    (LEFT + 192, "Days"),
    (LEFT + 248, "Length"),
    (-(LEFT + 322), "Wk 1"),
    (-(LEFT + 354), "Wk 2"),
    (-(LEFT + 386), "Wk 3"),
    (-(LEFT + 422), "Spots"),
    (-(LEFT + 476), "Rate"),
    (-RIGHT, "Amount"),
)
SPOTS = sum(sum(spots) for *_, spots, _ in ITEMS)
GROSS = sum(sum(spots) * rate for *_, spots, rate in ITEMS)
COMMISSION = round(GROSS * 0.15)


def render(folder: Path) -> Labels:
    file = folder / "ad_order.pdf"
    paper = Paper(file, WIDTH, HEIGHT, f"Order {NUMBER}")
    _head(paper)
    _order(paper, 118)
    y = _lines(paper, 322)
    y = _sums(paper, y + 44)
    _sign(paper, y + 56)
    paper.save()
    return Labels(
        id="ad_order",
        title="Broadcast advertising order",
        template="ad_order",
        file=file,
        width=round(WIDTH),
        height=round(HEIGHT),
        runs=(),
        entities={
            "contract number": NUMBER,
            "advertiser": ADVERTISER,
            "flight from": FLIGHT_FROM,
            "flight to": FLIGHT_TO,
            "gross amount": f"${amount(GROSS)}",
        },
    )


def _cell(paper: Paper, x: float, y: float, label: str, value: str, size: float = 9.5) -> None:
    paper.text(x + 4, y + 10, label, "arial", 7, fill=GREY)
    paper.text(x + 4, y + 23, value, "arial-bold", size)


def _head(paper: Paper) -> None:
    paper.rectangle(LEFT, 34, LEFT + 46, 80, RED)
    paper.text(LEFT + 23, 68, "11", "arial-bold", 30, "centre", (1, 1, 1))
    for row, text in enumerate(("WQZV-TV", "400 Transmitter Hill Road", "Eastmere, OH 43999")):
        paper.text(LEFT + 56, 46 + row * 13, text, "arial-bold" if row == 0 else "arial", 10)
    paper.text(LEFT + 56, 84, "(614) 555-0111", "arial", 10)
    paper.text(RIGHT, 52, "BROADCAST ORDER", "arial-bold", 18, "right")
    paper.text(RIGHT, 68, "Print date 09/12/24    Page 1 of 1", "arial", 8.5, "right", GREY)


def _order(paper: Paper, y: float) -> None:
    high, middle = 30.0, LEFT + 270
    left = (
        ("Advertiser", ADVERTISER),
        ("Product", "State Senate, District 14"),
        ("Agency", "Plainspoken Media Partners"),
        ("Buyer", "Colleen Abernathy"),
        ("Agency address", "77 Foundry Street, Columbus, OH 43999"),
    )
    right = (
        (("Contract number", NUMBER), ("Revision", "1")),
        (("Flight dates", f"{FLIGHT_FROM} - {FLIGHT_TO}"), ("Estimate", "0924")),
        (("Order type", "Political candidate"), ("Billing", "Weekly, cash in advance")),
        (("Account executive", "Tom Wiesner"), ("Sales office", "Local")),
        (("Separation", "20 minutes"), ("Demographic", "Adults 35+")),
    )
    paper.rectangle(LEFT, y, RIGHT, y + high * len(left), None, 0.8)
    paper.line(middle, y, middle, y + high * len(left))
    split = middle + 145
    paper.line(split, y, split, y + high * len(left))
    for row, (wide, narrow) in enumerate(zip(left, right, strict=True)):
        at = y + row * high
        if row:
            paper.line(LEFT, at, RIGHT, at)
        _cell(paper, LEFT, at, *wide)
        _cell(paper, middle, at, *narrow[0])
        _cell(paper, split, at, *narrow[1])


def _row(paper: Paper, y: float, texts: tuple[str, ...], face: str, size: float = 9) -> None:
    for (x, _), text in zip(TITLES, texts, strict=True):
        paper.text(abs(x), y, text, face, size, "right" if x < 0 else "left")


def _lines(paper: Paper, y: float) -> float:
    weeks = "     ".join(f"Wk {n}: {a} - {b}" for n, (a, b) in enumerate(WEEKS, 1))
    paper.text(LEFT, y - 24, weeks, "arial", 8, fill=GREY)
    _row(paper, y, tuple(title for _, title in TITLES), "arial-bold", 8.5)
    paper.line(LEFT, y + 6, RIGHT, y + 6, 1.6)
    y += 24
    for line, (name, time, days, spots, rate) in enumerate(ITEMS, 1):
        counts = tuple(str(count) for count in spots)
        sums = (str(sum(spots)), f"${amount(rate)}", f"${amount(sum(spots) * rate)}")
        _row(paper, y, (str(line), name, time, days, ":30", *counts, *sums), "arial")
        paper.line(LEFT, y + 7, RIGHT, y + 7, 0.3, GREY)
        y += 22
    paper.line(LEFT, y - 15, RIGHT, y - 15, 1.6)
    per_week = tuple(str(sum(item[3][week] for item in ITEMS)) for week in range(3))
    texts = ("", "Totals", "", "", "", *per_week, str(SPOTS), "", f"${amount(GROSS)}")
    _row(paper, y + 2, texts, "arial-bold")
    return y


def _sums(paper: Paper, y: float) -> float:
    columns = (
        (LEFT + 116, "Spots"),
        (LEFT + 216, "Gross amount"),
        (LEFT + 322, "Agency comm. 15%"),
    )
    columns = (*columns, (LEFT + 410, "Net amount"))
    values = (
        SPOTS,
        f"${amount(GROSS)}",
        f"(${amount(COMMISSION)})",
        f"${amount(GROSS - COMMISSION)}",
    )
    paper.text(LEFT, y, "Period", "arial-bold", 9)
    paper.text(LEFT, y + 20, "Sep-Oct 2024", "arial", 9.5)
    for (x, title), value in zip(columns, values, strict=True):
        paper.text(x, y, title, "arial-bold", 9, "right")
        paper.text(x, y + 20, str(value), "arial", 9.5, "right")
    paper.line(LEFT, y + 6, LEFT + 410, y + 6, 1.2)
    return y + 20


def _sign(paper: Paper, y: float) -> None:
    for x, text in ((LEFT, "Accepted for advertiser"), (LEFT + 280, "Accepted for station")):
        paper.line(x, y, x + 180, y, 0.6)
        paper.text(x, y + 12, text, "arial", 8, fill=GREY)
        paper.line(x + 196, y, x + 252, y, 0.6)
        paper.text(x + 196, y + 12, "Date", "arial", 8, fill=GREY)
    texts = (
        "The station does not discriminate on the basis of race, gender or ethnicity in the sale "
        "of advertising time. Rates are for the",
        "stated flight only. Spots that are pre-empted are credited or, with the buyer's consent, "
        "made good in a comparable program.",
        "Paid for by the advertiser. A copy of this order is kept in the station's public file.",
    )
    for row, text in enumerate(texts):
        paper.text(LEFT, y + 44 + row * 11, text, "arial", 7.5, fill=GREY)
