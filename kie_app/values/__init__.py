"""A field's text as a value that can be computed with: dates, amounts, numbers, ids, clean text."""

from __future__ import annotations

from kie_app.values.characters import clean
from kie_app.values.dates import proven_order
from kie_app.values.reader import normalised
from kie_app.values.value import Normalised, plain

__all__ = ["Normalised", "clean", "normalised", "plain", "proven_order"]
