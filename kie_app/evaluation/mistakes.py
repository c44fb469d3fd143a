"""The fields that a decoder got wrong, one JSON object a line, to be looked at one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kie_app.evaluation.matching import loosely
from kie_app.evaluation.metrics import Answer, Judged
from kie_app.types import Source


@dataclass(frozen=True)
class Mistake:
    """A field whose answer is not its label by the exact match; `near` where it is by the
    normalised one. Label and answer are as the match reads them, None where there is none, and
    `sources` is where the answer stands."""

    document: str
    decoder: str
    key: str
    label: str | None
    answer: str | None
    near: bool
    confidence: float
    sources: tuple[Source, ...]


def mistakes(document: str, decoder: str, judged: Judged, keys: Sequence[str]) -> Iterator[Mistake]:
    """What is wrong among the answers for a document, in the order of the keys."""
    for key in keys:
        values, answer = judged.values(key), judged.answers.get(key, Answer(None))
        if values is None or values[0] == values[1]:
            continue
        label, given = values
        yield Mistake(
            document,
            decoder,
            key,
            label or None,
            given or None,
            loosely(label, key) == loosely(given, key),
            answer.confidence,
            answer.sources,
        )


def write(path: Path, found: Iterable[Mistake]) -> None:
    """Write them as JSON lines; a source is [page, [left, top, right, bottom]]."""
    lines = (json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found)
    path.write_text("".join(lines), "utf-8")
