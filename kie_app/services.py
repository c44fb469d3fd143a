"""Use cases: what the page, the command line and the API call."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import queue
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from kie_app import backbone as backbones
from kie_app import documents, extraction
from kie_app.backbone import Backbone
from kie_app.config import Settings
from kie_app.errors import BackboneError, DocumentError, KieError
from kie_app.samples import Sample, load_samples, load_templates
from kie_app.types import Box, Document, Event, Extraction, Key, Line, Page, Schema

KEPT_PAGES = 60  # page images that stay in memory, 6 to 12 MB each


@dataclass(frozen=True)
class RaceStarted:
    decoder: str


@dataclass(frozen=True)
class RaceEvent:
    decoder: str
    event: Event


@dataclass(frozen=True)
class RaceFinished:
    decoder: str
    extraction: Extraction


RaceUpdate = RaceStarted | RaceEvent | RaceFinished


class Services:
    """Everything behind the page. Heavy parts load at first use, once, whoever asks."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._loading = threading.Lock()
        self._backbone: Backbone | None = None
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._reading = threading.Lock()

    def samples(self) -> list[Sample]:
        return load_samples(self.settings.annotations_dir)

    def schemas(self) -> dict[str, Schema]:
        return load_templates(self.settings.annotations_dir / "templates")

    def backbone(self) -> Backbone:
        """The loaded backbone; BackboneError when none can be had."""
        with self._loading:
            if self._backbone is None:
                self._backbone = backbones.load(self.settings)
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
        for decoder in ("mask_parallel", "autoregressive"):
            extraction.extract(backbone, warm, schema, decoder, reuse=False)

    def read(self, data: bytes, name: str) -> Document:
        """A file as a document; the same bytes are read once. DocumentError when it cannot be."""
        digest = hashlib.sha256(data).hexdigest()
        with self._reading:
            document = self._documents.get(digest)
            if document is None:
                document = documents.read(data, name, self.settings)
                self._documents[digest] = document
                while len(self._documents) > 1 and self._kept_pages() > KEPT_PAGES:
                    self._documents.popitem(last=False)
            self._documents.move_to_end(digest)
        return document

    def _kept_pages(self) -> int:
        return sum(len(document.pages) for document in self._documents.values())

    def read_file(self, path: Path) -> Document:
        """`read` for a file on disk."""
        try:
            size = path.stat().st_size
            if size > self.settings.max_file_mb * 1_000_000:
                raise DocumentError(
                    f"{path} has {size / 1e6:.1f} MB, the limit is {self.settings.max_file_mb} MB: "
                    "make it smaller, or raise ONEPASS_MAX_FILE_MB."
                )
            data = path.read_bytes()
        except OSError as error:
            raise DocumentError(
                f"{path} cannot be read ({error.strerror}): give an existing, readable file."
            ) from error
        return self.read(data, path.name)

    def page_png(self, document_id: str, page: int) -> bytes:
        """A page's image as PNG; DocumentError when the document is no longer in memory."""
        document = self._documents.get(document_id)
        image = document.pages[page].image if document and page < len(document.pages) else None
        if image is None:
            raise DocumentError(
                f"Page {page + 1} of document {document_id[:12]!r} is not in memory: open it again."
            )
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def schema(self, name: str, keys: Sequence[Key]) -> Schema:
        """A checked schema; SchemaError when its keys cannot be asked."""
        schema = Schema(name, tuple(keys))
        extraction.check_schema(schema, self.settings)
        return schema

    def extract(
        self, document: Document, schema: Schema, decoder: str = "mask_parallel"
    ) -> Extraction:
        """Fill the schema's fields; a document that was asked before is not encoded again."""
        extraction.check_schema(schema, self.settings)
        return extraction.extract(self.backbone(), document, schema, decoder)

    def race(
        self, document: Document, schema: Schema, decoders: Sequence[str]
    ) -> Iterator[RaceUpdate]:
        """Run decoders one after the other, each from nothing, and tell what they do as they do it.

        Decoding runs in a thread of its own: drawing a token must not slow the next one.
        """
        extraction.check_schema(schema, self.settings)
        backbone = self.backbone()
        for decoder in map(extraction.decoder_named, decoders):
            yield RaceStarted(decoder)
            updates: queue.SimpleQueue[RaceUpdate | Exception] = queue.SimpleQueue()
            arms = (backbone, document, schema, decoder, updates)
            threading.Thread(target=_run_arm, args=arms, daemon=True).start()
            while isinstance(update := updates.get(), RaceEvent):
                yield update
            if isinstance(update, Exception):
                raise update
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
            "checkpoint": checkpoint.name if checkpoint else "none (untrained)",
            "torch": torch.__version__,
        }


def _run_arm(
    backbone: Backbone,
    document: Document,
    schema: Schema,
    decoder: str,
    updates: queue.SimpleQueue[RaceUpdate | Exception],
) -> None:
    """One arm of a race; whatever happens, the last thing put is its end."""
    try:
        done = extraction.extract(
            backbone,
            document,
            schema,
            decoder,
            lambda event: updates.put(RaceEvent(decoder, event)),
            reuse=False,
        )
        updates.put(RaceFinished(decoder, done))
    except Exception as error:  # handed to the waiting reader, who raises it
        updates.put(error)


def machine() -> str:
    """Processor and cores, as a caption says them."""
    name = platform.processor() or platform.machine()
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        name = next(
            line.split(":", 1)[1].strip()
            for line in cpuinfo.splitlines()
            if line.startswith("model name")
        )
    except (OSError, StopIteration):
        pass  # not Linux: the short name will do
    if torch.cuda.is_available():
        name += f", {torch.cuda.get_device_name()}"
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


__all__ = [
    "BackboneError",
    "RaceEvent",
    "RaceFinished",
    "RaceStarted",
    "RaceUpdate",
    "Services",
]
