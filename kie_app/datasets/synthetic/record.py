"""Forms, bills, slips, cards: documents that are labels and values above all (see records.yaml)."""

from __future__ import annotations

from typing import Any

from kie_app.datasets.synthetic.absence import PLACE
from kie_app.datasets.synthetic.balances import balance
from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.fields import Field, Setter, Voice
from kie_app.datasets.synthetic.lexicon import read, words
from kie_app.datasets.synthetic.paper import fine_print, paper
from kie_app.datasets.synthetic.sheet import Part, Parts, Sheet

PAIRS = {"start date": 0, "end date": 1, "period from": 0, "period to": 1}
PAIRS |= {"arrival date": 0, "departure date": 1}


def kinds() -> dict[str, int]:
    """The kinds of records and how often each is made."""
    return {name: int(given["weight"]) for name, given in read("records").items()}


def compose(facts: Facts, kind: str) -> tuple[Sheet, tuple[str, ...]]:
    """One record, and the keys that such a record may have."""
    made = _Record(facts, read("records")[kind])
    made.draw()
    return made.sheet, made.natural


def alternatives(spec: str) -> list[list[str]]:
    """ "a | b + c" as [[a], [b, c]]: one of these sets of keys."""
    return [[key.strip() for key in one.split("+")] for one in spec.split("|")]


