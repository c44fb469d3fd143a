"""What goes wrong in a handler is shown: as a toast, and in the line where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from kie_app.errors import BROKEN, DocumentError
from kie_app.ui.shared.elements import status_line
from kie_app.ui.shared.errors import await_model, shows_errors


class Handlers:
    """Handlers that update something and then raise."""

    view = SimpleNamespace(status="status")

    def __init__(self, error: Exception) -> None:
        self._error = error

    @shows_errors
    def at_once(self) -> Any:
        raise self._error

    @shows_errors
    def in_steps(self) -> Iterator[dict[str, str]]:
        yield {"grid": "first"}
        raise self._error


def test_an_error_that_a_person_can_mend_becomes_a_toast_without_markup() -> None:
    with pytest.raises(gr.Error, match="&lt;b&gt; cannot be read"):
        Handlers(DocumentError("<b> cannot be read")).at_once()


@pytest.mark.parametrize(
    ("error", "raised", "line"),
    [
        (DocumentError("<b> cannot be read"), gr.Error, "<b> cannot be read"),
        (ZeroDivisionError("secret"), ZeroDivisionError, BROKEN),
    ],
)
def test_a_handler_in_steps_says_in_the_line_what_ended_it(
    error: Exception, raised: type[Exception], line: str
) -> None:
    steps = Handlers(error).in_steps()
    assert next(steps) == {"grid": "first"}
    assert next(steps) == {"status": status_line(line, "bad")}
    with pytest.raises(raised):
        next(steps)


def test_whoever_needs_the_model_is_told_that_it_loads() -> None:
    required: list[bool] = []
    for over, lines in ((False, 1), (True, 0)):
        warm_up: Any = SimpleNamespace(over=over, require=lambda: required.append(True))
        line: Any = "status"
        assert len(list(await_model(warm_up, line))) == lines
    assert required == [True, True]
