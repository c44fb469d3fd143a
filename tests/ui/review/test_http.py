"""Over HTTP, the board's functions act for whoever logged in, on that person's documents alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from kie_app.config import Settings
from tests.access.people import person, running, with_users
from tests.ui.kept import keep


def board_of(client: httpx2.Client) -> int:
    """The id of the board among the page's components."""
    components = client.get("/config").json()["components"]
    return next(one["id"] for one in components if one["props"].get("elem_id") == "review")


def ask(client: httpx2.Client, function: str, sent: dict[str, Any]) -> httpx2.Response:
    asked = {"component_id": board_of(client), "fn_name": function, "session_hash": "s"}
    return client.post("/gradio_api/component_server/", json={**asked, "data": sent})


def test_a_person_opens_and_corrects_their_own_documents_alone(tmp_path: Path) -> None:
    with_users(tmp_path, person("ada"), person("bob"))
    with running(Settings(login=True, data_dir=tmp_path)) as app:
        document = keep(app.store, "ada")
        said = {"document": document, "key": "total", "how": "absent", "token": "t"}
        with app.logged_in("bob") as bob:
            assert ask(bob, "review_open", {}).json()["parts"]["document"] == ""
            assert "error" in ask(bob, "review_open", {"document": document}).json()
            assert "error" in ask(bob, "review_correct", said).json()
            board = board_of(bob)
        with app.browser() as nobody:
            asked = {"component_id": board, "fn_name": "review_open", "session_hash": "s"}
            path = "/gradio_api/component_server/"
            assert nobody.post(path, json={**asked, "data": {}}).status_code == 401
        with app.logged_in("ada") as ada:
            parts = ask(ada, "review_open", {}).json()["parts"]
            assert parts["document"] == document
            seen = parts["fields"].partition('data-key="total"')[2].partition('data-seen="')[2]
            answer = ask(ada, "review_correct", {**said, "seen": seen.partition('"')[0]}).json()
            assert 'data-state="absent"' in answer["parts"]["fields"]
        assert len(app.store.answers.corrections_of("ada", document)) == 1
