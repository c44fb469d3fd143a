"""The library's use cases on a real PostgreSQL: the tests that it has on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from kie_app.config import Settings
from kie_app.library.library import Library
from tests.library import (
    test_corrections,
    test_library,
    test_library_at_once,
    test_queue,
    test_races,
    test_schemas,
    test_standing,
)
from tests.library.conftest import engine, library, model, picture
from tests.store.things import Place

__all__ = ["engine", "library", "model"]  # fixtures

MODULES = (
    test_corrections,
    test_library,
    test_library_at_once,
    test_queue,
    test_races,
    test_schemas,
    test_standing,
)
_TESTS = [
    (name, test)
    for module in MODULES
    for name, test in vars(module).items()
    if name.startswith("test_")
]
globals().update(_TESTS)


@pytest.fixture
def settings(model: Path, tmp_path: Path, place: Place) -> Settings:
    """As on SQLite, but for the database."""
    where = {"data_dir": tmp_path, "database": place.url, "files": place.files}
    return Settings(backbone=str(model), models_dir=model, dtype="float32", **where)


def test_no_test_hides_another() -> None:
    names = [name for name, _ in _TESTS]
    assert len(names) == len(set(names)) > 20


def test_nothing_is_written_beside_the_server(library: Library, tmp_path: Path) -> None:
    library.add("ann", "a.png", picture())
    assert [path.name for path in tmp_path.iterdir()] == ["files"]
