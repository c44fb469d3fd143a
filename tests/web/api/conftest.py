"""A document that nothing else is like."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.pdfs import PdfPage, pdf


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    """By name or content."""
    path = tmp_path / f"{tmp_path.name}.pdf"
    lines = ("INVOICE NO 17", "DATE 03/04/2018", "TAX", path.name)
    page = PdfPage([(50.0, 500.0 - 20 * row, line) for row, line in enumerate(lines)])
    path.write_bytes(pdf([page]))
    return path
