"""An answer whose event stream ended too early is fetched."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.e2e

ENDED = 'data: {"msg": "close_stream", "event_id": null}\n\n'


def test_an_answer_left_on_the_server_is_fetched(page: Page) -> None:
    expect(page.locator("#model")).to_contain_text("model ready")
    page.wait_for_timeout(6000)  # what the page asks for by itself is over
    ended: list[str] = []

    def end_at_once(route: Route) -> None:
        """As Gradio's server does when the event before is done."""
        ended.append(route.request.url)
        route.fulfill(status=200, content_type="text/event-stream", body=ENDED)

    page.route("**/queue/data?**", end_at_once, times=1)
    page.click("#fill")
    expect(page.locator("#status")).to_contain_text("No document is open")
    assert len(ended) == 1
