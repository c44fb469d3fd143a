"""Keys that cannot be asked are refused, each with what to change."""

from __future__ import annotations

import pytest

from kie_app.config import Settings
from kie_app.errors import SchemaError
from kie_app.schemas.checks import check_schema
from kie_app.types import Key, Schema

SETTINGS = Settings()


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ((), "No keys"),
        ((Key("total"), Key("Total ")), "'Total' is given twice"),
        (tuple(Key(f"key {i}") for i in range(200)), "200 keys are given, the limit is 64"),
        ((Key("x" * 10_000),), "10000 characters, the limit is 200"),
        ((Key("a", "d" * 201),), "201 characters, the limit is 200"),
        ((Key("  "),), "give every key a visible name"),
        ((Key("a", kind="colour"),), "'colour'"),
        ((Key("a", kind="c" * 10_000),), "ccc..."),
        ((Key("a", slots=0),), "0 slots"),
    ],
)
def test_keys_that_cannot_be_asked_are_refused_in_one_line(
    keys: tuple[Key, ...], says: str
) -> None:
    with pytest.raises(SchemaError, match=r"\w") as raised:
        check_schema(Schema("bad", keys), SETTINGS)
    message = str(raised.value)
    assert says in message
    assert "\n" not in message
    assert len(message) < 200
