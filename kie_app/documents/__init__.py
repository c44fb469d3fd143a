"""A file's bytes become a `Document`; and a value is found on it."""

from __future__ import annotations

from kie_app.documents.grounding import locate
from kie_app.documents.loading import SUFFIXES, base_name, pages, read
from kie_app.documents.ocr import warm_up

__all__ = ["SUFFIXES", "base_name", "locate", "pages", "read", "warm_up"]
