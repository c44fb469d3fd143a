"""Who is behind an event of the page."""

from __future__ import annotations

import gradio as gr

from kie_app.access import user_of
from kie_app.access.users import LOCAL, User
from kie_app.errors import AccessError
from kie_app.ui.shared.formatting import safe

LOG_OUT = """
<form class="account" method="post" action="logout">
  <span title="Logged in as {name}">{name}</span><button type="submit">Log out</button>
</form>
"""


def visitor(request: gr.Request) -> User:
    """The user whose event this is; without a login, `LOCAL`. AccessError when nobody is known."""
    user = user_of(request.request) if request.request else None
    if user is None or user.name != request.username:
        raise AccessError("Nobody is logged in here any more: load the page again.")
    return user


def account(request: gr.Request) -> str:
    """Who is logged in, and a button to log out; nothing where there is no login."""
    user = visitor(request)
    return "" if user == LOCAL else LOG_OUT.format(name=safe(user.name))
