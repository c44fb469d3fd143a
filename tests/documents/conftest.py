"""Limits as shipped; one thread, so that the tests run alike everywhere."""

from __future__ import annotations

import pytest

from kie_app.config import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(
        threads=1, max_file_mb=25, max_pages=40, max_pixels=80_000_000, device="", dtype=""
    )
