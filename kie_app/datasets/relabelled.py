"""Labelled documents with other keys than their folder's, labelled by places instead of text.

Places let labels of documents be passed on that may not be passed on themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kie_app.datasets import label_rows
from kie_app.datasets.label_rows import Wrong, shown
from kie_app.datasets.labelled import Labelled
from kie_app.errors import DataError
from kie_app.text import Word, as_printed, words_of


def relabelled(items: Iterable[Labelled], file: Path) -> Iterator[Labelled]:
    """The items that `file` names, with its keys instead of their own.

    One JSON object a line: `id`, and `keys`: key -> [first, last] word of the given lines.
    """
    places = {}
    for number, row in label_rows.read(Path(file)):
        where = f"{file}:{number}"
        with _holding_places(where):
            parsed = label_rows.parse(row)
            places[label_rows.named(parsed, "id")] = (where, _spans(parsed.get("keys")))
    for item in items:
        if item.id in places:
            where, spans = places[item.id]
            words = list(words_of(item.lines))
            with _holding_places(where):
                entities: dict[str, str | list[str]] = {
                    key: _at(words, key, span) for key, span in spans.items()
                }
            yield replace(item, entities=entities)


@contextmanager
def _holding_places(where: str) -> Iterator[None]:
    try:
        yield
    except Wrong as wrong:
        raise DataError(
            f"{where} holds no places of keys ({wrong}): each line needs, in UTF-8, id, and keys "
            "as a JSON object of [first word, last word], counted from 0."
        ) from wrong


def _spans(keys: object) -> dict[str, tuple[int, int]]:
    if not isinstance(keys, dict):
        raise Wrong(f"keys is {shown(keys)}")
    for key, span in keys.items():
        if not isinstance(span, list) or [type(one) for one in span] != [int, int]:
            raise Wrong(f"the place of {shown(key)} is {shown(span)}")
    return {key: (first, last) for key, (first, last) in keys.items()}


def _at(words: Sequence[Word], key: str, span: tuple[int, int]) -> str:
    first, last = span
    if not 0 <= first <= last < len(words):
        raise Wrong(
            f"the place of {shown(key)} is {list(span)}, the document has {len(words)} words"
        )
    return as_printed(words[first : last + 1])
