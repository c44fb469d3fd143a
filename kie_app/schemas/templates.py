"""Key templates: schemas as YAML files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from kie_app.errors import DataError
from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.types import Key, Schema

TEMPLATE_FIELDS = ("name", "description", "keys")
KEY_FIELDS = ("name", "description", "kind", "slots")
KINDS = ", ".join(SLOTS_BY_KIND)
SHOWN = 60  # characters of a wrong value that a message repeats


def load_templates(folder: Path) -> dict[str, Schema]:
    """The schemas of all `*.yaml` files of a folder by name, in the order of the file names."""
    schemas: dict[str, Schema] = {}
    for path in sorted(Path(folder).glob("*.yaml")):
        schema = load_template(path)
        if schema.name in schemas:
            raise DataError(
                f"{path}: the name {_shown(schema.name)} is taken by another template in this "
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
    return parse_template(_text(Path(path)), str(path))


def parse_template(text: str, source: str) -> Schema:
    """The schema of a template's YAML text; DataError names `source`, the value and the remedy."""
    content = _mapping(_yaml(text, source), TEMPLATE_FIELDS, f"{source}: the template")
    name = _string(content, "name", f"{source}: the template")
    return Schema(name, keys_of(content.get("keys"), source))


def keys_of(items: object, source: str) -> tuple[Key, ...]:
    """The keys that a template lists; DataError names `source`, the value and the remedy."""
    if not isinstance(items, list) or not items:
        raise DataError(f"{source}: keys is {_shown(items)}; list at least one key under it.")
    keys = tuple(_key(item, f"{source}: key {number}") for number, item in enumerate(items, 1))
    _check_distinct((key.name for key in keys), source)
    return keys


def load_paraphrases(annotations_dir: Path) -> dict[str, list[str]]:
    """Other names of keys, from `paraphrases.yaml`; DataError names the file and the remedy."""
    path = Path(annotations_dir) / "paraphrases.yaml"
    found = _yaml(_text(path), str(path))
    if not isinstance(found, dict) or not all(isinstance(v, list) for v in found.values()):
        raise DataError(f"{path} holds no names of keys: write `name: [other name, ...]` a line.")
    return {str(name): [str(other) for other in others] for name, others in found.items()}


def dump_template(schema: Schema, description: str = "") -> str:
    """The YAML text that `load_template` reads as this schema."""
    content: dict[str, Any] = {"name": schema.name}
    if description:
        content["description"] = description
    content["keys"] = [_key_fields(key) for key in schema.keys]
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _key_fields(key: Key) -> dict[str, Any]:
    fields = {name: getattr(key, name) for name in KEY_FIELDS}
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _key(item: object, where: str) -> Key:
    content = _mapping(item, KEY_FIELDS, where)
    name = _string(content, "name", where)
    where = f"{where} ({_shown(name)})"
    description = _string(content, "description", where, default="")
    kind = _string(content, "kind", where, default="text")
    if kind not in SLOTS_BY_KIND:
        raise DataError(f"{where} has the kind {_shown(kind)}; choose one of {KINDS}.")
    slots = content.get("slots")
    if slots is not None and (type(slots) is not int or slots < 1):
        raise DataError(f"{where} has {_shown(slots)} slots; give a whole number from 1 up.")
    return Key(name, description, kind, slots)


def _check_distinct(names: Iterable[str], source: str) -> None:
    """Names that differ in case or blanks alone count as one."""
    seen: dict[str, str] = {}
    for name in names:
        folded = " ".join(name.split()).casefold()
        if folded in seen:
            raise DataError(
                f"{source}: the key {_shown(name)} stands there twice; remove or rename one."
            )
        seen[folded] = name


def _mapping(value: object, allowed: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(
            f"{where} is {_shown(value)}; write it as a mapping with {', '.join(allowed)}."
        )
    unknown = [name for name in value if name not in allowed]
    if unknown:
        raise DataError(
            f"{where} has the field {_shown(unknown[0])}, which is unknown; "
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
        raise DataError(f"{where} has the {name} {_shown(value)}, not a text; put it in quotes.")
    if default is None and not value.strip():
        raise DataError(f"{where} has the {name} {_shown(value)}, which is blank; fill it in.")
    return value


class _Dumper(yaml.SafeDumper):
    """YAML in which a text with line breaks is quoted: unquoted, PyYAML loses U+0085."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = None if text.splitlines() == [text] else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style)


class _Loader(yaml.SafeLoader):
    """YAML in which a field that stands twice in one mapping is an error, not the last one, and so
    is a reference to another place: a few of them in each other unfold to any size."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            problem = f"*{event.anchor} refers to another place; write out what stands there"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        fields = [name.value for name, _ in node.value if isinstance(name, yaml.ScalarNode)]
        for name, times in Counter(fields).items():
            if times > 1:
                problem = f"{_shown(name)} stands there twice; remove one"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


def _yaml(text: str, source: str) -> object:
    try:
        return yaml.load(text, Loader=_Loader)
    except RecursionError as error:
        raise DataError(f"{source} is nested too deeply; a template has three levels.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DataError(
            f"{source}:{line} is not YAML ({error.problem}); mend it, often an indent or a quote."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{source} is not YAML ({reason}); put the value in quotes.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): restore it, or set "
            "ONEPASS_ANNOTATIONS_DIR to the annotations folder of the project."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text; save it as UTF-8.") from error


def _shown(value: object) -> str:
    """A value as one short line."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."
