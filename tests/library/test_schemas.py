"""Schemas under a name: the app's templates for all, and each owner's own."""

from __future__ import annotations

import pytest

from kie_app.errors import SchemaError
from kie_app.library.library import Library
from kie_app.types import Key, Schema

GARAGE = Schema("garage", (Key("plate", "of the car", "id"),))


def test_what_is_saved_is_its_owners_alone_until_it_is_deleted(library: Library) -> None:
    library.schemas.save("ann", GARAGE)
    assert library.schemas.of("ann") == {**library.schemas.templates(), "garage": GARAGE}
    assert library.schemas.of("bob") == library.schemas.templates()
    with pytest.raises(SchemaError, match="You saved no keys under 'garage'"):
        library.schemas.delete("bob", "garage")
    changed = Schema("garage", (Key("note"),))
    library.schemas.save("ann", changed)
    assert library.schemas.of("ann")["garage"] == changed
    library.schemas.delete("ann", "garage")
    assert library.schemas.of("ann") == library.schemas.templates()


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        (Schema("receipt", GARAGE.keys), "is a template of the app"),
        (Schema(" ", GARAGE.keys), "type one"),
        (Schema("none", ()), "No keys"),
    ],
)
def test_what_cannot_be_asked_by_its_name_is_not_saved(
    library: Library, schema: Schema, part: str
) -> None:
    with pytest.raises(SchemaError, match=part):
        library.schemas.save("ann", schema)
    assert library.schemas.of("ann") == library.schemas.templates()
