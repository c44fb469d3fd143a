"""Schemas by name: the app's key templates, and those that an owner saved."""

from __future__ import annotations

from kie_app.config import Settings
from kie_app.errors import SchemaError
from kie_app.schemas.checks import check_schema
from kie_app.schemas.templates import load_templates
from kie_app.store import Store
from kie_app.types import Schema


class NamedSchemas:
    """What can be asked for by name, each owner's own beside the templates of all."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store

    def templates(self) -> dict[str, Schema]:
        """The app's key templates."""
        return load_templates(self._settings.annotations_dir / "templates")

    def of(self, owner: str) -> dict[str, Schema]:
        """The key templates and what this owner saved, by name."""
        return {**self.templates(), **self._own(owner)}

    def checked(self, schema: Schema) -> Schema:
        """The schema; SchemaError when it cannot be asked."""
        check_schema(schema, self._settings)
        return schema

    def save(self, owner: str, schema: Schema) -> None:
        """Keep a schema under its name, in the place of the owner's one of that name. SchemaError
        when it cannot be asked, or has no name or that of a key template."""
        self.checked(schema)
        if not schema.name.strip():
            raise SchemaError("The keys have no name to be saved under: type one.")
        if schema.name in self.templates():
            raise SchemaError(f"{schema.name!r} is a template of the app: save under another name.")
        self._store.schemas.save(owner, schema)

    def delete(self, owner: str, name: str) -> None:
        """Remove a schema that the owner saved; SchemaError when there is none of that name."""
        if name not in self._own(owner):
            raise SchemaError(
                f"You saved no keys under {name!r}: choose one of your own to remove."
            )
        self._store.schemas.delete(owner, name)

    def _own(self, owner: str) -> dict[str, Schema]:
        return {one.schema.name: one.schema for one in self._store.schemas.of(owner)}
