"""A page image as HTML, what lies over it in percent of the page, and the strip of pages.

Page images come from the app's own authorised route, never from a cache that others can read.
"""

from __future__ import annotations

from typing import Literal

from kie_app.types import Box, Document, Page
from kie_app.ui.shared.formatting import safe


def page_image(
    page: Page, kept: str, name: str, over: str, look: Literal["page", "leaf"] = "page"
) -> str:
    """The image of a page of the document `kept` of the library, which people know as `name`, under
    the HTML `over` it. A "leaf" can be selected on, so its image is not dragged."""
    drag = ' draggable="false"' if look == "leaf" else ""
    return (
        f'<div class="{look}" data-page="{page.number}" '
        f'style="aspect-ratio:{max(page.width, 1)}/{max(page.height, 1)}">'
        f'<img src="documents/{safe(kept)}/{page.number}.jpg" '
        f'alt="Page {page.number + 1} of {safe(name)}" '
        f'loading="{"lazy" if page.number else "eager"}" decoding="async"{drag}>{over}</div>'
    )


def placed(box: Box) -> str:
    """The style attribute that lays an element over its place on the page."""
    x0, y0, x1, y1 = (100 * min(max(edge, 0.0), 1.0) for edge in box)
    return (
        f'style="left:{x0:.2f}%;top:{y0:.2f}%;width:{max(x1 - x0, 0):.2f}%;'
        f'height:{max(y1 - y0, 0):.2f}%"'
    )


def page_strip(document: Document) -> str:
    """Buttons that jump to each page, where there are several."""
    if len(document.pages) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" data-goto="{page.number}" aria-label="Go to page {number}">'
        f"{number}</button>"
        for number, page in enumerate(document.pages, 1)
    )
    return f'<nav class="strip" aria-label="Pages"><span>Page</span>{buttons}</nav>'
