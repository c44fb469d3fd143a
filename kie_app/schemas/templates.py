"""Key templates: schemas as YAML files.

A template holds `name`, `description` and `keys`, a list of `name`, `description`, `kind` and
`slots`; only the names must be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kie_app.errors import DataError
from kie_app.schemas.checks import key_fault
from kie_app.schemas.yaml_text import dump_yaml, load_yaml, read_text, shown
from kie_app.types import Key, Schema

TEMPLATE_FIELDS = ("name", "description", "keys")
KEY_FIELDS = ("name", "description", "kind", "slots")


def load_templates(folder: Path) -> dict[str, Schema]:
    """The schemas of all `*.yaml` files of a folder by name, in the order of the file names."""
    schemas: dict[str, Schema] = {}
    for path in sorted(Path(folder).glob("*.yaml")):
        schema = load_template(path)
        if schema.name in schemas:
            raise DataError(
                f"{path}: the name {shown(schema.name)} is taken by another template in this "
                "folder; give it another name."
            )
        schemas[schema.name] = schema
    if not schemas:
        raise DataError(
            f"{folder} holds no key template: add a YAML file, or set ONEPASS_ANNOTATIONS_DIR "
            "to the annotations folder of the project."
        )
    return schemas


def load_template(path: Path) -> Schema:
    """The schema of one YAML file; DataError names the file, the value and the remedy."""
    return parse_template(read_text(Path(path)), str(path))


def parse_template(text: str, source: str) -> Schema:
    """The schema of a template's YAML text; DataError names `source`, the value and the remedy."""
    content = _mapping(load_yaml(text, source), TEMPLATE_FIELDS, f"{source}: the template")
    name = _string(content, "name", f"{source}: the template")
    return Schema(name, keys_of(content.get("keys"), source))


def keys_of(items: object, source: str) -> tuple[Key, ...]:
    """The keys that a template lists; DataError names `source`, the value and the remedy."""
    if not isinstance(items, list) or not items:
        raise DataError(f"{source}: keys is {shown(items)}; list at least one key under it.")
    keys = tuple(_key(item, f"{source}: key {number}") for number, item in enumerate(items, 1))
    if fault := key_fault(keys):
        number = fault.place + 1
        name = shown(keys[fault.place].name)
        raise DataError(f"{source}: key {number} ({name}) {fault.reason}")
    return keys


def load_paraphrases(annotations_dir: Path) -> dict[str, list[str]]:
    """Other names of keys, from `paraphrases.yaml`; DataError names the file and the remedy."""
    path = Path(annotations_dir) / "paraphrases.yaml"
    found = load_yaml(read_text(path), str(path))
    if not isinstance(found, dict) or not all(isinstance(v, list) for v in found.values()):
        raise DataError(f"{path} holds no names of keys: write `name: [other name, ...]` a line.")
    return {str(name): [str(other) for other in others] for name, others in found.items()}


def dump_template(schema: Schema, description: str = "") -> str:
    """The YAML text that `load_template` reads as this schema."""
    content: dict[str, Any] = {"name": schema.name}
    if description:
        content["description"] = description
    content["keys"] = [_key_fields(key) for key in schema.keys]
    return dump_yaml(content)


def _key_fields(key: Key) -> dict[str, Any]:
    fields = {name: getattr(key, name) for name in KEY_FIELDS}
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _key(item: object, where: str) -> Key:
    content = _mapping(item, KEY_FIELDS, where)
    name = _string(content, "name", where)
    where = f"{where} ({shown(name)})"
    description = _string(content, "description", where, default="")
    kind = _string(content, "kind", where, default="text")
    slots = content.get("slots")
    if slots is not None and type(slots) is not int:
        raise DataError(f"{where} has {shown(slots)} slots: give a whole number from 1 up.")
    return Key(name, description, kind, slots)


def _mapping(value: object, allowed: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(
            f"{where} is {shown(value)}; write it as a mapping with {', '.join(allowed)}."
        )
    unknown = [name for name in value if name not in allowed]
    if unknown:
        raise DataError(
            f"{where} has the field {shown(unknown[0])}, which is unknown; "
            f"use {', '.join(allowed)}."
        )
    return value


def _string(content: Mapping[str, Any], name: str, where: str, default: str | None = None) -> str:
    """A text field; without a default it must be there and not be blank."""
    value = content.get(name)
    if value is None and default is not None:
        return default
    if value is None:
        raise DataError(f"{where} has no {name}; add one.")
    if not isinstance(value, str):
        raise DataError(f"{where} has the {name} {shown(value)}, not a text; put it in quotes.")
    if default is None and not value.strip():
        raise DataError(f"{where} has the {name} {shown(value)}, which is blank; fill it in.")
    return value
