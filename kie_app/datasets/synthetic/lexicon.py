"""The words that pages are made of, read once from the YAML files beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kie_app.errors import DataError

# What safe_load uses, in C where that was built: ten times faster.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True)
class LexiconKey:
    """A key: how pages print its label, how analysts name it, how its value is made."""

    printed: tuple[str, ...]
    names: tuple[str, ...]
    value: str


@cache
def read(name: str) -> dict[str, Any]:
    """One file's mapping. A bare Yes or No would silently be no word, so every leaf is checked."""
    path = FOLDER / f"{name}.yaml"
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    except (OSError, yaml.YAMLError) as error:
        raise DataError(f"{path} cannot be read ({error}): install the package anew.") from error
    _check(found, path)
    return dict(found)


def words(file: str, name: str) -> list[str]:
    """One list of words."""
    return list(read(file)[name])


@cache
def keys() -> dict[str, LexiconKey]:
    """Every key that is asked."""
    return {name: _entry(given) for name, given in read("labels").items()}


@cache
def unasked(group: str) -> dict[str, LexiconKey]:
    """What is printed beside the keys and never asked."""
    return {name: _entry(given) for name, given in read("unasked")[group].items()}


def _entry(given: dict[str, Any]) -> LexiconKey:
    return LexiconKey(tuple(given["printed"]), tuple(given.get("names", ())), given["value"])


def _check(found: object, path: Path) -> None:
    if isinstance(found, dict):
        for one in found.values():
            _check(one, path)
    elif isinstance(found, list):
        for one in found:
            _check(one, path)
    elif isinstance(found, bool) or not isinstance(found, str | int):
        raise DataError(f"{path} holds {found!r}, which is no word: put it in quotes.")


SYNONYMS: dict[str, tuple[str, ...]] = {name: entry.names for name, entry in keys().items()}
