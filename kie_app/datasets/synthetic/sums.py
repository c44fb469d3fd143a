"""The money of one document: what was bought and what that adds up to."""

from __future__ import annotations

from dataclasses import dataclass

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.fields import Field, Voice
from kie_app.datasets.synthetic.figures import Figures


@dataclass(frozen=True)
class Item:
    """One thing sold; prices in cents."""

    name: str
    quantity: int
    price: int

    @property
    def amount(self) -> int:
        return self.quantity * self.price


class Sums:
    """Items, and the lines below them in the order in which they are printed."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.rng = facts, facts.rng
        self.items: list[Item] = []
        self.lines: list[tuple[str | None, int]] = []
        self.total = 0
        self.rate = self.rng.choice(facts.country["rates"])

    def buy(self, count: int, dear: bool = False) -> None:
        """So many items; `dear` ones are bought by companies."""
        rng = self.rng
        for _ in range(count):
            price = (
                rng.randint(80, 3000)
                if not dear
                else rng.randint(150, rng.choice((9_000, 120_000)))
            )
            price -= price % rng.choice((1, 5, 10, 10))
            quantity = (
                rng.choice((1, 1, 1, 1, 2, 3))
                if not dear
                else rng.choice((1, 1, 2, 4, 5, 10, 24, 60))
            )
            service = dear and rng.random() < 0.2
            name = self.facts.parties.pick("goods", "services") if service else self.facts.goods()
            self.items.append(Item(name, quantity, max(price, 5)))

    def close(self, till: bool) -> None:
        """Adds up. A till may have a service charge, a tip and a rounding; companies ship."""
        rng, net = self.rng, sum(item.amount for item in self.items)
        self.lines.append(("subtotal", net))
        running = net
        if rng.random() < 0.2:
            off = net * rng.choice((5, 10, 15)) // 100
            self.lines.append(("discount", -off if rng.random() < 0.6 else off))
            running -= off
        if rng.random() < (0.15 if till else 0.3):
            more = running // 10 if till else rng.randint(400, 9000)
            self.lines.append(("service charge" if till else "shipping", more))
            running += more
        if rng.random() < 0.75:
            tax = round(running * self.rate / 10_000)
            self.lines.append(("tax", tax))
            running += tax
        if till and rng.random() < 0.12:
            tip = running * rng.choice((10, 15, 18)) // 100
            self.lines.append(("tip", tip))
            running += tip
        if till and rng.random() < 0.25:
            even = round(running / 5) * 5
            self.lines.append((None, even - running))
            running = even
        self.total = running
        if len(self.lines) == 1 and rng.random() < 0.6:
            self.lines.clear()
        self.lines.append(("total", running))
        if not till and rng.random() < 0.12:
            self.lines.insert(len(self.lines) - 1, ("deposit", running // 4))
            self.total = running - running // 4
            self.lines[-1] = ("total", self.total)

    def rows(self, voice: Voice) -> list[tuple[str | None, Field]]:
        """The lines below the items as fields; a line without a key is the rounding."""
        figures: Figures = self.facts.figures
        sign = self.rng.choice((figures.mark, figures.mark, ""))
        found: list[tuple[str | None, Field]] = []
        for key, cents in self.lines:
            mark = figures.mark if key == "total" else sign
            money = (figures.money(key, cents, mark),)
            if key is None:
                label = voice.other("payment", "rounding").label
            elif key == "tax" and self.rng.random() < 0.7:
                label = voice.cased(self.rng.choice(self.facts.country["tax"]))
            else:
                label = voice.label(key)
            found.append((key, Field(label, money)))
        return found
