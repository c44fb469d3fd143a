"""What belongs to one visitor, as one frozen value that Gradio keeps per session."""

from __future__ import annotations

from dataclasses import dataclass

from kie_app.race.figures import Label
from kie_app.types import Document, Extraction


@dataclass(frozen=True)
class Session:
    """`kept` is the open document's id in the library, which has its page images; `label` is known
    for samples alone; `extractions` are those of the race that the page shows."""

    kept: str = ""
    document: Document | None = None
    label: Label | None = None
    extractions: tuple[Extraction, ...] = ()
