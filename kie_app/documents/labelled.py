"""A folder with a `labels.jsonl`: documents with their lines and entities, read one at a time.

One JSON object a line: `id`; `image` or `pdf`, a path inside the folder; `width`, `height` in
pixels; `lines` of `{"text", "box"}` with boxes as fractions of the page (may be absent);
`entities`: key -> string, or list of strings. A string that repeats its value is read as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from kie_app.documents import reading_order
from kie_app.documents.reading_order import Segment
from kie_app.errors import DataError
from kie_app.types import Box, Document, Line, Page, as_printed, words_of

VALIDATION_SHARE = 5  # one shop in so many is kept for validation
SHOP_KEYS = ("company", "store_name", "advertiser")
SHOP_PREFIX = 6  # letters that name a shop: spelling variants of one shop stay on one side


@dataclass(frozen=True)
class Labelled:
    """One labelled document. `lines` is empty where the label gives none; `classes` says of each
    line what it holds, where the label does."""

    id: str
    file: Path
    entities: dict[str, str | list[str]]
    lines: tuple[Line, ...]
    width: int
    height: int
    classes: tuple[str, ...] = ()

    def document(self) -> Document:
        """The document with its given lines on one page, without the image.

        The lines are put into our own reading order, as those of OCR are: some sets list them by
        class or by column, which parts labels from their amounts.
        """
        page = Page(0, self.width, self.height)
        return Document(self.id, self.file.name, (page,), self._ordered, "given")

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
        """The file's bytes; DataError when it cannot be read."""
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
    path = Path(folder) / "labels.jsonl"
    if not path.is_file():
        raise DataError(
            f"{path} does not exist: pass a folder that holds a labels.jsonl file "
            "(one JSON object a document: id, image or pdf, lines, entities)."
        )
    count = 0
    with path.open(encoding="utf-8") as rows:
        for number, row in enumerate(rows, 1):
            if limit is not None and count >= limit:
                return
            if row.strip():
                yield _parse(row, f"{path}:{number}", path.parent)
                count += 1


def relabelled(items: Iterable[Labelled], file: Path) -> Iterator[Labelled]:
    """The items that `file` names, with its keys instead of their own.

    One JSON object a line: `id`, and `keys`: key -> [first, last] word of the given lines. Places
    instead of text let labels of documents be passed on that may not be passed on themselves.
    """
    try:
        rows = [json.loads(row) for row in Path(file).read_text(encoding="utf-8").splitlines()]
        places = {str(row["id"]): dict(row["keys"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{file} holds no places of keys ({error!r}): each line needs id, and keys as a JSON "
            "object of [first word, last word]."
        ) from error
    for item in items:
        if item.id in places:
            words = list(words_of(item.lines))
            yield replace(
                item,
                entities={
                    key: as_printed(words[first : last + 1])
                    for key, (first, last) in places[item.id].items()
                },
            )


def split_of(item: Labelled) -> str:
    """ "train" or "validation", the same for all documents of one shop (or advertiser)."""
    shop = next((v for k in SHOP_KEYS if isinstance(v := item.entities.get(k), str)), item.id)
    letters = "".join(c for c in shop.upper() if c.isalnum())[:SHOP_PREFIX]
    digest = hashlib.sha256(letters.encode()).digest()
    return "validation" if digest[0] % VALIDATION_SHARE == 0 else "train"


def once(value: str) -> str:
    """A value that a label repeats as often as it is printed ("56.08 56.08"), once."""
    words = value.split()
    for size in range(1, len(words) // 2 + 1):
        unit = words[:size]
        if words == unit * (len(words) // size) and any(c.isdigit() for c in value):
            return " ".join(unit)
    return value


def _parse(row: str, where: str, folder: Path) -> Labelled:
    try:
        item = json.loads(row)
        lines = tuple(
            Line(line["text"], Box(*line["box"]), line.get("page", 0))
            for line in item.get("lines", ())
        )
        classes = tuple(str(line.get("label", "")) for line in item.get("lines", ()))
        entities = item["entities"]
        if not isinstance(entities, dict):
            raise TypeError("entities is not a mapping")
        return Labelled(
            id=str(item["id"]),
            file=folder / (item.get("image") or item["pdf"]),
            entities={k: once(v) if isinstance(v, str) else v for k, v in entities.items()},
            lines=lines,
            width=int(item.get("width") or 0),
            height=int(item.get("height") or 0),
            classes=classes if any(classes) else (),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{where} is not a labelled document ({error!r}): each line needs id, image or pdf, "
            "and entities as a JSON object."
        ) from error
