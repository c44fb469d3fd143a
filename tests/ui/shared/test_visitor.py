"""Who is behind an event, and what the header says of it."""

from __future__ import annotations

import gradio as gr
import pytest
from starlette.requests import Request

from kie_app.access.users import LOCAL, User
from kie_app.errors import AccessError
from kie_app.ui.shared.visitor import account, visitor


def event(user: User | None, name: str | None) -> gr.Request:
    return gr.Request(Request({"type": "http", "headers": [], "user": user}), username=name)


def test_the_visitor_is_the_user_whom_the_gate_found() -> None:
    ada = User("ada", "admin")
    assert visitor(event(ada, "ada")) == ada
    assert visitor(event(LOCAL, "local")) == LOCAL


@pytest.mark.parametrize(
    "nobody",
    [event(None, None), event(None, "ada"), event(User("ada"), "bob"), gr.Request(username="ada")],
)
def test_an_event_of_nobody_is_refused(nobody: gr.Request) -> None:
    with pytest.raises(AccessError, match="load the page again"):
        visitor(nobody)


def test_the_header_names_the_user_harmlessly_and_only_where_there_is_a_login() -> None:
    hostile = "<b>&@example.org"
    shown = account(event(User(hostile), hostile))
    assert "<b>" not in shown
    assert "&lt;b&gt;&amp;@example.org" in shown
    assert '<form class="account" method="post" action="logout">' in shown
    assert account(event(LOCAL, "local")) == ""
