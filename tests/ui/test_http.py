"""The server shows a page image to whom it belongs, and nothing to anybody else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from kie_app.access import Everybody
from kie_app.config import Settings
from kie_app.services import Services
from kie_app.ui.build import build_ui
from kie_app.ui.grants import Grants
from kie_app.ui.http import build_server
from kie_app.ui.readiness import WarmUp


@pytest.fixture(scope="module")
def services() -> Services:
    return Services(Settings())


@pytest.fixture(scope="module")
def grants() -> Grants:
    return Grants()


@pytest.fixture(scope="module")
def client(services: Services, grants: Grants) -> Iterator[TestClient]:
    warm_up = WarmUp(services)
    page = build_ui(services, grants, warm_up)
    with TestClient(build_server(page, services, grants, warm_up, Everybody())) as client:
        yield client


@pytest.fixture(scope="module")
def document(services: Services) -> str:
    """A blank page, read by the services."""
    out = io.BytesIO()
    Image.new("RGB", (120, 160), "white").save(out, "PNG")
    return services.read(out.getvalue(), "blank.png").id


def test_health_tells_whether_the_model_is_there(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "model": "loading"}


def test_a_page_opens_with_its_token_alone(
    client: TestClient, grants: Grants, document: str
) -> None:
    mine, other = grants.enter("local"), grants.enter("local")
    hers = grants.allow("", "ada", document)
    assert grants.allow(mine, "local", document) == mine
    image = client.get(f"/pages/{mine}/{document}/0.png")
    assert image.headers["content-type"] == "image/png"
    assert image.headers["cache-control"].startswith("private")
    assert Image.open(io.BytesIO(image.content)).size == (120, 160)
    for address in (
        f"{other}/{document}/0",
        f"{hers}/{document}/0",
        f"x/{document}/0",
        f"{mine}/{document}/1",
        f"{mine}/x/0",
    ):
        assert client.get(f"/pages/{address}.png").status_code == 404
    grants.leave(mine)
    assert client.get(f"/pages/{mine}/{document}/0.png").status_code == 404


def test_the_page_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/").text + client.get("/theme.css").text
    loaded = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(https?://[^\"')\s]+)", page)
    assert [address for address in loaded if "testserver" not in address] == []


@pytest.mark.parametrize("address", ["/docs", "/openapi.json", "/redoc"])
def test_interactive_api_pages_are_off(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert "swagger" not in answer.text.lower()
    assert "redoc" not in answer.text.lower()
    assert '"openapi"' not in answer.text
