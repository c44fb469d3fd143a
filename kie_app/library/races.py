"""Races that were run on kept documents."""

from __future__ import annotations

from collections.abc import Sequence

from kie_app.decoding import PIP
from kie_app.engine.engine import Engine
from kie_app.race.history import races_with_documents
from kie_app.store import Store, StoredRace
from kie_app.types import Document, Extraction, Schema


class KeptRaces:
    """The races of all owners; StoreError for a document that the owner does not have."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine, self._store = engine, store

    def save(
        self, owner: str, document: str, schema: Schema, result: Sequence[Extraction]
    ) -> StoredRace:
        """Keep a race, and each decoder's answer as a prediction, those of `mask_parallel` last."""
        answers = sorted(result, key=lambda one: one.decoder == PIP)
        facts = self._engine.facts()
        return self._store.races.save(owner, document, schema, result, facts, answers)

    def of(self, owner: str) -> list[tuple[StoredRace, Document]]:
        """All races of the owner with what was read of their documents, newest first."""
        return races_with_documents(self._store, owner)
