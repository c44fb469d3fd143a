"""An owner's recorded races in figures, and which of them were measured on the same.

A speed-up is AR's time over the arm's: above 1 the arm is faster, below 1 AR is. Races are put
together only where everything that they were measured on is the same (`Facts`). No display.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kie_app.race.figures import KNOWN, Label, Run, baseline, run_of
from kie_app.store import Store, StoredRace
from kie_app.types import Document

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RecordedRace:
    """A race in figures; `name` is the document's, `keys` those that were asked."""

    id: str
    made: datetime
    name: str
    pages: int
    keys: tuple[str, ...]
    facts: Facts
    runs: tuple[Run, ...]

    @classmethod
    def of(cls, race: StoredRace, document: Document, label: Label | None = None) -> RecordedRace:
        """A stored race; `document` needs no page images."""
        base = baseline(race.result)
        return cls(
            race.id,
            race.made,
            document.name,
            len(document.pages),
            tuple(key.name for key in race.schema.keys),
            tuple(race.facts.items()),
            tuple(run_of(one, base, document.ocr_seconds, label) for one in race.result),
        )

    def run(self, decoder: str) -> Run | None:
        return next((one for one in self.runs if one.decoder == decoder), None)


def recorded_races(store: Store, owner: str) -> list[RecordedRace]:
    """The owner's races in figures, as `races_with_documents` has them. What a person
    verified since is the label, but for what is illegible: nobody knows its value."""
    labels = {
        document: {key: one.value or "" for key, one in fields.items() if one.state in KNOWN}
        for document, fields in store.answers.standing(owner).items()
    }
    return [
        RecordedRace.of(race, document, labels.get(race.document))
        for race, document in races_with_documents(store, owner)
    ]


def races_with_documents(store: Store, owner: str) -> list[tuple[StoredRace, Document]]:
    """All races of the owner, newest first, each with what was read of its document. A race on a
    document whose text was never kept has no time of OCR and no pages, and is left out."""
    kept = store.races.of(owner)
    read = {one: store.documents.content(owner, one) for one in {race.document for race in kept}}
    known = ((race, read[race.document]) for race in kept)
    return [(race, document) for race, document in known if document is not None]


def by_facts(races: Iterable[RecordedRace]) -> dict[Facts, list[RecordedRace]]:
    """The races that were measured on the same, in the order in which they come."""
    groups: dict[Facts, list[RecordedRace]] = {}
    for race in races:
        groups.setdefault(race.facts, []).append(race)
    return groups
