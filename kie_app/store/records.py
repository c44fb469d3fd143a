"""What the store gives back: frozen values, never rows. Times are in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kie_app.types import Document, Extraction, Line, Page, Schema, Source, State

CorrectionState = Literal["confirmed", "corrected", "absent", "illegible"]
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class StoredDocument:
    """A file that someone owns. `id` is random; `digest` is the SHA-256 of the bytes, which others
    may own too; `size` counts them; `name` is what the owner called it, any text at all."""

    id: str
    owner: str
    name: str
    digest: str
    size: int
    added: datetime


@dataclass(frozen=True)
class Sheet:
    """A `Page` without its image."""

    number: int
    width: int
    height: int


@dataclass(frozen=True)
class Content:
    """What was read of a document, without what its bytes say (images) and its row (id, name)."""

    pages: tuple[Sheet, ...]
    lines: tuple[Line, ...]
    text_source: str
    ocr_seconds: float

    @classmethod
    def of(cls, document: Document) -> Content:
        sheets = tuple(Sheet(page.number, page.width, page.height) for page in document.pages)
        return cls(sheets, document.lines, document.text_source, document.ocr_seconds)

    def document(self, digest: str, name: str) -> Document:
        """The document again, its pages without images."""
        pages = tuple(Page(sheet.number, sheet.width, sheet.height) for sheet in self.pages)
        return Document(digest, name, pages, self.lines, self.text_source, self.ocr_seconds)


@dataclass(frozen=True)
class StoredSchema:
    """A schema that its owner named."""

    id: str
    owner: str
    schema: Schema
    changed: datetime


@dataclass(frozen=True)
class Prediction:
    """What a model said of a document; schema, decoder and model stand in the extraction."""

    id: int
    document: str
    extraction: Extraction
    made: datetime


@dataclass(frozen=True)
class Correction:
    """What a person said of one field of a document, after everything with a smaller `id`.

    `prediction` is what the person saw, `undoes` the correction that this one takes back. The state
    "predicted" is that of a field whose corrections were all taken back.
    """

    id: int
    document: str
    prediction: int | None
    key: str
    state: State
    value: str | None
    sources: tuple[Source, ...]
    author: str
    made: datetime
    undoes: int | None


@dataclass(frozen=True)
class StoredRace:
    """A race that was run: what each decoder returned, and what its figures were measured on."""

    id: str
    owner: str
    document: str
    schema: Schema
    result: tuple[Extraction, ...]
    facts: Mapping[str, str]
    made: datetime


@dataclass(frozen=True)
class Job:
    """Work in the background: `done` of `total` steps. While a worker holds it, until `lease`, it
    is "running"; a job whose lease has passed may be claimed by another. `error` is one line."""

    id: str
    owner: str
    kind: str
    state: JobState
    done: int
    total: int
    detail: Mapping[str, Any]
    error: str
    made: datetime
    changed: datetime
    lease: datetime | None


@dataclass(frozen=True)
class NewUser:
    """Whom to enter: a name that nobody else has, a role, and the hash of a password."""

    name: str
    role: str
    hash: str = field(repr=False)


@dataclass(frozen=True)
class StoredUser:
    """Somebody who logs in with a password; `changed` is when they were entered."""

    name: str
    role: str
    hash: str = field(repr=False)
    changed: datetime


@dataclass(frozen=True)
class Counts:
    """How much the whole store holds, of all owners together; `bytes` are those of the files."""

    owners: int
    documents: int
    files: int
    bytes: int
    predictions: int
    corrections: int
    races: int
