"""Kept sample documents with given predictions, for tests that must not wait for a model or OCR."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from kie_app.config import Settings
from kie_app.datasets.labelled import labelled
from kie_app.documents import locate
from kie_app.engine.engine import Engine
from kie_app.library.corrections import Edit, SentCorrection
from kie_app.library.library import Library
from kie_app.library.standing import Record
from kie_app.schemas.kinds import guess_kind
from kie_app.store import Store
from kie_app.types import Document, Extraction, Field, Key, Pass, Reading, Schema, Stats

SAMPLES = Settings().annotations_dir / "samples"


@dataclass(frozen=True)
class Guess:
    """What a made-up model says of a key; `others` are values that it weighed beside."""

    key: str
    value: str | None
    confidence: float
    others: tuple[str, ...] = ()


# The company is cut short, the address loses a line, and no tip is printed.
RECEIPT = (
    Guess("company", "PELITA JERNIH HARDWARE", 0.62, ("PELITA JERNIH HARDWARE SDN BHD",)),
    Guess("date", "24/02/2018", 0.97),
    Guess("address", "NO. 27, JALAN CEMPAKA 4/3,", 0.41),
    Guess("total", "75.75", 0.88, ("80.00", "4.25")),
    Guess("tip", None, 0.55),
)


def keep(
    store: Store,
    owner: str,
    guesses: tuple[Guess, ...] = RECEIPT,
    sample: str = "hardware_receipt",
    name: str = "",
    decoder: str = "mask_parallel",
) -> str:
    """The id of a new document of the owner, with its lines and a prediction."""
    given = next(one for one in labelled(SAMPLES) if one.id == sample)
    data = given.file.read_bytes() + uuid4().bytes  # after an image's end: another content alone
    kept = store.documents.add(owner, name or given.file.name, data)
    read = replace(given.document(), id=kept.digest, name=kept.name)
    store.documents.save_content(owner, kept.id, read)
    predict(store, owner, kept.id, read, guesses, decoder)
    return kept.id


def predict(
    store: Store,
    owner: str,
    document: str,
    read: Document,
    guesses: tuple[Guess, ...],
    decoder: str = "mask_parallel",
) -> None:
    """One more prediction of a kept document."""
    fields = tuple(_field(one, read) for one in guesses)
    schema = Schema("receipt", tuple(field.key for field in fields))
    stats = Stats((Pass("fill", 0.1, 0.1, 20),), 0.1, 0.1)
    said = Extraction(decoder, read.id, schema, fields, stats, (), "made up")
    store.answers.save_prediction(owner, document, said)


def bare_library(settings: Settings) -> Library:
    """A library whose model nobody loads."""
    return Library(Engine(settings), Store.of(settings))


def correct(
    library: Library,
    owner: str,
    document: str,
    key: str,
    state: str | None = None,
    value: str | None = None,
    **other: Any,
) -> Record:
    """What the owner says of a field, under a new token; "confirmed" takes the predicted value."""
    if state == "confirmed":
        value = library.one(owner, document).field(key).predicted
    edit = {"author": owner, "token": uuid4().hex, **other}
    return library.correct(owner, document, SentCorrection(key, value=value, state=state, **edit))


def undo(library: Library, owner: str, document: str, key: str, **other: Any) -> Record:
    """What was last said of a field taken back by the owner, under a new token."""
    edit = {"author": owner, "token": uuid4().hex, **other}
    return library.undo(owner, document, Edit(key, **edit))


def _field(guess: Guess, read: Document) -> Field:
    values = [one for one in (guess.value, *guess.others) if one]
    readings = tuple(
        Reading(value, guess.confidence / (place + 1), locate(value, read))
        for place, value in enumerate(values)
    )
    sources = locate(guess.value, read) if guess.value else ()
    key = Key(guess.key, kind=guess_kind(guess.key))
    return Field(key, guess.value, guess.confidence, sources, (), "pointer", readings)
