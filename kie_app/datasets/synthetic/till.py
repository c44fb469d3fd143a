"""A till's strip of paper: its head, its lines and what parts them."""

from __future__ import annotations

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.fields import Field, Setter, Voice
from kie_app.datasets.synthetic.lexicon import words
from kie_app.datasets.synthetic.sheet import Part, Parts, Sheet


class Till:
    """What prints on the strip."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.rng = facts, facts.rng
        rng = self.rng
        family = rng.choice(("mono", "mono", "sans", "narrow", "sans"))
        width = rng.choice((205, 226, 250, 280))
        self.sheet = Sheet(width, 2000, rng.uniform(8, 20), family, rng.uniform(7.6, 9.6))
        self.voice = Voice(facts)
        self.setter = Setter(self.sheet, self.voice)
        self.setter.pitch = rng.choice((1.0, 1.0, 1.1))
        self.shout = rng.random() < 0.5
        self.align = rng.choice((0.5, 0.5, 0.5, 0.0))

    @property
    def wide(self) -> float:
        return self.sheet.right - self.sheet.left

    def line(self, given: Parts | str, bold: bool = False, size: float | None = None) -> None:
        if isinstance(given, str):
            given = (Part(given.upper() if self.shout else given),)
        x = self.sheet.left + self.align * self.wide
        self.sheet.put(
            x, self.sheet.y, given, align=self.align, bold=bold, size=size, room=self.wide
        )
        self.sheet.down((size or self.sheet.size) / self.sheet.size)

    def field(self, field: Field) -> None:
        """A field as a line of the head: its label and value in one run."""
        label = self.voice.marked(field.label)
        self.line((Part(label), *field.lines[0]) if label else field.lines[0])

    def head(self) -> None:
        rng, facts, sheet = self.rng, self.facts, self.sheet
        name = facts.parties.company()
        size = sheet.size * rng.choice((1.0, 1.0, 1.2, 1.5))
        for text in sheet.wrap(name, self.wide, size):
            self.line((Part(text, "company"),), size=size, bold=rng.random() < 0.4)
        extra: list[Field] = []
        for name, chance in (("gst number", 0.35), ("company registration", 0.3)):
            if rng.random() < chance:
                extra.append(self.voice.other("identity", name))
        if extra and rng.random() < 0.5:
            self.field(extra.pop(0))
        if rng.random() < 0.9:
            for text in facts.parties.address():
                for piece in sheet.wrap(text, self.wide):
                    self.line((Part(piece, "address"),))
        contacts: list[Field] = []
        if rng.random() < 0.75:
            contacts.append(self.voice.field("telephone"))
        if rng.random() < 0.3:
            contacts.append(self.voice.other("identity", "fax number"))
        if len(contacts) == 2 and rng.random() < 0.4:  # both in one line
            first, second = contacts
            parts = (Part(self.voice.marked(first.label)), *first.lines[0])
            self.line((*parts, Part(self.voice.marked(second.label)), *second.lines[0]))
        elif contacts and rng.random() < 0.25:
            self.line(contacts[0].lines[0])
        else:
            for field in contacts:
                self.field(field)
        for field in extra:
            self.field(field)
        for key, chance in (("website", 0.15), ("email", 0.1)):
            if rng.random() < chance:
                field = self.voice.field(key)
                self.line(field.lines[0]) if rng.random() < 0.6 else self.field(field)
        if rng.random() < 0.15:
            self.line(rng.choice(words("notices", "shop")))

    def divide(self) -> None:
        rng, sheet = self.rng, self.sheet
        draw = rng.random()
        if draw < 0.25:
            sheet.rule(sheet.left, sheet.y - 4, sheet.right, sheet.y - 4, dashed=rng.random() < 0.6)
        elif draw < 0.4:
            char = rng.choice("-=*")
            count = int(self.wide / sheet.measure(char))
            sheet.put(sheet.left, sheet.y, char * count, room=self.wide)
            sheet.down()
            return
        sheet.down(0.5)
