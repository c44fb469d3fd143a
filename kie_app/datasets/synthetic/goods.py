"""Lists of goods: the strip of a till and the ruled columns of a company's paper."""

from __future__ import annotations

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.sheet import Sheet
from kie_app.datasets.synthetic.sums import Item, Sums

COLUMNS = (  # title wordings, share of the width
    (("No", "Line", "Pos", "#", "Item"), 0.07),
    (("Code", "Item no.", "Article", "SKU", "Part No"), 0.14),
    (("Description", "Product", "Details", "Particulars", "Item description"), 0.4),
    (("Qty", "Quantity", "Hrs/Qty", "QTY", "Units"), 0.1),
    (("Unit", "UOM", "Per", "U/M"), 0.08),
    (("Unit price", "Price", "Rate", "U/Price", "Each"), 0.13),
    (("Amount", "Line total", "Total", "Net", "Value", "Ext. price"), 0.15),
)
NUMERIC = 3  # columns from here on stand to the right


def strip(sheet: Sheet, facts: Facts, sums: Sums) -> None:
    """The items of a till."""
    rng, figures = facts.rng, facts.figures
    sums.buy(rng.choice((1, 2, 2, 3, 4, 5, 6, 8, 12)))
    shape = rng.choice(("line", "counted", "under", "columns"))
    shout, wide = rng.random() < 0.6, sheet.right - sheet.left
    sign = figures.mark.strip() if rng.random() < 0.25 else ""
    tail = rng.choice(("", "", "", " SR", " T", " A", " N"))
    last = sheet.right - wide * (0.12 if tail else 0)
    if shape == "columns" or rng.random() < 0.4:
        _heads(
            sheet,
            rng.choice(("Qty Item", "ITEM", "Description", "QTY DESCRIPTION")),
            rng.choice(("Amount", "PRICE", "RM", "Total", "AMT")),
        )
    coded = rng.random() < 0.2
    for item in sums.items:
        name = item.name.upper() if shout else item.name.capitalize()
        price, amount = figures.number(item.price), f"{sign}{figures.number(item.amount)}"
        if coded:
            name = f"{figures.code('#####')} {name}"
        if shape == "counted":
            name = f"{item.quantity} {name}"
        sheet.put(sheet.left, sheet.y, name, room=wide * (1.0 if shape == "under" else 0.68))
        if shape == "under":
            sheet.down()
            times = rng.choice(
                (
                    f"{item.quantity} x {price}",
                    f"{item.quantity} @ {price}",
                    f"{item.quantity}.00 X {price}",
                )
            )
            sheet.put(sheet.left + wide * 0.08, sheet.y, times, room=wide * 0.5)
        elif shape == "columns":
            sheet.put(sheet.left + wide * 0.76, sheet.y, str(item.quantity), align=1.0)
        sheet.put(last, sheet.y, amount, align=1.0, room=wide * 0.23)
        if tail:
            sheet.put(sheet.right, sheet.y, tail.strip(), align=1.0)
        sheet.down()


def _heads(sheet: Sheet, left: str, right: str) -> None:
    sheet.put(sheet.left, sheet.y, left)
    sheet.put(sheet.right, sheet.y, right, align=1.0)
    sheet.down(1.1)


def ruled(sheet: Sheet, facts: Facts, items: list[Item]) -> None:
    """Columns with titles, of which a paper has some."""
    rng, figures = facts.rng, facts.figures
    chosen = [
        at
        for at in range(len(COLUMNS))
        if at in (2, 6) or rng.random() < (0.85 if at in (3, 5) else 0.45)
    ]
    whole = sum(COLUMNS[at][1] for at in chosen)
    wide = sheet.right - sheet.left
    shout, sign = rng.random() < 0.3, rng.choice(("", "", figures.mark.strip()))
    edges: list[tuple[float, float]] = []
    x = sheet.left
    for at in chosen:
        share = COLUMNS[at][1] / whole * wide
        edges.append((x + 2, x + share - 3))
        x += share
    look = rng.choice(("frame", "rules", "band", "none"))
    top = sheet.y - sheet.size
    if look == "band":
        sheet.frame(sheet.left, top - 2, sheet.right, sheet.y + 4, fill=rng.choice((205, 220, 232)))
    titles = [rng.choice(COLUMNS[at][0]) for at in chosen]
    _row(sheet, chosen, edges, [title.upper() if shout else title for title in titles], bold=True)
    if look in ("frame", "rules"):
        sheet.rule(sheet.left, sheet.y + 4, sheet.right, sheet.y + 4)
    sheet.down(1.3)
    step = rng.choice((1.0, 1.2, 1.5)) if len(items) < 12 else 1.0
    for number, item in enumerate(items, 1):
        cells = (
            str(number),
            figures.code(rng.choice(("@@-####", "#####", "@##"))),
            item.name.upper() if shout else item.name.capitalize(),
            str(item.quantity),
            facts.parties.pick("goods", "units"),
            figures.number(item.price),
            f"{sign}{figures.number(item.amount)}",
        )
        _row(sheet, chosen, edges, [cells[at] for at in chosen], bold=False)
        sheet.down(step)
    if look == "frame":
        bottom = sheet.y - sheet.size
        sheet.frame(sheet.left, top - 2, sheet.right, bottom)
        for left, _ in edges[1:]:
            sheet.rule(left - 3, top - 2, left - 3, bottom)
    sheet.down(0.8)


def _row(
    sheet: Sheet, chosen: list[int], edges: list[tuple[float, float]], texts: list[str], bold: bool
) -> None:
    for at, (left, right), text in zip(chosen, edges, texts, strict=True):
        end = at >= NUMERIC
        sheet.put(
            right if end else left,
            sheet.y,
            text,
            align=1.0 if end else 0.0,
            room=right - left,
            bold=bold,
        )
