"""A library of its own for each test, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kie_app.config import Settings
from kie_app.library.library import Library
from tests.ui.kept import bare_library


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def library(settings: Settings) -> Iterator[Library]:
    library = bare_library(settings)
    yield library
    library.store.close()
