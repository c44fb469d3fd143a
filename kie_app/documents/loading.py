"""A file's bytes to a `Document`: validate, turn into page images, read their text.

What a file is, its content decides; its name only helps to say what is wrong.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from time import perf_counter

from kie_app.config import MEGABYTE, Settings
from kie_app.documents import ocr
from kie_app.documents.images import frames
from kie_app.documents.pdf import RenderedPage, render_pages
from kie_app.documents.reading_order import Segment, order
from kie_app.errors import DocumentError
from kie_app.types import Box, Document, Line, Page

LONGEST_NAME = 120  # characters of a name that a message or a page shows
READ = "JPEG, PNG, WebP, TIFF and PDF"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".pdf")  # how such files are named

_SIGNATURES = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WebP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "TIFF": re.compile(rb"II[*+]\0|MM\0[*+]"),
    "PDF": re.compile(rb".{0,1023}%PDF-", re.DOTALL),
}
_OTHERS = {
    "a GIF picture": re.compile(rb"GIF8"),
    "a BMP picture": re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL),
    "a HEIC or AVIF picture": re.compile(rb".{4}ftyp(hei|hev|mif|avi)", re.DOTALL),
    "a ZIP or Office file": re.compile(rb"PK\x03\x04"),
    "an old Office file": re.compile(rb"\xd0\xcf\x11\xe0"),
    "a web page": re.compile(rb"\s*<(!doctype html|html)", re.IGNORECASE),
}


def read(data: bytes, name: str, settings: Settings) -> Document:
    """The document that a file holds; `name` is untrusted and only its last part is kept.

    Raises DocumentError, naming the value, the limit and the remedy.
    """
    name = base_name(name)
    kind = _kind(data, name, settings)
    pages: list[Page] = []
    lines: list[Line] = []
    seconds = 0.0
    used = set()
    for number, (image, segments) in enumerate(_rendered(data, kind, name, settings)):
        used.add("ocr" if segments is None else "text layer")
        if segments is None:
            ocr.warm_up(settings)
            start = perf_counter()
            segments = ocr.recognise(image, settings)
            seconds += perf_counter() - start
        pages.append(Page(number, image.width, image.height, image))
        lines += [_line(one, pages[-1]) for one in order(segments)]
    source = used.pop() if len(used) == 1 else "mixed"
    digest = hashlib.sha256(data).hexdigest()
    return Document(digest, name, tuple(pages), tuple(lines), source, seconds)


def pages(data: bytes, name: str, settings: Settings) -> tuple[Page, ...]:
    """The page images that a file holds, nothing read; DocumentError as `read`."""
    name = base_name(name)
    kind = _kind(data, name, settings)
    return tuple(
        Page(number, image.width, image.height, image)
        for number, (image, _) in enumerate(_rendered(data, kind, name, settings))
    )


def base_name(name: str) -> str:
    """The last part of a path as one short printable line."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(c for c in last if c.isprintable()).strip()
    return printable[-LONGEST_NAME:] if printable.strip(".") else "document"


def _kind(data: bytes, name: str, settings: Settings) -> str:
    """What the content is; raises DocumentError where it cannot be read."""
    if not data:
        raise DocumentError(
            f'"{name}" is empty (0 bytes), and at least one page is needed: send the file again.'
        )
    if len(data) > settings.max_file_mb * MEGABYTE:
        raise DocumentError(
            f'"{name}" is {len(data) / MEGABYTE:.1f} MB, over the limit of '
            f"{settings.max_file_mb} MB: send fewer pages or a smaller scan, "
            "or raise ONEPASS_MAX_FILE_MB."
        )
    for kind, signature in _SIGNATURES.items():
        if signature.match(data):
            return kind
    content = next((what for what, sign in _OTHERS.items() if sign.match(data)), "something else")
    suffix = PurePosixPath(name).suffix
    named = f"is named {suffix}, but its content" if suffix else "has content that"
    raise DocumentError(
        f'"{name}" {named} is {content}; only {READ} are read: '
        "export or print it to one of these and send that."
    )


def _rendered(data: bytes, kind: str, name: str, settings: Settings) -> list[RenderedPage]:
    """All pages, so that a bad last page is refused before the first is recognised."""
    if kind == "PDF":
        return render_pages(data, name, settings)
    return [RenderedPage(image, None) for image in frames(data, kind, name, settings)]


def _line(segment: Segment, page: Page) -> Line:
    x0, y0, x1, y1 = segment.box

    def share(value: float, whole: int) -> float:
        return min(max(value / whole, 0.0), 1.0)

    box = Box(
        share(x0, page.width),
        share(y0, page.height),
        share(x1, page.width),
        share(y1, page.height),
    )
    return Line(segment.text, box, page.number)
