"""Each kind of error has its status, and is told in a line that can be sent."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kie_app.errors import (
    BackboneError,
    DocumentError,
    KieError,
    Missing,
    Overtaken,
    StoreError,
    Unavailable,
)
from kie_app.web.errors import add_errors
from kie_app.web.sendable import sendable


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DocumentError, 422),
        (KieError, 422),
        (StoreError, 422),
        (Missing, 404),
        (Overtaken, 409),
        (Unavailable, 503),
        (BackboneError, 503),
    ],
)
def test_an_error_has_the_status_of_its_kind(error: type[KieError], status: int) -> None:
    raised = error("half \ud800 a name")
    server = FastAPI()
    add_errors(server)

    @server.get("/")
    def fail() -> None:
        raise raised

    answer = TestClient(server).get("/")
    detail = str(raised).replace("\ud800", "?")
    assert (answer.status_code, answer.json()) == (status, {"detail": detail})


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    assert sendable({"a": ["x\ud800y", {"b": "\udfff", "c": "\U0001f600", "d": None}]}) == {
        "a": ["x?y", {"b": "?", "c": "\U0001f600", "d": None}]
    }
