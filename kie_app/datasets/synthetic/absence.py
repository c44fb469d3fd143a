"""Which keys a document may be said to lack: none that something else on it answers as well."""

from __future__ import annotations

from collections.abc import Iterable

PLACE = frozenset({"address", "town", "state", "postcode", "country"})
RIVALS = (  # one of these printed, a person may take it for any other
    frozenset({"name", "first name", "last name", "middle name"}),
    frozenset({"telephone", "mobile"}),
    frozenset({"sender", "account holder"}),
    frozenset({"beneficiary account", "iban"}),
    frozenset({"reference", "transaction reference", "registration number"}),
    frozenset({"payment method", "card number"}),
    frozenset({"shipping method", "carrier"}),
    frozenset({"requested by", "contact person"}),
    PLACE,
)


def absent(natural: Iterable[str], printed: Iterable[str | None]) -> tuple[str, ...]:
    """The natural keys that are neither printed nor rivalled by what is."""
    there = {key for key in printed if key}
    if any("address" in key for key in there):
        there |= PLACE
    for rivals in RIVALS:
        if there & rivals:
            there |= rivals
    return tuple(key for key in dict.fromkeys(natural) if key not in there)
