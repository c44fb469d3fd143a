"""A `KieError` at the edge of the page: a toast and, where there is one, a status line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import gradio as gr

from kie_app.engine.warm_up import WarmUp
from kie_app.errors import KieError
from kie_app.ui.shared.elements import Update, status_line
from kie_app.ui.shared.formatting import safe


def toasted(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A `KieError` becomes a toast."""

    @wraps(handler)
    def wrapper(*args: Any) -> Any:
        try:
            return handler(*args)
        except KieError as error:
            raise gr.Error(safe(str(error)), print_exception=False) from error

    return wrapper


BROKEN = "Something broke in the app itself; the server's log says what."

Handler = Callable[..., Iterator[Update]]


def told(handler: Handler) -> Handler:
    """Tell the person about a `KieError`: in the line under the button, and as a toast."""

    @wraps(handler)
    def wrapper(self: Any, *args: Any) -> Iterator[Update]:
        try:
            yield from handler(self, *args)
        except KieError as error:
            yield {self.view.status: status_line(str(error), "bad")}
            raise gr.Error(safe(str(error)), print_exception=False) from error
        except Exception:
            yield {self.view.status: status_line(BROKEN, "bad")}
            raise

    return wrapper


def awaited(warm_up: WarmUp, status: gr.HTML) -> Iterator[Update]:
    """Wait for the model and say so; BackboneError when it cannot be had."""
    if not warm_up.over:
        yield {status: status_line("Loading the model\N{HORIZONTAL ELLIPSIS}")}
    warm_up.require()
