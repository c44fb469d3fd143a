"""A tiny random model in place of the backbone, and documents to give to commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kie_app.model import loading
from tests.commands.calling import picture
from tests.conftest import make_backbone, make_document


@pytest.fixture(autouse=True)
def tiny_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load", lambda settings: make_backbone())


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.png"
    path.write_bytes(picture("OLD MILL BAKERY", "TOTAL 12.50"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for number in range(3):
        lines = make_document(number).lines
        rows.append(
            {
                "id": f"document {number}",
                "image": f"{number}.png",
                "lines": [{"text": line.text, "box": line.box} for line in lines],
                "entities": {"total": lines[0].text, "items": ["a"]},
            }
        )
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "labels.jsonl").write_text(text, "utf-8")
    return tmp_path
