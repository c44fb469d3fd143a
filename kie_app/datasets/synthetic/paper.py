"""The sizes of office paper, and a sheet of one of them."""

from __future__ import annotations

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.lexicon import words
from kie_app.datasets.synthetic.sheet import Sheet

LETTER, A4 = (612.0, 792.0), (595.0, 842.0)


def paper(facts: Facts, small: bool = False) -> Sheet:
    """A sheet as that country buys it, in one of the faces that offices use."""
    rng = facts.rng
    width, height = LETTER if facts.code == "US" else A4
    family = rng.choice(("sans", "sans", "sans", "serif", "narrow", "mono"))
    size = rng.uniform(6.8, 8.5) if small else rng.uniform(8.0, 10.2)
    if family == "mono":
        size *= 0.88
    return Sheet(width, height, rng.uniform(30, 62), family, size)


def fine_print(sheet: Sheet, facts: Facts, group: str) -> None:
    """Notices run together at the foot of the page, where there is room."""
    rng, size = facts.rng, sheet.size * 0.8
    chosen = rng.sample(words("notices", group), rng.randint(2, 7))
    lines = sheet.wrap(" ".join(chosen), sheet.right - sheet.left, size)
    if sheet.room < (len(lines) + 4) * sheet.leading:
        return
    y = sheet.height - sheet.margin - len(lines) * sheet.leading
    if rng.random() < 0.5:
        sheet.rule(sheet.left, y - sheet.leading, sheet.right, y - sheet.leading, width=0.4)
    for row, line in enumerate(lines):
        sheet.put(sheet.left, y + row * sheet.leading, line, size=size)
