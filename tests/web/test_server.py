"""The server shows a page image to whom it belongs, and nothing to anybody else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from kie_app.access import Everybody
from kie_app.config import Settings
from kie_app.engine.engine import Engine
from kie_app.engine.warm_up import WarmUp
from kie_app.errors import DataError, KieError, StoreError
from kie_app.library.library import Library
from kie_app.schemas.kinds import schema_of
from kie_app.store import Store
from kie_app.ui.mount import mount
from kie_app.ui.page import build_ui
from kie_app.ui.shared.theme import colours
from kie_app.web import pages
from kie_app.web.inbox import Inbox
from kie_app.web.metrics import Metrics
from kie_app.web.server import build_server
from tests.access.people import basic, person, running, with_users
from tests.conftest import save_backbone
from tests.web.test_metrics import parsed


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Settings())


@pytest.fixture(scope="module")
def library(engine: Engine) -> Library:
    return Library(engine, Store.of(engine.settings))


@pytest.fixture(scope="module")
def client(engine: Engine, library: Library) -> Iterator[TestClient]:
    warm_up = WarmUp(engine)
    inbox = Inbox(engine.settings)
    server = build_server(engine, library, inbox, warm_up, Everybody(), colours())
    mount(server, build_ui(engine, library, inbox, warm_up))
    with TestClient(server) as client:
        yield client


@pytest.fixture(scope="module")
def document(library: Library) -> str:
    """A blank page in the library of the one user."""
    out = io.BytesIO()
    Image.new("RGB", (120, 160), "white").save(out, "PNG")
    return library.add("local", "blank.png", out.getvalue()).id


def test_health_tells_whether_the_model_is_there(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "model": "loading"}


def test_a_kept_page_is_a_private_image(client: TestClient, document: str) -> None:
    image = client.get(f"/documents/{document}/0.jpg")
    assert image.headers["content-type"] == "image/jpeg"
    assert image.headers["cache-control"].startswith("private")
    assert Image.open(io.BytesIO(image.content)).size == (120, 160)
    for address in (f"{document}/1", "x/0"):
        assert client.get(f"/documents/{address}.jpg").status_code == 404


def test_a_download_holds_the_own_documents_that_were_asked_for(
    client: TestClient, library: Library, document: str
) -> None:
    library.fill("local", document, schema_of("mine", ["total"]))
    form = {"documents": f"{document} somebody-elses", "kind": "json"}
    answer = client.post("/downloads", data=form)
    assert answer.headers["content-disposition"] == 'attachment; filename="onepass.json"'
    assert answer.headers["cache-control"] == "no-store"
    [said] = answer.json()
    assert [field["key"] for field in said["fields"]] == ["total"]
    assert client.post("/downloads", data={**form, "documents": "x"}).json() == []
    for kind in ("csv", "xlsx"):
        assert len(client.post("/downloads", data={**form, "kind": kind}).content) > 50
    assert client.post("/downloads", data={**form, "kind": "exe"}).status_code == 404


@pytest.mark.parametrize(
    ("error", "status"),
    [(DataError("take CSV or JSON"), 400), (StoreError("the disk is full: free some"), 503)],
)
def test_a_download_that_cannot_be_made_says_why(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, error: KieError, status: int
) -> None:
    def refuse(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(pages, "file_of", refuse)
    answer = client.post("/downloads", data={"documents": "x", "kind": "xlsx"})
    assert (answer.status_code, answer.json()) == (status, {"detail": str(error)})


def test_the_page_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/").text + client.get("/theme.css").text
    loaded = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(https?://[^\"')\s]+)", page)
    assert [address for address in loaded if "testserver" not in address] == []


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
def test_interactive_api_pages_are_off(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert "swagger" not in answer.text.lower()
    assert "redoc" not in answer.text.lower()
    assert '"openapi"' not in answer.text


def tiny(folder: Path, **options: object) -> Settings:
    """Settings of an app with a tiny model."""
    save_backbone(folder)
    settings = {"backbone": str(folder), "models_dir": folder, "dtype": "float32"}
    return Settings(data_dir=folder / "data", **settings, **options)  # type: ignore[arg-type]


def test_it_is_ready_when_model_and_store_are(tmp_path: Path) -> None:
    with running(tiny(tmp_path)) as app, app.browser() as probe:
        answer = probe.get("/readyz")
        assert (answer.status_code, answer.json()["missing"]) == (503, ["model"])
    with running(tiny(tmp_path), model=True) as app, app.browser() as probe:
        answer = probe.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
        assert parsed(probe.get("/metrics").text)["onepass_model_ready",] == 1


def test_what_is_missing_is_named_and_nothing_private_said(tmp_path: Path) -> None:
    database = tmp_path / "private place" / "file"
    database.parent.mkdir()
    settings = Settings(data_dir=tmp_path, database=f"sqlite:///{database}")
    with running(settings) as app, app.browser() as probe:
        assert probe.get("/readyz").json() == {"status": "not ready", "missing": ["model"]}
        app.store.close()
        for file in database.parent.iterdir():
            file.write_text("this is no database, but a text that is long enough to be one" * 20)
        answer = probe.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "not ready", "missing": ["model", "store"]}


def test_metrics_count_what_was_done(tmp_path: Path) -> None:
    with running(Settings(data_dir=tmp_path)) as app, app.browser() as anybody:
        out = io.BytesIO()
        Image.new("RGB", (120, 160), "white").save(out, "PNG")
        app.engine.read(out.getvalue(), "blank.png")
        for path in ("/healthz", "/none"):
            anybody.get(path)
        anybody.request("BREW", "/")
        answer = anybody.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        found = parsed(answer.text)
    assert found["onepass_requests_total", "GET", "200"] == 1
    assert found["onepass_requests_total", "GET", "404"] == 1
    assert found["onepass_requests_total", "other", "404"] == 1
    assert found["onepass_documents_total", "ocr"] == 1
    assert found["onepass_phase_seconds_count", "none", "ocr"] == 1
    assert found["onepass_model_ready",] == 0


def test_metrics_are_for_admins_where_there_is_a_login(tmp_path: Path) -> None:
    with_users(tmp_path / "data", person("ada", "admin"), person("bob"))
    settings = Settings(login=True, data_dir=tmp_path / "data")
    with running(settings) as app, app.browser() as program:
        for headers, status in (({}, 401), (basic("bob"), 403), (basic("ada"), 200)):
            assert program.get("/metrics", headers=headers).status_code == status
        assert program.get("/openapi.json").status_code == 401
        assert program.get("/readyz").json()["missing"] == ["model"]


def test_the_api_describes_itself(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    calls = {
        f"{method.upper()} {path}": call
        for path, calls in schema["paths"].items()
        for method, call in calls.items()
    }
    beside = {
        *("GET /healthz", "GET /readyz", "GET /metrics", "POST /uploads", "POST /downloads"),
        "GET /documents/{document}/{number}.jpg",
    }
    assert calls.keys() == beside | {
        *("POST /api/extract", "GET /api/decoders", "GET /api/schemas", "GET /api/races"),
        *("PUT /api/schemas/{name}", "DELETE /api/schemas/{name}", "GET /api/review"),
        *("GET /api/documents", "POST /api/documents", "POST /api/documents/{document}/fill"),
        *("GET /api/documents/{document}", "DELETE /api/documents/{document}"),
        *("POST /api/documents/{document}/corrections", "POST /api/documents/{document}/undo"),
    }
    operations = [one["operationId"] for one in calls.values()]
    assert len(operations) == len(set(operations))
    assert all(one["description"] for one in calls.values())
    api = [one for name, one in calls.items() if " /api/" in name]
    assert all(one["responses"]["200"]["content"] for one in api)


def test_every_field_of_the_api_has_a_type(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    named = schema["components"]["schemas"]
    assert {
        "ExtractAnswer",
        "DocumentAnswer",
        "RaceAnswer",
        "CorrectionRequest",
        "NamedKey",
    } <= named.keys()
    for name, one in named.items():
        for field, described in one.get("properties", {}).items():
            assert described.keys() & {"type", "$ref", "anyOf", "enum"}, f"{name}.{field}"
    body = next(one for name, one in named.items() if name.startswith("Body_extract"))
    assert body["required"] == ["file"]
    assert body["properties"]["decoder"]["default"] == "mask_parallel"


def test_the_server_counts_only_where_it_was_told_to(engine: Engine) -> None:
    assert engine.telemetry.text() == b""
    assert b"onepass_requests" in Engine(Settings(), Metrics()).telemetry.text()
