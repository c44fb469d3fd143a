"""Orders for broadcast advertising: a block of facts, a flight of two dates, spots and sums."""

from __future__ import annotations

import re

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.fields import Field, Setter, Voice
from kie_app.datasets.synthetic.lexicon import words
from kie_app.datasets.synthetic.paper import fine_print, paper
from kie_app.datasets.synthetic.sheet import Part, Parts, Sheet
from kie_app.datasets.synthetic.spots import schedule

OFTEN: tuple[str, ...] = (
    "agency",
    "product",
    "estimate number",
    "station",
    "account executive",
    "media buyer",
)
OFTEN += ("market", "sales office", "order type", "revision", "billing cycle", "demographic")
OFTEN += ("alternative number", "payment terms")
NATURAL: tuple[str, ...] = (
    *OFTEN,
    "advertiser",
    "contract number",
    "flight from",
    "flight to",
    "gross amount",
)
NATURAL += ("agency commission", "net amount", "total spots", "due date", "customer number")
TITLES: tuple[str, ...] = (
    "CONTRACT",
    "ORDER",
    "Broadcast Order",
    "Sales Order",
    "CONTRACT AGREEMENT BETWEEN:",
)
TITLES += ("Political Order", "Order Confirmation", "Advertising Contract", "Station Order")
RANGES: tuple[str, ...] = (
    "Flight",
    "Flight Dates",
    "Contract Dates",
    "Flight Dates:",
    "Order Dates",
    "Schedule Dates",
)
RANGES += ("Flight Start/End", "Air Dates", "Run dates", "Start/End Date", "Hiatus / Flight")
STATIONS = ("W@@@-TV", "K@@@", "K@@@-FM", "W@@@", "W@@@-DT", "K@@@ - @@@")
DIGITS = re.compile(r"\d{1,4}[/.]\d{1,2}[/.]\d{2,4}")


def compose(facts: Facts) -> Sheet:
    """One order."""
    made = _Order(facts)
    made.draw()
    return made.sheet


