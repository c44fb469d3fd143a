"""Two users of the module's `app`, by `gradio_client`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gradio_client import Client

from tests.access import people
from tests.access.people import App


@pytest.fixture(scope="module")
def clients(app: App) -> Iterator[dict[str, Client]]:
    with people.clients(app, "ada", "bob") as found:
        yield found


@pytest.fixture
def ada(clients: dict[str, Client]) -> Client:
    return clients["ada"]


@pytest.fixture
def bob(clients: dict[str, Client]) -> Client:
    return clients["bob"]
