"""Invoices, purchase orders and delivery notes: two parties, a block of facts, goods and sums."""

from __future__ import annotations

from collections.abc import Sequence

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.fields import Field, Setter, Voice
from kie_app.datasets.synthetic.goods import ruled
from kie_app.datasets.synthetic.lexicon import read, words
from kie_app.datasets.synthetic.paper import fine_print, paper
from kie_app.datasets.synthetic.sheet import Part, Parts, Sheet
from kie_app.datasets.synthetic.sums import Sums

KINDS = ("invoice", "purchase order", "delivery note")
BANK = ("bank", "iban", "bic", "account number", "account holder")


def compose(facts: Facts, kind: str) -> tuple[Sheet, tuple[str, ...]]:
    """One paper, and the keys that such a paper may have."""
    made = _Paper(facts, kind)
    made.draw()
    return made.sheet, made.natural


class _Paper:
    def __init__(self, facts: Facts, kind: str) -> None:
        self.facts, self.rng = facts, facts.rng
        given = read("trades")[kind]
        self.titles, self.parties, self.priced = given["titles"], given["parties"], given["priced"]
        self.always, self.often = given["always"], given["often"]
        self.natural = (*self.always, *self.often, *given["also"])
        self.sheet = paper(facts)
        self.voice = Voice(facts)
        self.company = facts.parties.company()
        self.setter = Setter(self.sheet, self.voice)

    def draw(self) -> None:
        rng, sheet = self.rng, self.sheet
        title = rng.choice(self.titles)
        side = rng.choice((0.0, 0.5, 1.0))
        top = sheet.y
        self.issuer(0.0 if side else 1.0)
        under = sheet.y
        wide = sheet.right - sheet.left
        first = rng.random() < 0.5
        at = top if first and side != 0.5 else under + sheet.leading
        sheet.put(
            sheet.left + side * wide,
            at,
            title,
            size=sheet.size * 1.9,
            bold=True,
            align=side,
            room=wide * 0.45,
        )
        sheet.y = max(under, at) + sheet.leading * 1.8
        if rng.random() < 0.4:
            sheet.rule(sheet.left, sheet.y - sheet.leading, sheet.right, sheet.y - sheet.leading)
        fields = self.fields()
        shape = rng.choice(("beside", "beside", "grid", "strip", "below"))
        if shape == "beside":
            start = sheet.y
            after = self.other_side(sheet.left, wide * 0.46)
            x = sheet.left + wide * 0.54
            style = self.voice.style if self.voice.style != "below" else "gap"
            sheet.y = max(after, self.setter.column(fields, style, x, start, wide * 0.46))
        else:
            sheet.y = self.other_side(sheet.left, wide * 0.6) + sheet.leading * 0.5
            columns = {"grid": rng.choice((2, 3)), "strip": 4, "below": 1}[shape]
            style = "above" if shape == "strip" else self.voice.style
            sheet.y = self.setter.grid(
                fields,
                style,
                (sheet.left, sheet.y, wide),
                columns,
                shape != "below" and rng.random() < 0.7,
            )
        sheet.down(1.0)
        self.goods()
        self.foot()

    def issuer(self, align: float) -> None:
        """The head of the paper, often without a label."""
        rng, sheet, voice = self.rng, self.sheet, self.voice
        name, place = self.parties[0], self.parties[1]
        x = sheet.left + align * (sheet.right - sheet.left)
        room = (sheet.right - sheet.left) * 0.52
        labelled = rng.random() < 0.25
        if labelled:
            sheet.put(x, sheet.y, voice.marked(voice.label(name)), align=align)
            sheet.down()
        self._say((Part(self.company, name),), x, align, room, big=not labelled)
        lines = self.facts.parties.address(rng.choice((1, 2, 3)))
        for line in lines:
            self._say((Part(line, place),), x, align, room)
        extra = [
            voice.field(key) for key in ("telephone", "email", "website") if rng.random() < 0.4
        ]
        for one in ("gst number", "company registration", "fax number"):
            if rng.random() < 0.15:
                extra.append(voice.other("identity", one))
        for field in extra:
            self._say((Part(voice.marked(field.label)), *field.lines[0]), x, align, room)

    def _say(self, parts: Parts, x: float, align: float, room: float, big: bool = False) -> None:
        size = self.sheet.size * (1.35 if big else 1.0)
        self.sheet.put(x, self.sheet.y, parts, align=align, room=room, size=size, bold=big)
        self.sheet.down(1.4 if big else 1.0)

    def other_side(self, x: float, room: float) -> float:
        """Who the paper goes to: a name over an address, below one label."""
        rng, sheet = self.rng, self.sheet
        name, place = self.parties[2], self.parties[3]
        y = sheet.y
        text, lines = self.facts.parties.client(), self.facts.parties.address(rng.choice((2, 3, 3)))
        label = self.voice.marked(self.voice.label(name if place != "delivery address" else place))
        indent = 0.0
        if rng.random() < 0.3:
            sheet.put(x, y, (Part(label), Part(text, name)), room=room)
        else:
            sheet.put(x, y, label, room=room, bold=rng.random() < 0.4, grey=self.setter.grey)
            y += sheet.leading
            sheet.put(x + indent, y, (Part(text, name),), room=room, bold=rng.random() < 0.3)
        for line in lines:
            y += sheet.leading
            sheet.put(x + indent, y, (Part(line, place),), room=room)
        return y + sheet.leading * 1.3

    def fields(self) -> list[Field]:
        rng, voice, figures = self.rng, self.voice, self.facts.figures
        often = [key for key in self.often if rng.random() < 0.42]
        fields = [
            voice.field(key, ((Part(figures.write(figures.day), key),),) if "date" in key else None)
            for key in self.always
        ]
        rest = [voice.field(key) for key in often]
        rest += [
            voice.other("papers", one)
            for one in ("page", "print", "copy", "barcode")
            if rng.random() < 0.15
        ]
        rng.shuffle(rest)
        out = fields + rest
        if rng.random() < 0.35:
            rng.shuffle(out)
        return out[:9]

    def goods(self) -> None:
        rng, sheet = self.rng, self.sheet
        sums = Sums(self.facts)
        many = rng.choice((1, 2, 3, 4, 5, 6, 9, 14, 30, 30))
        fit = max(int((sheet.room - 190) / (sheet.leading * 1.5)) - 3, 1)
        sums.buy(many if many <= fit or many == 30 else fit, dear=True)
        first, rest = sums.items[:fit], sums.items[fit:]
        ruled(sheet, self.facts, first)
        if rest:
            sheet.next_page()
            sheet.put(sheet.left, sheet.y, self.company, room=200)
            sheet.down(2)
            ruled(sheet, self.facts, rest)
        if rng.random() * 100 < self.priced:
            sums.close(till=False)
            rows: Sequence[Field] = [field for _, field in sums.rows(self.voice)]
            style = rng.choice(("right", "right", "gap", "colon"))
            start = sheet.left + (sheet.right - sheet.left) * rng.choice((0.5, 0.6))
            sheet.y = self.setter.column(rows, style, start, sheet.y, sheet.right - start)
        sheet.down(0.6)

    def foot(self) -> None:
        rng, sheet, voice = self.rng, self.sheet, self.voice
        if "iban" in self.natural and rng.random() < 0.55:
            fields = [voice.field(key) for key in BANK if rng.random() < 0.6]
            sheet.y = self.setter.column(fields, voice.flat(), sheet.left, sheet.y, 260)
        for _ in range(rng.randint(0, 4)):
            if sheet.room > 2 * sheet.leading:
                sheet.put(
                    sheet.left,
                    sheet.y,
                    rng.choice(words("notices", "trade")),
                    size=sheet.size * 0.85,
                )
                sheet.down()
        if rng.random() < 0.5:
            fine_print(sheet, self.facts, "trade")
