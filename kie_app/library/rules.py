"""What the fields of one document must say of each other, and where they do not.

A rule that fails proves that some value is wrong, or that the document itself is: either is for a
person to look at. Fields that are absent or cannot be read by their kind prove nothing of sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from kie_app.schemas.naming import plain_name
from kie_app.types import Key
from kie_app.values import normalised, proven_order

Values = Mapping[Key, str | None]

# What is added to the subtotal where it is printed; a discount is printed with or without its sign.
ADDED = ("tax", "gst", "vat", "tip", "tips", "service charge", "shipping", "rounding")
CONTAINED = ("tax", "gst", "vat")  # of them, those that a subtotal may hold already
TAKEN = ("discount",)
READABLE = ("date", "amount", "number")
PERIODS = (("flight from", "flight to"), ("start date", "end date"), ("invoice date", "due date"))


def broken(values: Values) -> tuple[str, ...]:
    """One sentence for every rule that these values break."""
    return tuple(sentence for rule in RULES for sentence in rule(values))


def _legible(values: Values) -> Iterable[str]:
    """A date is a date, an amount is an amount."""
    for key, value in values.items():
        if value and key.kind in READABLE and normalised(value, key.kind) is None:
            article = "an" if key.kind == "amount" else "a"
            yield f"{key.name} {value!r} does not read as {article} {key.kind}"


def _sum(values: Values) -> Iterable[str]:
    """The total is the subtotal and what is added to it."""
    amounts = _amounts(values)
    total, subtotal = amounts.get("total"), amounts.get("subtotal", amounts.get("sub total"))
    if total is None or subtotal is None:
        return
    added = {name: amounts[name] for name in ADDED if name in amounts}
    taken = {name: -abs(amounts[name]) for name in TAKEN if name in amounts}
    parts = {"subtotal": subtotal, **added, **taken}
    # Print does not say whether a tax is contained in the subtotal: both sums are right.
    contained = sum((added.get(name, Decimal(0)) for name in CONTAINED), Decimal(0))
    if total not in (sum(parts.values()), sum(parts.values()) - contained):
        said = " + ".join(f"{name} {amount}" for name, amount in parts.items())
        yield f"total {total} is not {said}"


def _period(values: Values) -> Iterable[str]:
    """What begins does not end before."""
    order = proven_order(value for key, value in values.items() if value and key.kind == "date")
    dates: dict[str, date] = {}
    for key, value in values.items():
        read = normalised(value, "date", order) if value and key.kind == "date" else None
        if read and isinstance(read.value, date) and not read.doubt:
            dates[_name(key)] = read.value
    for first, last in PERIODS:
        if first in dates and last in dates and dates[last] < dates[first]:
            yield f"{last} {dates[last]} is before {first} {dates[first]}"


def _amounts(values: Values) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for key, value in values.items():
        read = normalised(value, "amount") if value else None
        if read and isinstance(read.value, Decimal):
            found[_name(key)] = read.value
    return found


def _name(key: Key) -> str:
    return plain_name(key.name).casefold()


RULES: tuple[Callable[[Values], Iterable[str]], ...] = (_legible, _sum, _period)
