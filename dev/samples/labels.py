"""What a document says, in the form of one line of `labels.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev.samples.drawn_page import Run


@dataclass(frozen=True)
class Labels:
    """One sample: `runs` in pixels of a page `width` x `height`, none where a PDF has text."""

    id: str
    title: str
    template: str
    file: Path
    width: int
    height: int
    runs: tuple[Run, ...]
    entities: dict[str, str]

    def row(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "template": self.template,
            "pdf" if self.file.suffix == ".pdf" else "image": self.file.name,
            "width": self.width,
            "height": self.height,
        }
        if self.runs:
            row["lines"] = [{"text": run.text, "box": self._fractions(run)} for run in self.runs]
        return row | {"entities": self.entities}

    def _fractions(self, run: Run) -> list[float]:
        sizes = (self.width, self.height, self.width, self.height)
        return [
            round(min(max(edge / size, 0.0), 1.0), 4)
            for edge, size in zip(run.box, sizes, strict=True)
        ]
