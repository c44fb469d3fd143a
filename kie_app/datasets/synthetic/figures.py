"""Dates, amounts and codes, in the notation of one document."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from kie_app.datasets.synthetic.sheet import Part, Parts

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


class Figures:
    """One document's way to write numbers, of one country."""

    def __init__(self, rng: random.Random, country: dict[str, Any], code: str) -> None:
        self.rng = rng
        self.form: str = rng.choice(country["dates"])
        self.mark: str = rng.choice(country["money"])
        self.upper = rng.random() < 0.4
        self.day = date(2009, 1, 1) + timedelta(days=rng.randrange(6200))
        self.comma = code == "EU" and rng.random() < 0.75
        self.grouped = rng.random() < 0.7
        self.lakh = code == "IN" and rng.random() < 0.5

    def code(self, pattern: str) -> str:
        """# becomes a digit, % a digit other than 0, @ a letter."""
        draw = self.rng.random
        return "".join(
            str(int(draw() * 10))
            if char == "#"
            else str(1 + int(draw() * 9))
            if char == "%"
            else LETTERS[int(draw() * len(LETTERS))]
            if char == "@"
            else char
            for char in pattern
        )

    def write(self, day: date, form: str | None = None) -> str:
        month = MONTHS[day.month - 1]
        text = (form or self.form).format(
            d=day.day,
            dd=f"{day.day:02}",
            m=day.month,
            mm=f"{day.month:02}",
            mon=month[:3],
            month=month,
            yy=f"{day.year % 100:02}",
            yyyy=day.year,
        )
        return text.upper() if self.upper else text

    def near(self, before: int = 0, after: int = 0) -> date:
        """A day about the document's own."""
        return self.day + timedelta(days=self.rng.randint(-before, after))

    def time(self) -> str:
        hour, minute, second = (
            self.rng.randint(7, 22),
            self.rng.randrange(60),
            self.rng.randrange(60),
        )
        twelve, half = (hour - 1) % 12 + 1, "AM" if hour < 12 else "PM"
        return self.rng.choice(
            (
                f"{hour:02}:{minute:02}",
                f"{hour:02}:{minute:02}:{second:02}",
                f"{twelve}:{minute:02} {half}",
                f"{twelve:02}:{minute:02}:{second:02} {half}",
                f"{twelve}:{minute:02}{half}",
                f"{twelve}:{minute:02} {half.lower()}",
                f"{hour}.{minute:02}",
                f"{twelve}:{minute:02}{half[0].lower()}",
            )
        )

    def number(self, cents: int) -> str:
        """12.5 thousand as 12,500.00, 12.500,00, 12500.00 or with the groups of India."""
        whole, rest = divmod(abs(cents), 100)
        text = f"{whole:,}" if self.grouped else str(whole)
        if self.lakh and self.grouped and whole >= 100_000:
            head, tail = str(whole)[:-3], str(whole)[-3:]
            pairs = [head[max(at - 2, 0) : at] for at in range(len(head), 0, -2)][::-1]
            text = ",".join([*pairs, tail])
        sign = "-" if cents < 0 else ""
        if self.comma:
            return f"{sign}{text.replace(',', '.')},{rest:02}"
        return f"{sign}{text}.{rest:02}"

    def money(self, key: str | None, cents: int, mark: str | None = None) -> Parts:
        """An amount with the currency before or after; a currency apart is no part of the value."""
        sign, number = self.mark if mark is None else mark, self.number(cents)
        if sign.startswith(" "):
            if len(sign) == 2 and self.rng.random() < 0.3:
                return (Part(f"{number}{sign.strip()}", key),)
            return (Part(number, key), Part(sign.strip()))
        if sign.endswith(" "):
            return (Part(sign.strip()), Part(number, key))
        return (Part(f"{sign}{number}", key),)

    def spelled(self, cents: int) -> str:
        """The amount in words, for slips and cheques."""
        whole, rest = divmod(cents, 100)
        name = {"R": "Ringgit", "$": "Dollars", "£": "Pounds", "E": "Euros", "I": "Rupees"}
        unit = name.get(self.mark[:1], self.rng.choice(("Dollars", "Only", "Pounds")))
        tail = f" and {rest:02}/100" if rest else self.rng.choice(("", " only", " exactly"))
        text = f"{spell(whole)} {unit}{tail}"
        return text.upper() if self.rng.random() < 0.4 else text[0].upper() + text[1:]


def spell(number: int) -> str:
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{ONES[number // 100]} hundred" + (
            f" {spell(number % 100)}" if number % 100 else ""
        )
    head = f"{spell(number // 1000)} thousand"
    return head + (f" {spell(number % 1000)}" if number % 1000 else "")