class _Record:
    def __init__(self, facts: Facts, given: dict[str, Any]) -> None:
        self.facts, self.rng, self.given = facts, facts.rng, given
        rng = self.rng
        self.sheet = paper(facts)
        if rng.random() < 0.25:  # half a sheet
            self.sheet.width, self.sheet.height = self.sheet.height, self.sheet.width
            self.sheet.height = 2000.0
        self.voice = Voice(facts)
        self.setter = Setter(self.sheet, self.voice)
        if rng.random() < 0.4:
            self.setter.pitch = rng.choice((1.6, 2.0))
        self.first, self.last = facts.span()
        self.done: set[str] = set()
        specs = [spec for section in given["sections"] for spec in section["keys"]]
        self.natural = tuple(key for spec in specs for one in alternatives(spec) for key in one)

    def draw(self) -> None:
        rng, sheet = self.rng, self.sheet
        self.head()
        style, columns = self.voice.style, rng.choice((1, 1, 2, 2, 3))
        framed = rng.random() < 0.35
        number = 0
        for section in self.given["sections"]:
            fields = self.fields(section)
            if not fields:
                continue
            title = rng.choice(section["titles"])
            if sheet.height < 1500 and sheet.room < 60 + 14 * len(fields):
                break
            if title:
                self.title(title)
            if rng.random() < 0.2:
                style, columns = rng.choice(("above", "inline", "gap")), rng.choice((1, 2))
            if rng.random() < 0.08:
                number += 1
                fields = [
                    Field(f"{number}.{at} {f.label}", f.lines) for at, f in enumerate(fields, 1)
                ]
            area = (sheet.left, sheet.y, sheet.right - sheet.left)
            sheet.y = self.setter.grid(fields, style, area, columns, framed)
            sheet.down(rng.choice((0.5, 1.0)))
        self.foot()

    def head(self) -> None:
        rng, sheet, parties = self.rng, self.sheet, self.facts.parties
        sender = self.given["sender"]
        side = rng.choice((0.0, 0.0, 0.5))
        x = sheet.left + side * (sheet.right - sheet.left)
        sheet.hidden |= {"bank", "company", "branch"}
        if sender == "bank":
            name = parties.pick("companies", "banks")
        elif sender == "office":
            town, word = parties.of_country("towns").title(), parties.pick("companies", "words")
            name = rng.choice(
                (
                    f"{town} Public Library",
                    f"City of {town}",
                    f"{word} Association",
                    f"Department of {word} Affairs",
                    f"{town} Health Clinic",
                    f"{word} School",
                )
            )
        else:
            name = parties.company()
        key = {"company": "company", "bank": "bank"}.get(sender) if rng.random() < 0.7 else None
        free = key not in self.natural
        lines: list[Parts] = [(Part(name, key if free else None),)]
        if rng.random() < 0.6:
            sheet.hidden |= PLACE
            lines += [(Part(line),) for line in parties.address(rng.choice((1, 2)))]
        for at, parts in enumerate(lines):
            sheet.put(
                x, sheet.y, parts, align=side, bold=not at, size=sheet.size * (1.0 if at else 1.3)
            )
            sheet.down(1.0 if at else 1.4)
        sheet.down(0.5)
        title = rng.choice(self.given["titles"])
        sheet.put(
            x, sheet.y, title, align=side, bold=True, size=sheet.size * rng.choice((1.3, 1.7, 2.1))
        )
        sheet.down(1.9)
        if rng.random() < 0.3:
            field = self.voice.other("papers", rng.choice(("version", "page", "copy", "barcode")))
            sheet.put(
                sheet.right,
                sheet.y - sheet.leading * 3,
                (Part(self.voice.marked(field.label)), *field.lines[0]),
                align=1.0,
                room=150,
                size=sheet.size * 0.85,
            )
        if rng.random() < 0.4:
            self.notice()

    def title(self, text: str) -> None:
        rng, sheet = self.rng, self.sheet
        if rng.random() < 0.4:
            sheet.frame(
                sheet.left - 3, sheet.y - sheet.size, sheet.right + 3, sheet.y + 4, fill=215
            )
        sheet.put(sheet.left, sheet.y, text, bold=True, size=sheet.size * 1.1)
        sheet.down(1.6)

    def fields(self, section: dict[str, Any]) -> list[Field]:
        rng = self.rng
        specs = list(section["keys"])
        most = min(int(section["most"]), len(specs))
        kept = sorted(rng.sample(range(len(specs)), rng.randint(max(1, most // 2), most)))
        keys = [key for at in kept for key in rng.choice(alternatives(specs[at]))]
        keys = [key for key in keys if key not in self.done]
        self.done.update(keys)
        if rng.random() < 0.3:
            rng.shuffle(keys)
        nights = (self.last - self.first).days
        money = balance(self.facts, section.get("sums", ""), nights)
        fields = []
        for key in keys:
            if key in PAIRS:
                day = self.last if PAIRS[key] else self.first
                fields.append(self.voice.given(key, self.facts.figures.write(day)))
            elif key in money:
                fields.append(self.voice.field(key, (money[key],)))
            elif key == "address" and "town" in keys:
                fields.append(self.voice.given(key, self.facts.parties.address()[0]))
            elif key == "nights":
                fields.append(self.voice.given(key, str(nights)))
            else:
                fields.append(self.voice.field(key))
        return self.ranged(fields, keys)

    def ranged(self, fields: list[Field], keys: list[str]) -> list[Field]:
        """Two dates of a span in one cell, now and then."""
        for first, last in (("period from", "period to"), ("start date", "end date")):
            if first in keys and last in keys and self.rng.random() < 0.4:
                a, b = keys.index(first), keys.index(last)
                joint = Part(self.rng.choice(("-", "to", "until", "–")))
                parts = (*fields[a].lines[0], joint, *fields[b].lines[0])
                label = self.voice.cased(
                    self.rng.choice(("Period", "Valid", "Billing period", "From - to", "Dates"))
                )
                fields[a] = Field(label, (parts,))
                return [one for at, one in enumerate(fields) if at != b]
        return fields

    def notice(self) -> None:
        sheet = self.sheet
        sheet.put(
            sheet.left,
            sheet.y,
            self.rng.choice(words("notices", self.given["notices"])),
            size=sheet.size * 0.85,
        )
        sheet.down(1.5)

    def foot(self) -> None:
        for _ in range(self.rng.randint(0, 3)):
            if self.sheet.room > 2 * self.sheet.leading:
                self.notice()
        if self.sheet.height > 1500:
            self.sheet.cut()
        elif self.rng.random() < 0.5:
            fine_print(self.sheet, self.facts, self.given["notices"])
