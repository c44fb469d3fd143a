"""The page on the API (docs/api.md) against a running app on a tiny model, without a login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from kie_app.config import ROOT, Settings
from tests.access.people import App, running
from tests.conftest import make_backbone

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    backbone = make_backbone()
    backbone.model.save_pretrained(folder)
    backbone.text.tokenizer.save_pretrained(folder)
    settings = Settings(
        data_dir=folder / "data", backbone=str(folder), models_dir=folder, dtype="float32"
    )
    with running(settings, model=True) as app:
        yield app


def test_the_example_runs(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    [url] = re.findall(r'base_url="(.*?)"', example)
    monkeypatch.chdir(ROOT)
    ran: dict[str, Any] = {}
    exec(example.replace(url, app.address), ran)
    ran["client"].close()
    assert [one["key"] for one in ran["found"]["fields"]] == ["company", "date", "total"]
    assert (ran["again"]["schema"], ran["again"]["decoder"]) == ("receipt", "verified")
    assert "receipt" in ran["names"]
    assert (ran["kept"]["schema"], ran["kept"]["verified"]) == ("receipt", 1)


def test_the_route_table_is_the_servers(app: App) -> None:
    described = httpx.get(f"{app.address}/openapi.json").json()["paths"]
    built = {
        f"{method.upper()} {path}"
        for path, methods in described.items()
        for method in methods
        if path.startswith("/api/")
    }
    drawn = set(re.findall(r"^\| `([A-Z]+ /api/[^`?]+)", PAGE, re.MULTILINE))
    unnamed = partial(re.sub, r"\{\w+\}", "{}")
    assert {unnamed(route) for route in drawn} == {unnamed(route) for route in built}
