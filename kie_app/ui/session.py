"""What belongs to one visitor, as one frozen value that Gradio keeps per session."""

from __future__ import annotations

from dataclasses import dataclass

from kie_app.types import Document, Extraction
from kie_app.ui.figures import Label


@dataclass(frozen=True)
class Session:
    """`token` opens this visitor's page images; `label` is known for samples alone."""

    token: str = ""
    document: Document | None = None
    label: Label | None = None
    extractions: tuple[Extraction, ...] = ()
