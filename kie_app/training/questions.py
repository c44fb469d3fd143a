"""What validation documents are asked to calibrate a checkpoint: prompts with their labels."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kie_app import documents
from kie_app.extraction import WINDOW_OVERLAP, WINDOW_TOKENS
from kie_app.model.backbone import Backbone
from kie_app.model.prompt import Prompt, build_prompt
from kie_app.model.tokens import windows
from kie_app.schemas.kinds import schema_of
from kie_app.text import find_runs, words_of
from kie_app.training.examples import with_new_names
from kie_app.training.sources import Mix, Source
from kie_app.types import Document

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """A prompt and, key by key, its label ("" where the key is absent); `scanned` says that text
    recognition read it."""

    prompt: Prompt
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    scanned: bool = False


def question_sets(backbone: Backbone, mix: Mix, each: int) -> list[list[Question]]:
    """The questions of every source, and one set more of keys that nobody has met."""
    known = [list(questions(backbone, source, mix, each)) for source in mix.sources]
    new = list(invented_questions(backbone, mix, each))
    return [*known, new] if new else known


def invented_questions(backbone: Backbone, mix: Mix, each: int) -> Iterator[Question]:
    """Labels that the documents print, replaced by invented words on the page and asked by these,
    and a word that stands nowhere: how ready "absent" should be for an analyst's own keys."""
    for item in (item for source in mix.sources for item in source.items[:each] if item.lines):
        rng = random.Random(item.id)
        document, new = with_new_names(mix.document(item), item.values(), rng)
        labels = {name: value or "" for name, value in new.items()}
        prompt = build_prompt(backbone.text, document, schema_of("calibration", labels))
        yield Question(prompt, tuple(labels), tuple(labels.values()))


def questions(backbone: Backbone, source: Source, mix: Mix, each: int) -> Iterator[Question]:
    """All keys of a source asked of its documents, window by window as `extract` does.

    A value that is no run of words of this window is absent from it, also where no other window
    prints it as such. A document of one window keeps its labels as they are.
    """
    for item in source.items[:each]:
        yield from _by_window(backbone, mix.document(item), item.values(), source.keys_for(item))


def scanned_questions(backbone: Backbone, mix: Mix, most: int) -> Iterator[Question]:
    """All keys of `most` documents whose lines are given, asked of what text recognition reads on
    their images instead."""
    items = [
        (one, source.keys_for(one)) for source in mix.sources for one in source.items if one.lines
    ]
    pictured = [(one, keys) for one, keys in items if one.file and one.file.is_file()]
    for item, keys in spread(pictured, most):
        found = documents.read(item.data(), item.name, mix.settings)
        yield from _by_window(backbone, found, item.values(), keys)


def _by_window(
    backbone: Backbone, document: Document, values: Mapping[str, str], keys: Sequence[str]
) -> Iterator[Question]:
    parts = windows(backbone.text, document, WINDOW_TOKENS, WINDOW_OVERLAP)
    for part in parts:
        words = [word.text for word in words_of(part.lines)]
        labels = {
            key: " ".join(values.get(key, "").split())
            if len(parts) == 1 or find_runs(words, values.get(key))
            else ""
            for key in keys
        }
        prompt = build_prompt(backbone.text, part, schema_of("calibration", labels))
        yield Question(prompt, tuple(labels), tuple(labels.values()), document.recognised)


def spread(every: Sequence[T], most: int) -> Sequence[T]:
    """At most `most` of them, evenly from all."""
    return every[:: max(1, -(-len(every) // most))]
