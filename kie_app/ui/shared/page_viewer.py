"""The document's pages as HTML, each value's place as a box in percent of its page.

Page images come from the app's own authorised route, never from a cache that others can read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kie_app.types import Document, Extraction, Page, Source
from kie_app.ui.shared.formatting import safe, short

EMPTY = (
    '<div class="blank"><p>The document appears here.</p>'
    "<p>Pick a sample above, or open a file of your own.</p></div>"
)


def render(document: Document | None, kept: str, extractions: Sequence[Extraction] = ()) -> str:
    """All pages under each other, and a strip to jump between them when there are several; `kept`
    is the document's id in the library."""
    if document is None:
        return EMPTY
    pages = "".join(_page(page, document, kept, extractions) for page in document.pages)
    return f'{_caption(document)}{_strip(document)}<div class="pages" tabindex="0">{pages}</div>'


def _caption(document: Document) -> str:
    read = (
        "text " + document.text_source
        if document.text_source == "given"
        else {
            "ocr": f"OCR {document.ocr_seconds:.2f} s",
            "mixed": f"text layer and OCR {document.ocr_seconds:.2f} s",
        }.get(document.text_source, document.text_source)
    )
    return (
        f'<p class="name"><b title="{safe(document.name)}">{safe(document.name)}</b>'
        f"<span>{safe(read)}</span></p>"
    )


def _strip(document: Document) -> str:
    if len(document.pages) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" data-goto="{page.number}" aria-label="Go to page {number}">'
        f"{number}</button>"
        for number, page in enumerate(document.pages, 1)
    )
    return f'<nav class="strip" aria-label="Pages"><span>Page</span>{buttons}</nav>'


def _page(page: Page, document: Document, kept: str, extractions: Iterable[Extraction]) -> str:
    source = f"documents/{safe(kept)}/{page.number}.jpg"
    boxes = "".join(_boxes(one, page.number) for one in extractions)
    return (
        f'<div class="page" data-page="{page.number}" '
        f'style="aspect-ratio:{max(page.width, 1)}/{max(page.height, 1)}">'
        f'<img src="{source}" alt="Page {page.number + 1} of {safe(document.name)}" '
        f'loading="{"lazy" if page.number else "eager"}" decoding="async">{boxes}</div>'
    )


def _boxes(extraction: Extraction, page: int) -> str:
    return "".join(
        _box(source, index, extraction.decoder, field.key.name)
        for index, field in enumerate(extraction.fields)
        for source in field.sources
        if source.page == page
    )


def _box(source: Source, key: int, decoder: str, name: str) -> str:
    x0, y0, x1, y1 = (100 * min(max(edge, 0.0), 1.0) for edge in source.box)
    return (
        f'<div class="box" data-key="{key}" data-arm="{safe(decoder)}" '
        f'title="{safe(name)} ({safe(short(decoder))})" '
        f'style="left:{x0:.2f}%;top:{y0:.2f}%;width:{x1 - x0:.2f}%;height:{y1 - y0:.2f}%">'
        f"<span>{safe(name)}</span></div>"
    )
