"""What the engine and the server report of their work; a null object where nobody counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from kie_app.types import Document, Extraction


class Telemetry(Protocol):
    """What the engine and the server report to."""

    def request(self, method: str, status: int) -> None:
        """An HTTP request was answered."""

    def document(self, document: Document) -> None:
        """A file was read for the first time."""

    def extraction(self, extraction: Extraction) -> None:
        """A decoder filled a schema's fields."""

    def errors(self) -> AbstractContextManager[None]:
        """Count a KieError that passes through."""

    def watch_model(self, ready: Callable[[], bool]) -> None:
        """Ask this at every look whether the model is there."""

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""


class NoTelemetry:
    """Counts nothing."""

    def request(self, method: str, status: int) -> None: ...

    def document(self, document: Document) -> None: ...

    def extraction(self, extraction: Extraction) -> None: ...

    def errors(self) -> AbstractContextManager[None]:
        return nullcontext()

    def watch_model(self, ready: Callable[[], bool]) -> None: ...

    def text(self) -> bytes:
        return b""


NOTHING = NoTelemetry()
