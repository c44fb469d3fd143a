"""A running server does not remember those who have gone."""

from __future__ import annotations

import time
from pathlib import Path

from kie_app.ui.forgetting import SESSIONS
from starlette.routing import Mount

from kie_app.config import Settings
from tests.access.people import running


def test_no_session_outlives_the_call_that_it_was_made_for(tmp_path: Path) -> None:
    with running(Settings(data_dir=tmp_path)) as app, app.browser() as browser:
        [page] = [route.app.get_blocks() for route in app.server.routes if isinstance(route, Mount)]
        for _ in range(3):
            sent = browser.post("/gradio_api/call/v2/list_schemas", json={})
            event = sent.json()["event_id"]
            answer = browser.get(f"/gradio_api/call/list_schemas/{event}")
            assert "event: complete" in answer.text
        # The last answer may arrive a moment before the server is through with its call.
        end = time.monotonic() + 30
        while page.state_holder.session_data and time.monotonic() < end:
            time.sleep(0.01)
        assert len(page.state_holder.session_data) == 0
        assert page.state_holder.capacity == SESSIONS
