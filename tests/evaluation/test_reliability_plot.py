"""The diagram holds every bin with answers, once a decoder, and needs no other file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kie_app.errors import DataError
from kie_app.evaluation import reliability_plot

NONE = {"count": 0, "confidence": 0.0, "right": 0.0}


def arm(*bins: tuple[int, float, float]) -> dict[str, Any]:
    some = [{"count": n, "confidence": sure, "right": right} for n, sure, right in bins]
    return {"calibration_error": 0.125, "reliability": [NONE, *some]}


RESULT = {
    "run": {"folder": "sroie", "lines": "given"},
    "documents": 7,
    "decoders": {
        "mask_parallel": arm((3, 0.25, 0.0), (12, 0.95, 0.75)),
        "verified": arm((15, 0.9, 1.0)),
    },
}


def test_every_decoder_has_its_bins_beside_the_diagonal() -> None:
    plot = reliability_plot.figure(RESULT)
    diagonal, first, second = plot.data
    assert diagonal.x == diagonal.y == (0, 1)
    assert (first.x, first.y) == ((0.25, 0.95), (0.0, 0.75))
    assert list(first.customdata) == [3, 12]
    assert "%{customdata} answers" in first.hovertemplate
    assert second.name == "verified, calibration error 0.125"
    assert plot.layout.title.text == "Reliability on sroie: 7 documents, given lines"
    assert plot.layout.xaxis.title.text == "confidence"
    assert plot.layout.yaxis.title.text == "share right (normalised match)"


def test_the_page_needs_no_other_file(tmp_path: Path) -> None:
    reliability_plot.write(tmp_path / "plot.html", RESULT)
    page = (tmp_path / "plot.html").read_text("utf-8")
    assert "as sure as right" in page
    assert "<script src=" not in page


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"--plot"):
        reliability_plot.write(tmp_path, RESULT)
