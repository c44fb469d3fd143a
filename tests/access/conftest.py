"""One app with users for all tests that leave its users as they are; cheap hashes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kie_app.access import passwords
from kie_app.config import Settings
from tests.access.people import CHEAP, App, person, running, with_users


@pytest.fixture(scope="session", autouse=True)
def cheap() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", CHEAP)
        passwords.nobodys.cache_clear()
        yield
    passwords.nobodys.cache_clear()


@pytest.fixture(scope="session")
def app(cheap: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """ada is an admin, bob a user."""
    folder = with_users(tmp_path_factory.mktemp("app"), person("ada", "admin"), person("bob"))
    with running(Settings(login=True, data_dir=folder)) as app:
        yield app
