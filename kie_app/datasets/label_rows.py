"""The rows of a label file, one JSON object a line, and what they hold as checked values.

A `Wrong` says what is not as it should be; who reads the file adds where, and what to write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from kie_app.errors import DataError
from kie_app.types import Box, Line

BOM = b"\xef\xbb\xbf"
LARGEST = 10**9  # of numbers: beyond it nothing is a box, a page or a size
WRITTEN: dict[str, Any] = {"ensure_ascii": False, "default": float}
SHOWN = 60  # characters of a value in an error


class Wrong(ValueError):
    """A row or value that is not what the file should hold."""


def read(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of every row that is not blank; DataError when the file cannot be read."""
    try:
        with path.open("rb") as rows:
            for number, row in enumerate(rows, 1):
                if text := row.removeprefix(BOM if number == 1 else b"").strip():
                    yield number, text
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): pass a file that can."
        ) from error


def parse(row: bytes) -> dict[str, Any]:
    """A row's JSON object. Numbers with a point are decimals, which keep the digits as written."""
    try:
        found = json.loads(row.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise Wrong(f"it is not UTF-8 ({error})") from error
    except (ValueError, RecursionError) as error:
        raise Wrong(f"it is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise Wrong(f"{shown(found)} is no JSON object")
    if b"\\u" in row and re.search(r"[\ud800-\udfff]", json.dumps(found, **WRITTEN)):
        raise Wrong("it holds half a character, \\ud800 to \\udfff alone")  # nobody could print it
    return found


def shown(value: object) -> str:
    """A value as JSON in an error's one line, cut where it is long."""
    written = json.dumps(value, **WRITTEN)
    return written if len(written) <= SHOWN else f"{written[:SHOWN]}..."


def text(value: object) -> str | None:
    """A string, or a number as it is written; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if _is_number(value) else None


def named(row: Mapping[str, Any], *names: str) -> str:
    """The text under the first of the names that has one."""
    for name in names:
        if found := text(row.get(name)):
            return found
    raise Wrong(f"{names[-1]} is {shown(row.get(names[-1]))}")


def whole(row: Mapping[str, Any], name: str) -> int:
    """A count from 0; 0 where it is absent."""
    value = row.get(name)
    if value is None:
        return 0
    if not _is_number(value) or not 0 <= value < LARGEST:
        raise Wrong(f"{name} is {shown(value)}, no number from 0")
    return int(value)


def line(row: object) -> Line:
    """A line of text from `text`, `box` and, where it is not the first, `page`."""
    if not isinstance(row, dict):
        raise Wrong(f"the line {shown(row)} is no JSON object")
    printed = text(row.get("text"))
    if printed is None:
        raise Wrong(f"the text of a line is {shown(row.get('text'))}")
    return Line(printed, _box(row.get("box")), whole(row, "page"))


def entities(row: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Key -> text or list of texts; a key whose value is null is absent."""
    found = row.get("entities")
    if not isinstance(found, dict):
        raise Wrong(f"entities is {shown(found)}, no JSON object")
    return {key: _entity(key, value) for key, value in found.items() if value is not None}


def _entity(key: str, value: object) -> str | list[str]:
    values = value if isinstance(value, list) else [value]
    found = [printed for one in values if (printed := text(one)) is not None]
    if len(found) < len(values):
        raise Wrong(f"the entity {shown(key)} is {shown(value)}, no string or list of strings")
    return found if isinstance(value, list) else found[0]


def tables(row: Mapping[str, Any]) -> dict[str, tuple[dict[str, str], ...]]:
    """Table -> its rows, each column -> cell; a cell that is null is absent."""
    found = row.get("tables")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Wrong(f"tables is {shown(found)}, no JSON object")
    return {
        name: tuple(_cells(name, one) for one in _rows(name, own)) for name, own in found.items()
    }


def _rows(name: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Wrong(f"the table {shown(name)} is {shown(value)}, no list of rows")
    return value


def _cells(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Wrong(f"a row of the table {shown(name)} is {shown(value)}, no JSON object")
    out = {}
    for column, cell in value.items():
        if cell is None:
            continue
        printed = text(cell)
        if printed is None:
            raise Wrong(f"the cell {shown(column)} of {shown(name)} is {shown(cell)}, no string")
        out[column] = printed
    return out


def _box(value: object) -> Box:
    if (
        not isinstance(value, list)
        or len(value) != 4
        or not all(_is_number(edge) and abs(edge) < LARGEST for edge in value)
    ):
        raise Wrong(f"the box {shown(value)} is not four numbers")
    return Box(*map(float, value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
