"""Synthetic training documents: made-up receipts, invoices, forms and orders with known values.

Real labelled sets ask a handful of keys, so a model can learn them by heart. These pages ask more
than a hundred, in wordings and layouts drawn anew for each seed: a value is found only by reading
its label. No page holds a real person or firm, so the labels may be passed on freely.
"""

from __future__ import annotations

from kie_app.datasets.synthetic.documents import SyntheticDocument, generate
from kie_app.datasets.synthetic.drawing import render
from kie_app.datasets.synthetic.lexicon import SYNONYMS

__all__ = ["SYNONYMS", "SyntheticDocument", "generate", "render"]
