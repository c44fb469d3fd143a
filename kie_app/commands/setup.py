"""What commands begin with: settings, the engine, and what their arguments name."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from kie_app.config import Settings
from kie_app.errors import DataError

if TYPE_CHECKING:
    from kie_app.engine.engine import Engine
    from kie_app.types import Schema


def open_engine() -> Engine:
    """The engine; libraries no longer write progress bars and warnings between our lines."""
    from transformers.utils import logging

    from kie_app.engine.engine import Engine

    logging.disable_progress_bar()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    return Engine(Settings.from_env())


def schema_named(engine: Engine, named: str) -> Schema:
    """The key template of that name, else the YAML file at that path."""
    from kie_app.schemas.templates import load_template, load_templates

    templates = load_templates(engine.settings.annotations_dir / "templates")
    if named in templates:
        return templates[named]
    if Path(named).is_file():
        return load_template(Path(named))
    raise DataError(
        f"{named!r} is no key template and no file: give a YAML file, or one of "
        f"{', '.join(templates)}."
    )


def names_in(text: str) -> list[str]:
    """Names between commas, without blanks around them."""
    return [name for part in text.split(",") if (name := part.strip())]
