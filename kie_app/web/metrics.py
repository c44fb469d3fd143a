"""What the app counts of its work, for Prometheus: `Metrics` counts, `NoTelemetry` does not.

The server gets a `Metrics` in `app.py`; the command line and tests do without. Labels are few and
never hold what a person typed or a document says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from kie_app.errors import KieError
from kie_app.types import Document, Extraction

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

# Seconds: from one pass over a few slots to OCR of a long document.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
NO_DECODER = "none"  # OCR comes before any decoder


class Metrics:
    """`Telemetry` since the start of the process, in a registry of its own. Thread-safe."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "onepass_requests",
            "HTTP requests answered.",
            ["method", "status"],
            registry=registry,
        )
        self._documents = Counter(
            "onepass_documents",
            "Documents read, by where their text came from.",
            ["text_source"],
            registry=registry,
        )
        self._fields = Counter(
            "onepass_fields",
            "Fields answered, by whether a value was found.",
            ["decoder", "found"],
            registry=registry,
        )
        self._seconds = Histogram(
            "onepass_phase_seconds",
            "Seconds of OCR for a document, of prefill and of decoding for an extraction.",
            ["phase", "decoder"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._errors = Counter(
            "onepass_errors", "Errors told to a person, by kind.", ["kind"], registry=registry
        )
        self._ready = Gauge(
            "onepass_model_ready", "1 when the model is loaded, else 0.", registry=registry
        )

    def request(self, method: str, status: int) -> None:
        self._requests.labels(method, str(status)).inc()

    def document(self, document: Document) -> None:
        self._documents.labels(document.text_source).inc()
        if document.ocr_seconds:
            self._seconds.labels("ocr", NO_DECODER).observe(document.ocr_seconds)

    def extraction(self, extraction: Extraction) -> None:
        decoder, stats = extraction.decoder, extraction.stats
        for field in extraction.fields:
            self._fields.labels(decoder, "no" if field.value is None else "yes").inc()
        if not stats.cached:
            self._seconds.labels("prefill", decoder).observe(stats.prefill)
        self._seconds.labels("decode", decoder).observe(stats.decode)

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except KieError as error:
            self._errors.labels(type(error).__name__).inc()
            raise

    def watch_model(self, ready: Callable[[], bool]) -> None:
        self._ready.set_function(ready)

    def text(self) -> bytes:
        return generate_latest(self._registry)
