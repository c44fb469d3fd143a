"""Errors at the edge of the page: a toast and, where there is one, the line under the button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any

import gradio as gr

from kie_app.engine.warm_up import WarmUp
from kie_app.errors import BROKEN, KieError
from kie_app.ui.shared.elements import Update, status_line
from kie_app.ui.shared.formatting import safe

Handler = Callable[..., Any]


def shows_errors(handler: Handler) -> Handler:
    """A `KieError` of the handler becomes a toast. A generator of updates, which is a method with a
    `view`, also says it in the view's status line, and there says so of any other error."""
    return _with_line(handler) if isgeneratorfunction(handler) else _with_toast(handler)


def _with_toast(handler: Handler) -> Handler:
    @wraps(handler)
    def wrapper(*args: Any) -> Any:
        try:
            return handler(*args)
        except KieError as error:
            raise _toast(error) from error

    return wrapper


def _with_line(handler: Handler) -> Handler:
    @wraps(handler)
    def wrapper(self: Any, *args: Any) -> Iterator[Update]:
        try:
            yield from handler(self, *args)
        except KieError as error:
            yield {self.view.status: status_line(str(error), "bad")}
            raise _toast(error) from error
        except Exception:
            yield {self.view.status: status_line(BROKEN, "bad")}
            raise

    return wrapper


def _toast(error: KieError) -> gr.Error:
    return gr.Error(safe(str(error)), print_exception=False)


def await_model(warm_up: WarmUp, status: gr.HTML) -> Iterator[Update]:
    """Wait for the model and say so; BackboneError when it cannot be had."""
    if not warm_up.over:
        yield {status: status_line("Loading the model\N{HORIZONTAL ELLIPSIS}")}
    warm_up.require()
