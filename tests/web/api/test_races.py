"""Recorded races, listed for their owner as the page's cards."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest

from kie_app.config import Settings
from kie_app.race import card as race_card
from kie_app.schemas.kinds import schema_of
from tests.access.people import App, person, running, with_users
from tests.ui import recorded
from tests.ui.kept import keep
from tests.web.api.asking import ask


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada"), person("bob"))
    with running(Settings(login=True, data_dir=folder / "data")) as app:
        yield app


def test_races_are_listed_as_their_cards_to_their_owner(
    app: App, ada: httpx2.Client, bob: httpx2.Client
) -> None:
    kept = keep(app.store, "ada", sample="cafe_receipt")
    store, result = app.store, recorded.extractions()
    race = store.races.save("ada", kept, schema_of("r", ["total"]), result, {"machine": "mine"})
    read = store.documents.content("ada", kept)
    assert read is not None
    [found] = ask(ada, "GET", "races")
    assert found["document"].pop("id") == kept
    assert found == json.loads(json.dumps(race_card.card(race, read, values=True)))
    assert ask(bob, "GET", "races") == []
