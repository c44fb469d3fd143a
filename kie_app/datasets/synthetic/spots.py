"""The schedule of an advertising order: what is aired when, how often and at which rate."""

from __future__ import annotations

from datetime import date

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.sheet import Sheet

COLUMNS = (  # title, share of the width
    ("Line", 0.05),
    ("Program", 0.19),
    ("Time", 0.15),
    ("Days", 0.09),
    ("Start Date", 0.1),
    ("End Date", 0.1),
    ("Len", 0.05),
    ("Spots", 0.07),
    ("Rate", 0.09),
    ("Amount", 0.11),
)
NUMERIC = 7  # columns from here on stand to the right
OPTIONAL = (0, 2, 3, 4, 5, 6)
WEEK = ("MTWTF--", "M-F", "M-Su", "MTWTFSS", "-----S-", "Sa-Su", "MTuWThF", "......S", "Mo-Fr")
BELOW = 9  # lines that the sums need


def schedule(sheet: Sheet, facts: Facts, first: date, last: date) -> tuple[int, int]:
    """Sets the lines; returns how many spots there are and what they cost in cents."""
    rng = facts.rng
    rows, count, gross = _rows(facts, first, last)
    drop = {at for at in OPTIONAL if rng.random() < 0.3}
    kept = [at for at in range(len(COLUMNS)) if at not in drop]
    ruled = rng.random() < 0.5
    for number, row in enumerate([[title for title, _ in COLUMNS], *rows]):
        if sheet.room < sheet.leading * BELOW:
            if sheet.page:
                break
            sheet.next_page()
        _set(sheet, kept, row, bold=not number)
        if ruled or not number:
            sheet.rule(sheet.left, sheet.y + 3, sheet.right, sheet.y + 3, width=0.4)
        sheet.down(1.2)
    sheet.down(0.6)
    return count, gross


def _rows(facts: Facts, first: date, last: date) -> tuple[list[list[str]], int, int]:
    rng, figures, pick = facts.rng, facts.figures, facts.parties.pick
    sign = rng.choice(("$", "$", ""))
    form = "{mm}/{dd}/{yy}" if rng.random() < 0.6 else None
    days = (figures.write(first, form), figures.write(last, form))
    rows, count, gross = [], 0, 0
    for line in range(1, rng.choice((2, 3, 4, 6, 8, 12, 18, 40, 65)) + 1):
        spots, rate = rng.randint(1, 9), rng.randint(2, 900) * 500
        count, gross = count + spots, gross + spots * rate
        shown = (pick("goods", "programmes"), pick("goods", "dayparts"), rng.choice(WEEK))
        amounts = (f"{sign}{figures.number(rate)}", f"{sign}{figures.number(spots * rate)}")
        length = rng.choice((":30", ":30", ":15", ":60"))
        rows.append([str(line), *shown, *days, length, str(spots), *amounts])
    return rows, count, gross


def _set(sheet: Sheet, kept: list[int], row: list[str], bold: bool) -> None:
    whole, x = sum(COLUMNS[at][1] for at in kept), sheet.left
    for at in kept:
        room = COLUMNS[at][1] / whole * (sheet.right - sheet.left)
        end = at >= NUMERIC
        left = x + room - 3 if end else x
        sheet.put(left, sheet.y, row[at], align=float(end), room=room - 4, bold=bold)
        x += room
