"""The document of a race as HTML: its pages, and over each the places of the values on it."""

from __future__ import annotations

from collections.abc import Sequence

from kie_app.types import Document, Extraction, Source
from kie_app.ui.shared.formatting import safe, short
from kie_app.ui.shared.page_image import page_image, page_strip, placed

EMPTY = (
    '<div class="blank"><p>The document appears here.</p>'
    "<p>Pick a sample above, or open a file of your own.</p></div>"
)


def render(document: Document | None, kept: str, extractions: Sequence[Extraction] = ()) -> str:
    """All pages under each other, and a strip to jump between them when there are several; `kept`
    is the document's id in the library."""
    if document is None:
        return EMPTY
    pages = "".join(
        page_image(
            page, kept, document.name, "".join(_boxes(one, page.number) for one in extractions)
        )
        for page in document.pages
    )
    return (
        f'{_caption(document)}{page_strip(document)}<div class="pages" tabindex="0">{pages}</div>'
    )


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


def _boxes(extraction: Extraction, page: int) -> str:
    return "".join(
        _box(source, index, extraction.decoder, field.key.name)
        for index, field in enumerate(extraction.fields)
        for source in field.sources
        if source.page == page
    )


def _box(source: Source, key: int, decoder: str, name: str) -> str:
    return (
        f'<div class="box" data-key="{key}" data-arm="{safe(decoder)}" '
        f'title="{safe(name)} ({safe(short(decoder))})" {placed(source.box)}>'
        f"<span>{safe(name)}</span></div>"
    )
