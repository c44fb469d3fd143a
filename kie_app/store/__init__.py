"""What lasts: documents with their files, answers, schemas, races and jobs, by owner; and users."""

from __future__ import annotations

from kie_app.store.records import (
    Correction,
    CorrectionState,
    Counts,
    Job,
    NewUser,
    Prediction,
    StoredDocument,
    StoredRace,
    StoredSchema,
    StoredUser,
)
from kie_app.store.store import Store
from kie_app.store.users import Users

__all__ = [
    "Correction",
    "CorrectionState",
    "Counts",
    "Job",
    "NewUser",
    "Prediction",
    "Store",
    "StoredDocument",
    "StoredRace",
    "StoredSchema",
    "StoredUser",
    "Users",
]