class _Order:
    def __init__(self, facts: Facts) -> None:
        self.facts, self.rng = facts, facts.rng
        self.sheet = paper(facts, small=True)
        self.voice = Voice(facts)
        self.setter = Setter(self.sheet, self.voice)
        self.sheet.margin = min(self.sheet.margin, 42)
        self.first, self.last = facts.span()
        self.keys = [key for key in OFTEN if self.rng.random() < 0.45]
        self.station = facts.figures.code(self.rng.choice(STATIONS))

    def draw(self) -> None:
        rng, sheet = self.rng, self.sheet
        wide = sheet.right - sheet.left
        self.head()
        fields = self.fields()
        shape = rng.choice(("grid", "grid", "columns", "strip"))
        area = (sheet.left, sheet.y, wide)
        framed = rng.random() < 0.5
        if shape == "strip":
            style, columns = "above", rng.choice((3, 4, 5))
        else:
            style = self.voice.style if self.voice.style != "below" else "gap"
            columns = rng.choice((2, 3)) if shape == "grid" else 1
        sheet.y = self.setter.grid(fields, style, area, columns, framed and shape != "columns")
        sheet.down(1.0)
        count, gross = schedule(sheet, self.facts, self.first, self.last)
        self.sums(count, gross)
        for _ in range(rng.randint(0, 5)):
            if sheet.room > 2 * sheet.leading:
                sheet.put(
                    sheet.left, sheet.y, rng.choice(words("notices", "air")), size=sheet.size * 0.9
                )
                sheet.down()

        if rng.random() < 0.5:
            fine_print(sheet, self.facts, "air")

    def head(self) -> None:
        rng, sheet, voice, parties = self.rng, self.sheet, self.voice, self.facts.parties
        top, wide = sheet.y, sheet.right - sheet.left
        key = None if "station" in self.keys else "station"
        sheet.put(sheet.left, sheet.y, (Part(self.station, key),), size=sheet.size * 1.6, bold=True)
        sheet.down(1.4)
        for line in (*parties.address(2), parties.phone()):
            sheet.put(sheet.left, sheet.y, line, room=wide * 0.4)
            sheet.down()
        x = sheet.left + wide * rng.choice((0.55, 0.7))
        sheet.put(
            x, top, rng.choice(TITLES), size=sheet.size * 1.7, bold=True, room=sheet.right - x
        )
        side = [voice.other("papers", one) for one in ("page", "print") if rng.random() < 0.6]
        if side:
            after = self.setter.column(
                side, "inline", x, top + sheet.leading * 1.5, sheet.right - x
            )
            sheet.y = max(sheet.y, after)
        if rng.random() < 0.35:  # the agency's place, as in a window envelope
            sheet.hidden.add("agency")
            for line in (parties.agency(), *parties.address(2)):
                sheet.put(sheet.left, sheet.y, line, room=wide * 0.4)
                sheet.down()
        sheet.down(0.8)

    def flight(self) -> list[Field]:
        """As a range in one cell, tight or not, or as two fields."""
        rng, figures = self.rng, self.facts.figures
        start, end = figures.write(self.first), figures.write(self.last)
        if rng.random() < 0.4:
            return [self.voice.given("flight from", start), self.voice.given("flight to", end)]
        joint = rng.choice(("-", "-", "-", "to", "–", "thru", "/"))
        digits = bool(DIGITS.fullmatch(start) and DIGITS.fullmatch(end))
        tight = joint in "-–" and digits and rng.random() < 0.35
        parts: Parts = (
            Part(start, "flight from"),
            Part(joint, tight=tight),
            Part(end, "flight to", tight),
        )
        label = self.voice.cased(rng.choice(RANGES)).rstrip(":")
        return [Field(label, (parts,))]

    def fields(self) -> list[Field]:
        rng, voice = self.rng, self.voice
        number = voice.field("contract number")
        if "rev" not in number.label.lower() and rng.random() < 0.2:  # both in one cell
            code = number.lines[0][0]
            number = Field(
                f"{number.label} / Rev", ((code, Part("/"), Part(str(rng.randint(0, 4)))),)
            )
        rest = [
            voice.given(key, self.station) if key == "station" else voice.field(key)
            for key in self.keys
        ]
        rest += [voice.other("papers", one) for one in ("version", "copy") if rng.random() < 0.1]
        rng.shuffle(rest)
        most = [number, voice.field("advertiser"), *self.flight()]
        if rng.random() < 0.5:
            rest[:0] = most
            return rest
        for field in most:
            rest.insert(rng.randint(0, len(rest)), field)
        return rest

    def sums(self, count: int, gross: int) -> None:
        rng, sheet, voice, money = self.rng, self.sheet, self.voice, self.facts.figures.money
        fee = round(gross * 0.15)
        amounts = {"gross amount": gross, "agency commission": fee, "net amount": gross - fee}
        fields: list[Field] = []
        if rng.random() < 0.5:
            fields.append(voice.given("total spots", str(count)))
        for key, chance in (
            ("gross amount", 0.92),
            ("agency commission", 0.5),
            ("net amount", 0.6),
        ):
            if rng.random() < chance:
                mark = rng.choice(("$", "$", "$", "", "$ "))
                fields.append(voice.field(key, (money(key, amounts[key], mark),)))
        if not fields:
            return
        wide = sheet.right - sheet.left
        if rng.random() < 0.4:  # titles over figures
            sheet.y = self.setter.grid(fields, "above", (sheet.left, sheet.y, wide), len(fields))
        else:
            x = sheet.left + wide * rng.choice((0.0, 0.55))
            style = rng.choice(("right", "gap", "inline"))
            sheet.y = self.setter.column(fields, style, x, sheet.y, wide * 0.45)
        sheet.down(0.6)
