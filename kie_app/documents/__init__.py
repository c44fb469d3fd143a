"""A file's bytes become a `Document`; a value is found on it; labelled folders are read."""

from __future__ import annotations

from kie_app.documents.grounding import locate
from kie_app.documents.labelled import Labelled, labelled
from kie_app.documents.loading import SUFFIXES, base_name, pages, read
from kie_app.documents.ocr import warm_up

__all__ = ["SUFFIXES", "Labelled", "base_name", "labelled", "locate", "pages", "read", "warm_up"]
