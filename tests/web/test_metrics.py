"""What is counted: documents, fields, seconds by phase, errors by kind; and nothing by default."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kie_app.engine.telemetry import NOTHING, Telemetry
from kie_app.errors import DocumentError
from kie_app.types import Extraction, Field, Key, Schema, Stats
from kie_app.web.metrics import Metrics
from tests.conftest import make_document


def samples(counts: Telemetry) -> dict[tuple[str, ...], float]:
    """The numbers by name and labels, which are in the order of their names."""
    return parsed(counts.text().decode())


def parsed(text: str) -> dict[tuple[str, ...], float]:
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def extraction(cached: bool) -> Extraction:
    """One field found, one not; a quarter of a second of prefill, half a second of decoding."""
    keys = (Key("total"), Key("date"))
    fields = tuple(
        Field(key, value, 0.5, (), (), "slots")
        for key, value in zip(keys, ("1.00", None), strict=True)
    )
    stats = Stats((), 0.25, 0.5, cached)
    return Extraction("mask_parallel", "document", Schema("s", keys), fields, stats, (), "model")


def test_an_extraction_counts_its_fields_and_seconds() -> None:
    meter = Metrics()
    meter.extraction(extraction(cached=False))
    meter.extraction(extraction(cached=True))
    found = samples(meter)
    assert found["onepass_fields_total", "mask_parallel", "yes"] == 2
    assert found["onepass_fields_total", "mask_parallel", "no"] == 2
    assert found["onepass_phase_seconds_sum", "mask_parallel", "decode"] == 1.0
    assert found["onepass_phase_seconds_count", "mask_parallel", "prefill"] == 1
    assert found["onepass_phase_seconds_sum", "mask_parallel", "prefill"] == 0.25


def test_errors_count_by_kind_and_pass_on() -> None:
    meter = Metrics()
    for error in (DocumentError("a"), DocumentError("b"), ValueError("not told to a person")):
        with pytest.raises(type(error)), meter.errors():
            raise error
    with meter.errors():
        pass
    assert samples(meter)["onepass_errors_total", "DocumentError"] == 2
    assert "ValueError" not in meter.text().decode()


def test_two_meters_share_nothing() -> None:
    one, other = Metrics(), Metrics()
    one.request("GET", 200)
    assert samples(one)["onepass_requests_total", "GET", "200"] == 1
    assert ("onepass_requests_total", "GET", "200") not in samples(other)


def test_the_model_is_asked_at_every_look() -> None:
    meter, ready = Metrics(), [False]
    meter.watch_model(lambda: ready[0])
    assert samples(meter)["onepass_model_ready",] == 0
    ready[0] = True
    assert samples(meter)["onepass_model_ready",] == 1


def test_by_default_nothing_is_counted() -> None:
    NOTHING.request("GET", 200)
    NOTHING.document(make_document())
    NOTHING.extraction(extraction(cached=False))
    NOTHING.watch_model(lambda: True)
    with pytest.raises(DocumentError), NOTHING.errors():
        raise DocumentError("a")
    assert NOTHING.text() == b""
