"""Keys under a name: saved, listed and removed for their owner alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from kie_app.config import Settings
from tests.access.people import App, person, running, with_users
from tests.web.api.asking import ask, told


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with_users(folder / "data", person("ada", "admin"), person("bob"))
    with running(Settings(login=True, data_dir=folder / "data")) as app:
        yield app


def own(program: httpx2.Client) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in ask(program, "GET", "schemas") if one["own"]}


def test_saved_schemas_are_their_owners_alone(ada: httpx2.Client, bob: httpx2.Client) -> None:
    details = [{"name": "plate", "description": "of the car", "kind": "id"}, {"name": "note"}]
    saved = ask(ada, "PUT", "schemas/ my   garage ", json={"keys": details})
    assert saved == {
        "name": "my garage",
        "own": True,
        "keys": [details[0], {"name": "note", "description": "", "kind": "text"}],
    }
    assert own(ada)["my garage"] == saved

    copied = ask(ada, "PUT", "schemas/copy", json={"keys": saved["keys"]})
    assert copied["keys"] == saved["keys"]
    ask(ada, "PUT", "schemas/copy", json={"keys": "date, total"})
    assert [key["kind"] for key in own(ada)["copy"]["keys"]] == ["date", "amount"]

    assert own(bob) == {}
    templates = [one for one in ask(ada, "GET", "schemas") if not one["own"]]
    assert templates == ask(bob, "GET", "schemas")
    status, why = told(bob, "DELETE", "schemas/my garage")
    assert (status, "You saved no keys" in why) == (422, True)
    assert ask(ada, "DELETE", "schemas/copy") == "copy"
    assert own(ada).keys() == {"my garage"}


@pytest.mark.parametrize("name", ["a/b", "100 %", "\u00e4rger?", "..", "#1"])
def test_any_name_can_be_saved_and_removed(ada: httpx2.Client, name: str) -> None:
    path = "schemas/" + "".join(f"%{byte:02x}" for byte in name.encode())
    assert ask(ada, "PUT", path, json={"keys": "total"})["name"] == name
    assert name in own(ada)
    assert ask(ada, "DELETE", path) == name
    assert name not in own(ada)


@pytest.mark.parametrize(
    ("name", "keys", "why"),
    [
        (" ", "a", "type one"),
        ("", "a", "type one"),
        ("receipt", "a", "is a template of the app"),
        ("x", " , ", "No keys are given"),
        ("x", "a, A", "given twice"),
        ("x", 7, "keys is 7; list at least one"),
        ("x", ["a"], "key 1 is 'a'; write it as a mapping"),
        ("x", [{"name": "a", "kind": "b"}], "the kind 'b'"),
        ("x", [{"name": "a", "slot": 1}], "the field 'slot'"),
    ],
)
def test_keys_that_cannot_be_saved_are_told_in_a_line(
    bob: httpx2.Client, name: str, keys: Any, why: str
) -> None:
    status, line = told(bob, "PUT", f"schemas/{name}", json={"keys": keys})
    assert status == 422
    assert why in line
    assert own(bob) == {}


def test_a_template_is_not_removed(bob: httpx2.Client) -> None:
    status, line = told(bob, "DELETE", "schemas/receipt")
    assert (status, "You saved no keys under 'receipt'" in line) == (422, True)
    assert "receipt" in {one["name"] for one in ask(bob, "GET", "schemas")}
