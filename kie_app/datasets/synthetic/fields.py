"""Labels and values on a page: what a label says, and how the two stand to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.lexicon import LexiconKey, keys, unasked
from kie_app.datasets.synthetic.sheet import Part, Parts, Sheet, join

STYLES = ("inline", "gap", "colon", "right", "leader", "above", "below")
FLAT = ("inline", "gap", "colon", "right", "leader")
SMALL = 0.8  # size of a label above or below its value
MIN_GAP = 0.9  # type sizes between a label and its value


@dataclass(frozen=True)
class Field:
    """A label and the lines of its value."""

    label: str
    lines: tuple[Parts, ...]


class Voice:
    """How one document words its labels: their case, what follows them, none of them twice."""

    def __init__(self, facts: Facts) -> None:
        rng = facts.rng
        self.facts, self.rng = facts, rng
        self.case = rng.choice(("as is", "as is", "as is", "upper", "upper", "lower", "capital"))
        self.mark = rng.choice((":", ":", ":", "", "", " :", ".:", " -"))
        self.style = rng.choice(STYLES)
        self.used: set[str] = set()

    def flat(self) -> str:
        """A style that keeps a label and its value on one row."""
        return self.style if self.style in FLAT else self.rng.choice(FLAT)

    def word(self, entry: LexiconKey) -> str:
        """A wording that the page has not used for something else."""
        free = [one for one in entry.printed if one.lower().rstrip(".") not in self.used]
        text = self.rng.choice(free or entry.printed)
        self.used.add(text.lower().rstrip("."))
        return self.cased(text)

    def cased(self, text: str) -> str:
        if self.case == "upper":
            return text.upper()
        if self.case == "lower":
            return text.lower()
        return text.capitalize() if self.case == "capital" and " " in text else text

    def label(self, key: str) -> str:
        return self.word(keys()[key])

    def field(self, key: str, lines: Sequence[Parts] | None = None) -> Field:
        """The key's label with the given lines, or with a value made for it."""
        entry = keys()[key]
        return Field(self.word(entry), tuple(lines or self.facts.lines(key, entry)))

    def given(self, key: str, text: str) -> Field:
        return self.field(key, ((Part(text, key),),))

    def other(self, group: str, name: str) -> Field:
        """A field that is printed and not asked."""
        entry = unasked(group)[name]
        return Field(self.word(entry), self.facts.lines(None, entry))

    def marked(self, label: str) -> str:
        """With what follows a label; none follows "#"."""
        mark = "" if label.endswith(("#", "?", ")")) and self.rng.random() < 0.6 else self.mark
        if mark == ".:":  # only after what is cut short: "No.:"
            short = label.rstrip(".").lower().endswith(("no", "tel", "ref", "acct"))
            return f"{label.rstrip('.')}{mark}" if short else f"{label.rstrip('.')}:"
        return f"{label}{mark}"


class Setter:
    """Sets fields on a sheet."""

    def __init__(self, sheet: Sheet, voice: Voice) -> None:
        self.sheet, self.voice = sheet, voice
        rng = voice.rng
        self.bold_labels = rng.random() < 0.25
        self.bold_values = not self.bold_labels and rng.random() < 0.25
        self.grey = rng.choice((0, 0, 70, 100))
        self.pitch = rng.choice((1.0, 1.0, 1.15, 1.4))

    def offset(self, fields: Sequence[Field], room: float) -> float:
        """How far right of its label a value stands, the same for a column of fields."""
        widest = max((self._wide(field.label + ":") for field in fields), default=0.0)
        return min(widest + MIN_GAP * self.sheet.size, room * 0.55)

    def column(self, fields: Sequence[Field], style: str, x: float, y: float, room: float) -> float:
        """Fields below each other; returns the baseline after them."""
        offset = self.offset(fields, room)
        for field in fields:
            y = self.set(field, style, x, y, room, offset)
        return y

    def grid(
        self,
        fields: Sequence[Field],
        style: str,
        area: tuple[float, float, float],
        columns: int,
        framed: bool = False,
    ) -> float:
        """Fields in rows of so many columns from (x, y) over a width; returns the next baseline."""
        x, y, width = area
        each, size = width / columns, self.sheet.size
        inset = 3.0 if framed else 0.0
        for start in range(0, len(fields), columns):
            row = fields[start : start + columns]
            ends = []
            for place, field in enumerate(row):
                room = each - (2 * inset if framed else size)
                offset = self.offset(row, room)
                at = x + place * each + inset
                ends.append(self.set(field, style, at, y, room, offset))
            bottom = max(ends)
            if framed:
                for place in range(len(row)):
                    left = x + place * each
                    self.sheet.frame(left, y - size, left + each, bottom - size)
            y = bottom
        return y

    def set(
        self, field: Field, style: str, x: float, y: float, room: float, offset: float
    ) -> float:
        """One field at (x, y); returns the baseline of what may follow."""
        sheet, size, leading = self.sheet, self.sheet.size, self.sheet.leading
        lines = field.lines or ((),)
        needed = max(sheet.measure(join(line)) for line in lines)
        if style in ("above", "below"):
            return self._stack(field, style, x, y, room)
        if style == "inline":
            first = (Part(self.voice.marked(field.label)), *lines[0])
            if sheet.measure(join(first)) > room * 1.1:
                return self._stack(field, "above", x, y, room)
            sheet.put(x, y, first, room=room, bold=self.bold_values and self.bold_labels)
            for row, line in enumerate(lines[1:], 1):
                sheet.put(x, y + row * leading, line, room=room)
            return y + leading * (len(lines) - 1 + self.pitch)
        if needed > (room - offset) * 1.15 and needed > size * 8:
            return self._stack(field, "above", x, y, room)
        label = self.voice.marked(field.label) if style != "colon" else field.label
        end = sheet.put(x, y, label, room=offset - 2, bold=self.bold_labels, grey=self.grey).edges[
            2
        ]
        for row, line in enumerate(lines):
            at = y + row * leading
            if style == "right":
                sheet.put(x + room, at, line, align=1.0, room=room - offset, bold=self.bold_values)
            else:
                parts = (Part(":"), *line) if style == "colon" and not row else line
                sheet.put(x + offset, at, parts, room=room - offset, bold=self.bold_values)
        if style == "leader":
            sheet.rule(end + 2, y + 2, x + room, y + 2, width=0.4, dashed=True)
        return y + leading * (len(lines) - 1 + self.pitch)

    def _stack(self, field: Field, style: str, x: float, y: float, room: float) -> float:
        sheet, leading = self.sheet, self.sheet.leading
        small = sheet.size * SMALL
        if style == "above":
            sheet.put(x, y, field.label, size=small, room=room, grey=self.grey)
            y += leading * 0.95
        for line in field.lines:
            sheet.put(x, y, line, room=room, bold=self.bold_values)
            y += leading
        if style == "below":
            sheet.rule(x, y - leading + 3, x + room * 0.9, y - leading + 3, width=0.4)
            sheet.put(x, y - 0.1 * leading, field.label, size=small, room=room, grey=self.grey)
            y += leading
        return y + leading * 0.2

    def _wide(self, label: str) -> float:
        return self.sheet.measure(label, bold=self.bold_labels)
