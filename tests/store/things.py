"""What the tests of the store keep in it, and what they look at behind its back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from kie_app.store import Store
from kie_app.types import (
    Box,
    Candidate,
    Event,
    Extraction,
    Field,
    Key,
    Pass,
    Schema,
    Slot,
    Source,
    Stats,
)


@dataclass(frozen=True)
class Place:
    """Where a store is: the URL of its database, the folder of its files."""

    url: str
    files: str

    def kept(self) -> list[str]:
        """The names of all files in the folder, sorted."""
        return sorted(path.name for path in Path(self.files).iterdir())


SCHEMA = Schema("receipt", (Key("company"), Key("total", kind="amount")))
SOURCE = Source(0, Box(0.1, 0.2, 0.3, 0.4))


def extraction(total: str | None = "12.50", model: str = "tiny@1") -> Extraction:
    """A whole extraction of `SCHEMA`, whose total stands at `SOURCE`."""
    slot = Slot("12", 0.5, (Candidate("12", 0.5), Candidate("13", 0.25)))
    fields = (
        Field(SCHEMA.keys[0], None, 0.75, (), (), "slots"),
        Field(SCHEMA.keys[1], total, 0.5, (SOURCE,), (slot,), "pointer"),
    )
    stats = Stats((Pass("prefill", 0.0, 0.25, 400), Pass("fill", 0.25, 0.125, 15)), 0.25, 0.125)
    return Extraction(
        "mask_parallel", "digest", SCHEMA, fields, stats, (Event(0.25, 1, 0, "12"),), model
    )


def document(store: Store, owner: str = "anna", data: bytes = b"a receipt") -> str:
    """The id of the owner's document of this content."""
    return store.documents.add(owner, "receipt.png", data).id


def another(store: Store) -> str:
    """The id of a document of Anna's that nothing was said of yet."""
    return document(store, data=uuid4().bytes)
