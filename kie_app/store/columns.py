"""Column types that read what was saved: any text, frozen values, and times in UTC.

Neither database takes every Python string: PostgreSQL refuses NUL, both refuse lone surrogates, and
a PDF's text layer or a file's name may hold either. `Exact` escapes them. JSON is kept as text in
the same way, since PostgreSQL's own types refuse such characters, and NaN, inside it too.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

from kie_app.errors import Unavailable

# DLE is the control character that was made for escaping and the least likely in a text, so that a
# column reads as it is. What is escaped becomes DLE and its code as four hexadecimal digits.
_ESCAPED = re.compile("[\0\x10\ud800-\udfff]")
_ESCAPE = re.compile("\x10([0-9a-f]{4})")


def escaped(text: str) -> str:
    """The text without NUL and lone surrogates; different texts stay different."""
    return _ESCAPED.sub(lambda found: f"\x10{ord(found[0]):04x}", text)


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


class Exact(TypeDecorator[str]):
    """Text of any characters at all."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else escaped(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else unescaped(value)


class Json(TypeDecorator[Any]):
    """A value of the type `kind` (frozen dataclasses, tuples, plain JSON) as JSON.

    Reading raises StoreError when what stands there is not of the type.
    """

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        tree = self._adapter.dump_python(value)
        return escaped(json.dumps(tree, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        try:
            return self._adapter.validate_python(json.loads(unescaped(value)))
        except ValueError as error:
            kind = getattr(self.kind, "__name__", self.kind)
            raise Unavailable(
                f"A stored {kind} cannot be read ({str(error).splitlines()[0]}): the database was "
                "changed from outside or is damaged; restore it from a backup."
            ) from error


class Utc(TypeDecorator[datetime]):
    """A time with its zone, always given back in UTC; SQLite knows no zones and keeps UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The time to write down."""
    return datetime.now(UTC)
