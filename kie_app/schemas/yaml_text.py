"""YAML as templates are written: read strictly, and written so that every text comes back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from kie_app.errors import DataError

SHOWN = 60  # characters of a wrong value that a message repeats


def read_text(path: Path) -> str:
    """The text of a file of the annotations folder; DataError names it and the remedy."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror}): restore it, or set "
            "ONEPASS_ANNOTATIONS_DIR to the annotations folder of the project."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text; save it as UTF-8.") from error


def load_yaml(text: str, source: str) -> object:
    """What a YAML text holds; DataError names `source`, the line and the remedy."""
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


def dump_yaml(content: object) -> str:
    """The YAML text of plain values, in their order."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def shown(value: object) -> str:
    """A value as one short line."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


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
                problem = f"{shown(name)} stands there twice; remove one"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


_Dumper.add_representer(str, _Dumper.represent_text)
