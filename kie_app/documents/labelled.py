"""A folder with a `labels.jsonl`: documents with their lines and entities, read one at a time.

One JSON object a line: `id`; `image` or `pdf`, a path inside the folder; `width`, `height` in
pixels; `lines` of `{"text", "box"}` with boxes as fractions of the page (may be absent);
`entities`: key -> string, or list of strings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kie_app.errors import DataError
from kie_app.types import Box, Document, Line, Page

VALIDATION_SHARE = 5  # one shop in so many is kept for validation
SHOP_KEYS = ("company", "store_name", "advertiser")
SHOP_PREFIX = 6  # letters that name a shop: spelling variants of one shop stay on one side


@dataclass(frozen=True)
class Labelled:
    """One labelled document. `lines` is empty where the label gives none."""

    id: str
    file: Path
    entities: dict[str, str | list[str]]
    lines: tuple[Line, ...]
    width: int
    height: int

    def document(self) -> Document:
        """The document with its given lines on one page, without the image."""
        page = Page(0, self.width, self.height)
        return Document(self.id, self.file.name, (page,), self.lines, "given")

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


def split_of(item: Labelled) -> str:
    """ "train" or "validation", the same for all documents of one shop (or advertiser)."""
    shop = next((v for k in SHOP_KEYS if isinstance(v := item.entities.get(k), str)), item.id)
    letters = "".join(c for c in shop.upper() if c.isalnum())[:SHOP_PREFIX]
    digest = hashlib.sha256(letters.encode()).digest()
    return "validation" if digest[0] % VALIDATION_SHARE == 0 else "train"


def _parse(row: str, where: str, folder: Path) -> Labelled:
    try:
        item = json.loads(row)
        lines = tuple(
            Line(line["text"], Box(*line["box"]), line.get("page", 0))
            for line in item.get("lines", ())
        )
        entities = item["entities"]
        if not isinstance(entities, dict):
            raise TypeError("entities is not a mapping")
        return Labelled(
            id=str(item["id"]),
            file=folder / (item.get("image") or item["pdf"]),
            entities=entities,
            lines=lines,
            width=int(item.get("width") or 0),
            height=int(item.get("height") or 0),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{where} is not a labelled document ({error!r}): each line needs id, image or pdf, "
            "and entities as a JSON object."
        ) from error
