"""Sample documents and key templates, read from the annotations folder.

A key template is a YAML file: `name`, `description` and `keys`, a list of `name`, `description`,
`kind` and `slots` (only the names must be given). Every error is one line that names the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kie_app.errors import DataError
from kie_app.schemas.templates import (
    _Dumper,
    _shown,
    _string,
    _text,
    load_templates,
)
from kie_app.types import Schema


@dataclass(frozen=True)
class Sample:
    """A document that comes with the app. `entities` are its true values, as printed."""

    name: str
    title: str
    path: Path
    schema: Schema
    entities: Mapping[str, str] = field(hash=False)


def load_samples(annotations_dir: Path) -> list[Sample]:
    """The samples in the order of `samples/labels.jsonl`; DataError when one cannot be used."""
    schemas = load_templates(Path(annotations_dir) / "templates")
    labels = Path(annotations_dir) / "samples" / "labels.jsonl"
    return [
        _sample(row, f"{labels}:{number}", labels.parent, schemas)
        for number, row in enumerate(_text(labels).splitlines(), 1)
        if row.strip()
    ]


def _sample(row: str, where: str, folder: Path, schemas: Mapping[str, Schema]) -> Sample:
    try:
        item = json.loads(row)
    except ValueError as error:
        raise DataError(f"{where} is not JSON ({error}); write one object a line.") from error
    if not isinstance(item, dict):
        raise DataError(f"{where} is {_shown(item)}; write one JSON object a line.")
    template = _string(item, "template", where)
    if template not in schemas:
        raise DataError(
            f"{where} names the template {_shown(template)}; choose one of {', '.join(schemas)}."
        )
    file = item.get("image") or item.get("pdf")
    if not isinstance(file, str):
        raise DataError(f"{where} has no image or pdf; name the file beside it.")
    path = folder / file
    if not path.is_file():
        raise DataError(f"{where} names {path}, which does not exist; add the file.")
    entities = item.get("entities")
    if not isinstance(entities, dict) or not all(isinstance(v, str) for v in entities.values()):
        raise DataError(
            f"{where} has the entities {_shown(entities)}; write an object of key to text."
        )
    name, title = _string(item, "id", where), _string(item, "title", where)
    return Sample(name, title, path, schemas[template], entities)


_Dumper.add_representer(str, _Dumper.represent_text)
