"""What is listed as wrong is what the score counts as such."""

from __future__ import annotations

import json
from pathlib import Path

from kie_app.evaluation.metrics import Answer, Judged, count
from kie_app.evaluation.mistakes import Mistake, mistakes, write
from kie_app.types import Box, Source

KEYS = ("company", "date", "total", "tip", "items", "cashier")
SOURCE = Source(1, Box(0.1, 0.2, 0.3, 0.4))
JUDGED = Judged(
    {"company": "ACME", "date": "1/2/2018", "total": "3.90", "items": ["A", "B"], "cashier": "BO"},
    {
        "company": Answer(" ACME ", True, 0.9),
        "date": Answer(None, False, 0.7),
        "total": Answer("RM 3.90", True, 0.8, True, (SOURCE,)),
        "tip": Answer("4", True, 0.3),
        "items": Answer("A", True, 0.3),
    },
)


def test_each_wrong_field_is_listed_with_what_was_said_and_where() -> None:
    found = list(mistakes("a", "verified", JUDGED, KEYS))
    assert found == [
        Mistake("a", "verified", "date", "1/2/2018", None, False, 0.7, ()),
        Mistake("a", "verified", "total", "3.90", "RM 3.90", True, 0.8, (SOURCE,)),
        Mistake("a", "verified", "tip", None, "4", False, 0.3, ()),
        Mistake("a", "verified", "cashier", "BO", None, False, 0.0, ()),
    ]
    counts = {key: count(JUDGED, key) for key in KEYS}
    assert {one.key for one in found} == {
        key for key, one in counts.items() if one.wrong or one.missed
    }


def test_a_line_is_a_json_object(tmp_path: Path) -> None:
    path = tmp_path / "wrong.jsonl"
    write(path, mistakes("a", "verified", JUDGED, ("total", "tip")))
    total, tip = map(json.loads, path.read_text("utf-8").splitlines())
    assert total == {
        "document": "a",
        "decoder": "verified",
        "key": "total",
        "label": "3.90",
        "answer": "RM 3.90",
        "near": True,
        "confidence": 0.8,
        "sources": [[1, [0.1, 0.2, 0.3, 0.4]]],
    }
    assert tip["label"] is None
