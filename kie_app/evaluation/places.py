"""Whether a value's box lies where the label says that it stands."""

from __future__ import annotations

from collections.abc import Sequence

from kie_app.datasets.labelled import Labelled
from kie_app.text import find_runs, words_of
from kie_app.types import Box, Line, Source


def placed(item: Labelled, key: str, sources: Sequence[Source]) -> bool | None:
    """Every box has its middle on a line that holds the labelled value.

    None where the label does not tell: no lines are given, or the value is no run of them. Where
    lines are classified, a line of the value's class is meant; a value printed elsewhere too (a
    total that is also the cash paid) is then in the wrong place there.
    """
    value = item.entities.get(key)
    if not isinstance(value, str) or not item.lines:
        return None
    lines = _classified(item, value) or _holding(item, value)
    if not lines:
        return None
    return bool(sources) and all(any(_on(source, line) for line in lines) for source in sources)


def _classified(item: Labelled, value: str) -> list[Line]:
    """The lines of the class whose texts make up the value."""
    wanted = "".join(value.split())
    for kind in dict.fromkeys(item.classes):
        lines = [line for line, own in zip(item.lines, item.classes, strict=True) if own == kind]
        if "".join("".join(line.text.split()) for line in lines) == wanted:
            return lines
    return []


def _holding(item: Labelled, value: str) -> list[Line]:
    document = item.document()  # whose order of lines is not that of the label
    words = list(words_of(document.lines))
    runs = find_runs([word.text for word in words], value)
    return [document.lines[words[at].line] for a, b in runs for at in range(a, b + 1)]


def _on(source: Source, line: Line) -> bool:
    box: Box = source.box
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    slack = (line.box.y1 - line.box.y0) / 4  # OCR and labels draw boxes a little differently
    inside = line.box.x0 <= x <= line.box.x1
    return source.page == line.page and inside and (line.box.y0 - slack <= y <= line.box.y1 + slack)
