"""Till receipts and restaurant bills: a narrow strip, cut below its last line."""

from __future__ import annotations

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.fields import Field
from kie_app.datasets.synthetic.figures import DAYS
from kie_app.datasets.synthetic.goods import strip
from kie_app.datasets.synthetic.lexicon import words
from kie_app.datasets.synthetic.sheet import Part, Parts, Sheet
from kie_app.datasets.synthetic.sums import Sums
from kie_app.datasets.synthetic.till import Till

# What a receipt may lack. Not here: whatever an unasked field would answer as well.
NATURAL: tuple[str, ...] = (
    "address",
    "telephone",
    "website",
    "email",
    "date",
    "time",
    "subtotal",
    "tax",
    "discount",
)
NATURAL += ("service charge", "tip", "payment method", "card number", "approval code", "terminal")
NATURAL += ("member number", "store number", "order number", "guests", "points")
META = ("terminal", "store number", "order number", "guests", "member number")
CARD = ("card number", "approval code", "payment method", "points")


def compose(facts: Facts) -> Sheet:
    """One receipt."""
    return _Receipt(facts).composed()


class _Receipt(Till):
    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.sums = Sums(facts)

    def composed(self) -> Sheet:
        rng = self.rng
        if rng.random() < 0.15:
            self.line(rng.choice(words("notices", "shop")))
        last = rng.random() < 0.08  # the shop at the foot
        if not last:
            self.head()
        if rng.random() < 0.5:
            title = rng.choice(("TAX INVOICE", "RECEIPT", "CASH BILL", "INVOICE", "Sales Receipt"))
            self.line(title, bold=True)
        late = rng.random() < 0.2
        if not late:
            self.meta()
        self.divide()
        self.items()
        self.divide()
        self.totals()
        self.payment()
        if late:
            self.divide()
            self.meta()
        if last:
            self.head()
        self.sheet.down(0.5)
        for _ in range(rng.randint(0, 5)):
            for text in self.sheet.wrap(rng.choice(words("notices", "shop")), self.wide):
                self.line(text)
        self.sheet.cut()
        return self.sheet

    def meta(self) -> None:
        """Who, when, where: with labels or, as often for date and time, without."""
        rng, voice, figures = self.rng, self.voice, self.facts.figures
        fields = [
            voice.other("receipt", name)
            for name in ("receipt number", "cashier")
            if rng.random() < 0.65
        ]
        if rng.random() < 0.25:
            fields.append(voice.other("receipt", "table"))
        fields += [voice.field(key) for key in META if rng.random() < 0.2]
        day = figures.write(figures.day)
        now = Part(figures.time(), "time")
        when: Parts = (Part(day, "date"),)
        if rng.random() < 0.1:
            when = (Part(rng.choice(DAYS[figures.day.weekday() :])), *when)
        draw = rng.random()
        bare = draw < 0.3
        if draw < 0.45:
            when = (*when, now)
        if bare:
            self.sheet.put(self.sheet.left, self.sheet.y, when, room=self.wide)
            if rng.random() < 0.5 and fields:
                field = fields.pop()
                parts = (Part(voice.marked(field.label)), *field.lines[0])
                self.sheet.put(
                    self.sheet.right, self.sheet.y, parts, align=1.0, room=self.wide * 0.45
                )
            self.sheet.down()
        else:
            fields.insert(rng.randint(0, len(fields)), voice.field("date", (when,)))
            if 0.45 < draw < 0.9:
                fields.insert(rng.randint(0, len(fields)), voice.field("time", ((now,),)))
        columns = 2 if len(fields) > 2 and rng.random() < 0.4 else 1
        area = (self.sheet.left, self.sheet.y, self.wide)
        style = "inline" if columns == 2 and rng.random() < 0.6 else voice.flat()
        self.sheet.y = self.setter.grid(fields, style, area, columns)

    def items(self) -> None:
        strip(self.sheet, self.facts, self.sums)

    def totals(self) -> None:
        rng, voice = self.rng, self.voice
        self.sums.close(till=True)
        rows = self.sums.rows(voice)
        style = rng.choice(("right", "right", "right", "gap", "inline"))
        left = self.sheet.left + self.wide * rng.choice((0.0, 0.0, 0.25, 0.4))
        for key, field in rows:
            big = key == "total" and rng.random() < 0.3
            size, self.sheet.size = self.sheet.size, self.sheet.size * (1.25 if big else 1)
            room = self.sheet.right - left
            offset = self.setter.offset([field], room) if style == "gap" else room * 0.6
            self.sheet.y = self.setter.set(field, style, left, self.sheet.y, room, offset)
            self.sheet.size = size

    def payment(self) -> None:
        rng, voice, sums = self.rng, self.voice, self.sums
        money = self.facts.figures.money
        fields: list[Field] = []
        if rng.random() < 0.6:
            self.sheet.hidden.add("payment method")
            paid = -(-sums.total // 500) * 500
            cash, change = voice.other("payment", "cash"), voice.other("payment", "change")
            fields += [Field(cash.label, (money(None, paid),))]
            fields += [Field(change.label, (money(None, paid - sums.total),))]
        else:
            fields += [voice.field(key) for key in CARD if rng.random() < 0.5]
        if rng.random() < 0.35:
            fields.append(voice.other("payment", "items"))
        rng.shuffle(fields)
        style = rng.choice(("right", "inline", voice.flat()))
        area = self.sheet.left, self.sheet.y, self.wide
        self.sheet.y = self.setter.column(fields, style, *area)
