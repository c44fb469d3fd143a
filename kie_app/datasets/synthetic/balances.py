"""Amounts of a bill, a payslip or a stay, which must agree with each other."""

from __future__ import annotations

from kie_app.datasets.synthetic.facts import Facts
from kie_app.datasets.synthetic.sheet import Part, Parts


def balance(facts: Facts, name: str, nights: int) -> dict[str, Parts]:
    """Each key's amount as printed; none for a section without sums."""
    rng, figures = facts.rng, facts.figures
    cents = rng.randint(1_500, rng.choice((30_000, 900_000)))
    if name == "slip":
        words = Part(figures.spelled(cents), "amount in words")
        return {"amount": figures.money("amount", cents), "amount in words": (words,)}
    amounts = {"bill": _bill, "pay": _pay}.get(name, _none)(facts, cents)
    if name == "stay":
        rate = rng.randint(3_000, 40_000)
        amounts = {"room rate": rate, "total": rate * max(nights, 1), "deposit": rate}
    return {key: figures.money(key, value) for key, value in amounts.items()}


def _none(facts: Facts, cents: int) -> dict[str, int]:
    return {}


def _bill(facts: Facts, cents: int) -> dict[str, int]:
    old, tax = facts.rng.randint(0, 20_000), round(cents * 0.06)
    paid = old if facts.rng.random() < 0.7 else old // 2
    return {
        "previous balance": old,
        "payment received": paid,
        "current charges": cents,
        "tax": tax,
        "total": old - paid + cents + tax,
    }


def _pay(facts: Facts, cents: int) -> dict[str, int]:
    gross = cents + 90_000
    tax, social = gross // 6, gross // 11
    return {
        "basic salary": gross * 9 // 10,
        "gross pay": gross,
        "income tax": tax,
        "social security": social,
        "net pay": gross - tax - social,
        "hourly rate": facts.rng.randint(800, 6000),
    }
