"""A value that was read from text, and its one normal form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Normalised:
    """A value that was read from text. `currency` is an ISO 4217 code, None where unknown or not
    an amount; `doubt` says what a rule decided that print leaves open, "" where nothing was."""

    value: str | date | Decimal
    currency: str | None = None
    doubt: str = ""

    @property
    def text(self) -> str:
        """The one normal form; reading it again gives the same value, and no doubt."""
        return f"{plain(self.value)} {self.currency}" if self.currency else plain(self.value)


def plain(value: str | date | Decimal) -> str:
    """A value as text without loss: dates in ISO 8601, numbers with a dot and no exponent."""
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value
