"""Errors as answers: a status and `{"detail": one line}`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from kie_app.errors import BackboneError, KieError, Missing, Overtaken, Unavailable
from kie_app.web.sendable import sendable

SHOWN = 40  # characters of a wrong value that a message repeats
STATUSES: dict[type[KieError], int] = {
    Missing: 404,
    Overtaken: 409,
    Unavailable: 503,
    BackboneError: 503,
}


class Trouble(BaseModel):
    """Why there is no answer."""

    detail: str = Field(description="one line: the value that is wrong, and the remedy")


ERRORS: dict[int | str, dict[str, Any]] = {
    413: {"model": Trouble, "description": "A file is over the limit."},
    422: {"model": Trouble, "description": "Something given cannot be used."},
    503: {"model": Trouble, "description": "The store or the model cannot be used now."},
}
NOT_THERE: dict[int | str, dict[str, Any]] = {
    404: {"model": Trouble, "description": "The user has nothing of that id."}
}
TAKEN_OVER: dict[int | str, dict[str, Any]] = {
    409: {"model": Trouble, "description": "Something else was said since: look again."}
}


def add_errors(server: FastAPI) -> None:
    """Answer with errors as this file has them."""

    @server.exception_handler(KieError)
    async def refused(request: Request, error: KieError) -> Response:
        return JSONResponse(sendable({"detail": str(error)}), status_of(error))

    @server.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return JSONResponse(sendable({"detail": " ".join(map(told, error.errors()))}), 422)


def status_of(error: KieError) -> int:
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 422)


def told(error: Any) -> str:
    """One thing that is wrong with a request: `token is '': String should have ...`."""
    where = ".".join(str(part) for part in error["loc"][1:]) or str(error["loc"][0])
    message = " ".join(str(error["msg"]).split())
    if error["type"] == "missing":
        return f"{where} is missing: give it."
    shown = " ".join(repr(error["input"])[: SHOWN + 2].split())
    return f"{where} is {shown}: {message}."
