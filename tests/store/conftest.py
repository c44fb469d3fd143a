"""A place for a store on SQLite. `tests/integration` gives the same tests one on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kie_app.store import Store
from tests.store.things import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path / 'onepass.db'}", str(tmp_path / "files"))


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    store = Store.open(place.url, place.files)
    yield store
    store.close()
