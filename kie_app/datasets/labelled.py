"""A folder with a `labels.jsonl`: documents with their lines and entities, read one at a time.

One JSON object a line: `id`; `image` or `pdf`, a path inside the folder (neither where the text
alone is known); `width`, `height` in pixels; `lines` of `{"text", "box"}` with boxes as fractions
of the page (may be absent where there is a file); `entities`: key -> string, or list of strings;
`group`, what must stay on one side of a split (may be absent); `tables`: name -> rows from top to
bottom, each an object of column -> string (may be absent). A number is read as a text, null as
absent, and an entity that repeats its value once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from kie_app.datasets import label_rows
from kie_app.datasets.label_rows import Wrong, shown
from kie_app.documents import reading_order
from kie_app.documents.reading_order import Segment
from kie_app.errors import DataError
from kie_app.types import Box, Document, Line, Page

LABELS = "labels.jsonl"
TableRow = Mapping[str, str]  # column -> cell, without those that the row does not print


@dataclass(frozen=True)
class Labelled:
    """One labelled document. `lines` is empty where the label gives none, `file` None where there
    is only text; `classes` says of each line what it holds, where the label does."""

    id: str
    file: Path | None
    entities: dict[str, str | list[str]]
    lines: tuple[Line, ...]
    width: int
    height: int
    classes: tuple[str, ...] = ()
    group: str = ""
    tables: Mapping[str, tuple[TableRow, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name, else the document's."""
        return self.file.name if self.file else self.id

    def document(self) -> Document:
        """The document with its given lines on one page, without the image.

        The lines are put into our own reading order, as those of OCR are: some sets list them by
        class or by column, which parts labels from their amounts.
        """
        page = Page(0, self.width, self.height)
        return Document(self.id, self.name, (page,), self._ordered, "given")

    @cached_property  # asked for by every draw of a run and every judgement of a place
    def _ordered(self) -> tuple[Line, ...]:
        width, height = self.width or 1, self.height or 1
        out: list[Line] = []
        for number in sorted({line.page for line in self.lines}):
            lines = [line for line in self.lines if line.page == number]
            segments = [
                Segment.of_box(
                    line.text,
                    Box(
                        line.box.x0 * width,
                        line.box.y0 * height,
                        line.box.x1 * width,
                        line.box.y1 * height,
                    ),
                )
                for line in lines
            ]
            which = {id(segment): line for segment, line in zip(segments, lines, strict=True)}
            out += [which[id(segment)] for segment in reading_order.order(segments)]
        return tuple(out)

    def data(self) -> bytes:
        """The file's bytes; DataError when there is none or it cannot be read."""
        if self.file is None:
            raise DataError(
                f"{self.id} has no file, its label gives text alone: use the given lines, or name "
                "an image or pdf in labels.jsonl."
            )
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise DataError(
                f"{self.file} cannot be read ({error.strerror}): put the file there or take the "
                "document out of labels.jsonl."
            ) from error

    def values(self) -> dict[str, str]:
        """The single-valued entities."""
        return {key: value for key, value in self.entities.items() if isinstance(value, str)}


def labelled(folder: Path, limit: int | None = None) -> Iterator[Labelled]:
    """Read `folder/labels.jsonl` in order; DataError names the file, the line and the remedy."""
    for _, item, _ in islice(labelled_rows(folder), limit):
        yield item


def labelled_rows(folder: Path) -> Iterator[tuple[str, Labelled, Mapping[str, Any]]]:
    """`labelled`, with where each stands (FILE:LINE) and its row as a whole, which may hold more
    than a labelled document."""
    path = Path(folder) / LABELS
    if not path.is_file():
        raise DataError(
            f"{path} does not exist: pass a folder that holds a labels.jsonl file "
            "(one JSON object a document: id, image or pdf, lines, entities)."
        )
    for number, text in label_rows.read(path):
        where = f"{path}:{number}"
        try:
            row = label_rows.parse(text)
            item = _item(row, path.parent)
        except Wrong as wrong:
            raise DataError(
                f"{where} is not a labelled document ({wrong}): each line needs, in UTF-8, "
                "id, image or pdf, entities as a JSON object of strings, and lines, if any, of "
                "text and box, which is left, top, right and bottom as fractions of the page; "
                "with lines, image and pdf may be left out."
            ) from wrong
        yield where, item, row


def once(value: str) -> str:
    """A value that a label repeats as often as it is printed ("56.08 56.08"), once."""
    words = value.split()
    for size in range(1, len(words) // 2 + 1):
        unit = words[:size]
        if words == unit * (len(words) // size) and any(c.isdigit() for c in value):
            return " ".join(unit)
    return value


def _item(row: Mapping[str, Any], folder: Path) -> Labelled:
    lines = row.get("lines") or []
    if not isinstance(lines, list):
        raise Wrong(f"lines is {shown(lines)}, no list")
    parsed = tuple(map(label_rows.line, lines))
    classes = tuple(str(line.get("label") or "") for line in lines)
    return Labelled(
        id=label_rows.named(row, "id"),
        file=_file(row, folder, bool(parsed)),
        entities={
            key: once(value) if isinstance(value, str) else value
            for key, value in label_rows.entities(row).items()
        },
        lines=parsed,
        width=label_rows.whole(row, "width"),
        height=label_rows.whole(row, "height"),
        classes=classes if any(classes) else (),
        group=label_rows.text(row.get("group")) or "",
        tables=label_rows.tables(row),
    )


def _file(row: Mapping[str, Any], folder: Path, lines: bool) -> Path | None:
    if lines and row.get("image") is None and row.get("pdf") is None:
        return None
    return folder / label_rows.named(row, "image", "pdf")
