"""Labelled folders for tests."""

from __future__ import annotations

import json
from pathlib import Path

from kie_app.text import words_of
from tests.conftest import make_document


def labelled_folder(folder: Path, count: int = 12) -> Path:
    """Documents whose first words are the company and whose last word is the total."""
    folder.mkdir(parents=True)
    rows = []
    for seed in range(count):
        document = make_document(seed, 5)
        words = [word.text for word in words_of(document.lines)]
        rows.append(
            {
                "id": str(seed),
                "image": f"{seed}.png",
                "width": 600,
                "height": 900,
                "lines": [{"text": line.text, "box": list(line.box)} for line in document.lines],
                "entities": {"company": " ".join([*words[:2], f"{seed}"]), "total": words[-1]},
            }
        )
    (folder / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder
