"""Agreements in running text: values stand in sentences, without labels."""

from __future__ import annotations

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.lexicon import read
from kie_app.datasets.synthetic.paper import paper
from kie_app.datasets.synthetic.sheet import Part, Sheet

NATURAL = ("first party", "second party", "effective date", "term", "governing law")


def compose(facts: Facts) -> Sheet:
    """One agreement."""
    rng, sheet = facts.rng, paper(facts)
    texts = read("agreements")
    sheet.size = sheet.size * 1.12
    sheet.leading = sheet.size * rng.uniform(1.3, 1.6)
    title = rng.choice(texts["titles"])
    x, align = (sheet.width / 2, 0.5) if rng.random() < 0.7 else (sheet.left, 0.0)
    sheet.put(x, sheet.y, title.upper(), size=sheet.size * 1.3, bold=True, align=align)
    sheet.down(2.2)
    law = facts.parties.pick("places", "states")
    term = rng.choice(texts["terms"])
    values = {
        "first party": facts.parties.company(),
        "second party": facts.parties.client(),
        "effective date": facts.figures.write(facts.figures.day),
        "term": term,
        "governing law": law,
    }
    places = {
        "title": title,
        "place": facts.parties.address(1)[0],
        "place2": facts.parties.address(1)[0],
    }
    body = [rng.choice(texts["clauses"]) for _ in range(rng.randint(2, 6))]
    if rng.random() < 0.85:
        body.insert(rng.randint(0, len(body)), rng.choice(texts["lasting"]))
    if rng.random() < 0.85:
        body.insert(rng.randint(0, len(body)), rng.choice(texts["laws"]))
    numbered = rng.random() < 0.6
    _paragraph(sheet, rng.choice(texts["openings"]), values, places)
    for number, clause in enumerate(dict.fromkeys(body), 1):
        _paragraph(sheet, f"{number}. {clause}" if numbered else clause, values, places)
    sheet.down(2)
    for side, key in ((0.0, "first party"), (0.55, "second party")):
        left = sheet.left + side * (sheet.right - sheet.left)
        sheet.rule(left, sheet.y, left + 170, sheet.y)
        sheet.put(left, sheet.y + sheet.leading, f"For {values[key]}", room=190)
    sheet.down(3)
    return sheet


def _paragraph(sheet: Sheet, text: str, values: dict[str, str], places: dict[str, str]) -> None:
    """Words broken into lines; a value may run over the end of a line."""
    words: list[tuple[str, str | None]] = []
    for piece in text.replace("{", "\0{").replace("}", "}\0").split("\0"):
        name = piece[1:-1] if piece.startswith("{") else None
        filled = (values.get(name) or places.get(name, "")) if name else piece
        words += [(word, name if name in values else None) for word in filled.split()]
    line: list[tuple[str, str | None]] = []
    room = sheet.right - sheet.left
    for word in [*words, ("", None)]:
        if word[0] and sheet.measure(" ".join(one for one, _ in [*line, word])) <= room:
            line.append(word)
            continue
        sheet.put(sheet.left, sheet.y, _parts(line), room=room)
        sheet.down()
        line = [word]
    sheet.down(0.6)


def _parts(line: list[tuple[str, str | None]]) -> tuple[Part, ...]:
    """Neighbouring words of one value as one part; a comma alone goes to the word before."""
    out: list[Part] = []
    for word, key in line:
        tight = word in (",", ".")
        if out and out[-1].key == key and not tight:
            out[-1] = Part(f"{out[-1].text} {word}", key, out[-1].tight)
        else:
            out.append(Part(word, key))
    return tuple(out)
