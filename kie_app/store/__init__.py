"""What lasts: documents with their files, answers, schemas, races and jobs, by owner."""

from __future__ import annotations

from kie_app.store.records import (
    Correction,
    CorrectionState,
    Counts,
    Job,
    Prediction,
    StoredDocument,
    StoredRace,
    StoredSchema,
)
from kie_app.store.store import Store

__all__ = [
    "Correction",
    "CorrectionState",
    "Counts",
    "Job",
    "Prediction",
    "Store",
    "StoredDocument",
    "StoredRace",
    "StoredSchema",
]
