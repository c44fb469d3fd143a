"""One decoder's answers to labelled documents, what each phase took, and what failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from kie_app import documents
from kie_app.config import Settings
from kie_app.datasets.labelled import Labelled
from kie_app.errors import line_of
from kie_app.evaluation.metrics import Answer, Judged
from kie_app.evaluation.places import placed
from kie_app.extraction import extract
from kie_app.model.backbone import Backbone
from kie_app.types import Document, Extraction, Schema

PHASES = ("ocr", "prefill", "decode", "total")
Lines = Literal["given", "ocr"]


@dataclass
class Arm:
    """What one decoder answered and how long each phase took, in seconds a document. `warm` once
    it had its untimed first run."""

    decoder: str
    judged: list[Judged] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PHASES})
    warm: bool = False

    def run(
        self, backbone: Backbone, schema: Schema, item: Labelled, document: Document, reading: float
    ) -> None:
        """Judge the answer for a document that took `reading` seconds to read."""
        if not self.warm:
            extract(backbone, document, schema, self.decoder, reuse=False)
            self.warm = True
        began = time.perf_counter()
        found = extract(backbone, document, schema, self.decoder, reuse=False)
        total = reading + time.perf_counter() - began
        self.judged.append(Judged(item.entities, _answers(item, found), _names(schema)))
        spent = (document.ocr_seconds, found.stats.prefill, found.stats.decode, total)
        for phase, seconds in zip(PHASES, spent, strict=True):
            self.seconds[phase].append(seconds)

    def miss(self, item: Labelled, schema: Schema) -> None:
        """Count all that the document's label holds of the schema's keys as missed."""
        self.judged.append(Judged(item.entities, {}, _names(schema)))


@dataclass(frozen=True)
class Failure:
    """A document that could not be read, or that one decoder could not answer."""

    document: str
    decoder: str | None
    error: str

    @classmethod
    def of(cls, item: Labelled, error: Exception, decoder: str | None = None) -> Failure:
        """Of an error that nobody foresaw, the log keeps the traceback."""
        return cls(item.id, decoder, line_of(error, item.id))

    def __str__(self) -> str:
        which = f"{self.document}, {self.decoder}" if self.decoder else self.document
        return f"{which}: {self.error}"


class Reader:
    """Labelled documents as the decoders get them: with the given lines, or read from the file."""

    def __init__(self, settings: Settings, lines: Lines, warn: Callable[[str], None]) -> None:
        self.settings, self.lines, self.warn = settings, lines, warn
        self._warned = self._warm = False

    def read(self, item: Labelled) -> tuple[Document, float]:
        """The document, and the seconds that reading it took (0 for given lines)."""
        if self.lines == "given" and item.lines:
            return item.document(), 0.0
        if self.lines == "given" and not self._warned:
            self.warn(f"{item.id} has no lines: such documents are read from their files.")
            self._warned = True
        if not self._warm:  # the models of text recognition are loaded by the first file
            documents.read(item.data(), item.name, self.settings)
            self._warm = True
        began = time.perf_counter()
        document = documents.read(item.data(), item.name, self.settings)
        return document, time.perf_counter() - began


def _names(schema: Schema) -> tuple[str, ...]:
    return tuple(key.name for key in schema.keys)


def _answers(item: Labelled, found: Extraction) -> dict[str, Answer]:
    return {
        one.key.name: Answer(
            one.value,
            bool(one.sources),
            one.confidence,
            placed(item, one.key.name, one.sources),
            one.sources,
        )
        for one in found.fields
    }
