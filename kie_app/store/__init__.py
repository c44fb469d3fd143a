"""What lasts: documents with their files, answers, schemas, races and jobs, by owner."""

from __future__ import annotations

from kie_app.store.records import (
    Correction,
    Counts,
    Job,
    Prediction,
    Said,
    StoredDocument,
    StoredRace,
    StoredSchema,
)
from kie_app.store.store import Store

__all__ = [
    "Correction",
    "Counts",
    "Job",
    "Prediction",
    "Said",
    "Store",
    "StoredDocument",
    "StoredRace",
    "StoredSchema",
]
