"""The model and OCR in memory: what reads documents, asks them and lets decoders race."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import torch

from kie_app import documents, extraction
from kie_app.config import MEGABYTE, Settings
from kie_app.decoding import BASELINE, PIP
from kie_app.engine.facts import machine
from kie_app.engine.telemetry import NOTHING, Telemetry
from kie_app.engine.turn import Turn
from kie_app.errors import DocumentError, KieError
from kie_app.model import loading
from kie_app.model.backbone import Backbone
from kie_app.race.running import RaceFinished, RaceUpdate, run_race
from kie_app.schemas.checks import check_schema
from kie_app.types import Box, Document, Extraction, Key, Line, Page, Schema

KEPT_PAGES = 60  # page images that stay in memory, 6 to 12 MB each


class Engine:
    """What reads and answers. Heavy parts load at first use, once, whoever asks."""

    def __init__(self, settings: Settings, telemetry: Telemetry = NOTHING) -> None:
        self.settings = settings
        self.telemetry = telemetry
        self._loading = threading.Lock()
        self._backbone: Backbone | None = None
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._turn = Turn()  # at the model and OCR
        self._drawing = threading.Lock()  # page images of files that were read before
        self._keeping = threading.Lock()  # what is in memory; held for moments

    def backbone(self) -> Backbone:
        """The loaded backbone; BackboneError when none can be had."""
        with self._loading:
            if self._backbone is None:
                self._backbone = loading.load(self.settings)
            return self._backbone

    def ready(self) -> str | None:
        """None when the backbone is loaded or can be; else one line: what to do about it."""
        try:
            self.backbone()
        except KieError as error:
            return str(error)
        return None

    def warm_up(self) -> None:
        """Load everything and run it once, so that the first document is as fast as the next."""
        backbone = self.backbone()
        documents.warm_up(self.settings)
        line = Line("TOTAL 1.00", Box(0.1, 0.1, 0.4, 0.15))
        page = Page(0, 100, 100)
        schema = Schema("warm-up", (Key("total", kind="amount"),))
        warm = Document("warm-up", "warm-up", (page,), (line,), "given")
        for decoder in (PIP, BASELINE):
            extraction.extract(backbone, warm, schema, decoder, reuse=False)

    def read(self, data: bytes, name: str) -> Document:
        """A file as a document; the same bytes are read once. DocumentError when it cannot be."""
        digest = hashlib.sha256(data).hexdigest()
        document = self._remembered(digest)
        if document is not None:
            return document
        with self._turn, self.telemetry.errors():
            document = self._remembered(digest)  # read by whoever had the turn before, perhaps
            if document is None:
                document = documents.read(data, name, self.settings)
                self._keep(document)
                self.telemetry.document(document)
        return document

    def recall(self, data: bytes, content: Document) -> Document:
        """A file whose text was read before (`content`, without images), with its page images."""
        with self._drawing:
            document = self._remembered(content.id)
            if document is None:
                pages = documents.pages(data, content.name, self.settings)
                document = replace(content, pages=pages)
                self._keep(document)
        return replace(document, name=content.name)

    def _remembered(self, digest: str) -> Document | None:
        with self._keeping:
            if digest in self._documents:
                self._documents.move_to_end(digest)
            return self._documents.get(digest)

    def _keep(self, document: Document) -> None:
        with self._keeping:
            self._documents[document.id] = document
            while len(self._documents) > 1 and self._kept_pages() > KEPT_PAGES:
                self._documents.popitem(last=False)

    def _kept_pages(self) -> int:
        return sum(len(document.pages) for document in self._documents.values())

    def read_file(self, path: Path) -> Document:
        """`read` for a file on disk."""
        try:
            size = path.stat().st_size
            if size > self.settings.max_file_mb * MEGABYTE:
                raise DocumentError(
                    f"{path} has {size / MEGABYTE:.1f} MB, the limit is "
                    f"{self.settings.max_file_mb} MB: make it smaller, or raise "
                    "ONEPASS_MAX_FILE_MB."
                )
            data = path.read_bytes()
        except OSError as error:
            raise DocumentError(
                f"{path} cannot be read ({error.strerror}): give an existing, readable file."
            ) from error
        return self.read(data, path.name)

    def schema(self, name: str, keys: Sequence[Key]) -> Schema:
        """A checked schema; SchemaError when its keys cannot be asked."""
        schema = Schema(name, tuple(keys))
        check_schema(schema, self.settings)
        return schema

    def extract(self, document: Document, schema: Schema, decoder: str = PIP) -> Extraction:
        """Fill the schema's fields; a document that was asked before is not encoded again."""
        with self.telemetry.errors():
            check_schema(schema, self.settings)
            backbone = self.backbone()
            with self._turn:
                done = extraction.extract(backbone, document, schema, decoder)
        self.telemetry.extraction(done)
        return done

    def extract_stacked(
        self, documents: Sequence[Document], schema: Schema, decoder: str = PIP
    ) -> list[Extraction]:
        """`extract` of several documents in shared passes, each answered as if alone."""
        with self.telemetry.errors():
            check_schema(schema, self.settings)
            backbone = self.backbone()
            with self._turn:
                return extraction.extract_stacked(backbone, documents, schema, decoder)

    def race(
        self, document: Document, schema: Schema, decoders: Sequence[str]
    ) -> Iterator[RaceUpdate]:
        """Run decoders one after the other, each from nothing, and tell what they do as they do it.
        Whoever stops listening ends the arm at its next pass."""
        with self.telemetry.errors():
            check_schema(schema, self.settings)
            backbone = self.backbone()
            with closing(run_race(backbone, document, schema, decoders, self._turn)) as updates:
                for update in updates:
                    if isinstance(update, RaceFinished):
                        self.telemetry.extraction(update.extraction)
                    yield update

    def facts(self) -> dict[str, str]:
        """What a figure must say of the machine and the model it was measured on."""
        backbone = self.backbone()
        checkpoint = backbone.checkpoint
        return {
            "machine": machine(),
            "device": str(backbone.device),
            "dtype": str(backbone.dtype).removeprefix("torch."),
            "threads": str(torch.get_num_threads()),
            "backbone": backbone.name,
            "checkpoint": checkpoint.signature if checkpoint else "none (untrained)",
            "torch": torch.__version__,
        }
