"""Which kept documents to look at first."""

from __future__ import annotations

from collections.abc import Sequence

from kie_app.library.standing import Record

ORDERS = ("least certain", "decoders disagree", "failed rule", "newest")


def queue(records: Sequence[Record], order: str) -> list[Record]:
    """Documents with open fields, the one to look at first in front. Orders other than "newest" and
    "least certain" hold only documents that they concern."""
    waiting = [one for one in records if one.fields and not one.done]
    if order == "decoders disagree":
        return sorted((one for one in waiting if one.disputed), key=lambda one: -one.disputed)
    if order == "failed rule":
        return sorted((one for one in waiting if one.broken), key=lambda one: -len(one.broken))
    if order == "least certain":
        return sorted(waiting, key=lambda one: one.least)
    return waiting
