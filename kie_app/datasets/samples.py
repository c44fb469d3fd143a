"""The sample documents of the annotations folder, each with the key template that it is asked by.

Their labels are those of a labelled folder (`labelled`) with two more fields a row: `title`, and
`template`, the name of a key template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kie_app.datasets import label_rows
from kie_app.datasets.label_rows import Wrong, shown
from kie_app.datasets.labelled import LABELS, Labelled, labelled_rows
from kie_app.errors import DataError
from kie_app.schemas.templates import load_templates
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
    folder = Path(annotations_dir) / "samples"
    if not (folder / LABELS).is_file():
        raise DataError(
            f"{folder / LABELS} does not exist: restore it, or set ONEPASS_ANNOTATIONS_DIR to the "
            "annotations folder of the project."
        )
    samples = []
    for where, item, row in labelled_rows(folder):
        try:
            samples.append(_sample(item, row, schemas))
        except Wrong as wrong:
            raise DataError(
                f"{where} is not a sample ({wrong}): it needs title, the template of a file in "
                "templates, an image or pdf that exists, and a single value for each entity."
            ) from wrong
    return samples


def _sample(item: Labelled, row: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Sample:
    template = label_rows.named(row, "template")
    if template not in schemas:
        raise Wrong(f"template is {shown(template)}, none of {', '.join(schemas)}")
    if not item.file or not item.file.is_file():
        raise Wrong(f"{item.file or 'its image or pdf'} does not exist")
    if several := item.entities.keys() - item.values().keys():
        raise Wrong(f"the entity {shown(min(several))} is a list")
    title = label_rows.named(row, "title")
    return Sample(item.id, title, item.file, schemas[template], item.values())
