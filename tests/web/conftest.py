"""Two users' programs, asking the module's `app`."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.access import people
from tests.access.people import App


@pytest.fixture(scope="module")
def programs(app: App) -> Iterator[dict[str, httpx2.Client]]:
    with people.programs(app, "ada", "bob") as found:
        yield found


@pytest.fixture
def ada(programs: dict[str, httpx2.Client]) -> httpx2.Client:
    return programs["ada"]


@pytest.fixture
def bob(programs: dict[str, httpx2.Client]) -> httpx2.Client:
    return programs["bob"]
