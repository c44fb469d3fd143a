"""Spans are asked by their place: the name leads to the value, and what is hidden is covered."""

from __future__ import annotations

import random
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kie_app.config import Settings
from kie_app.evaluation.metrics import MatchCounts
from kie_app.text import words_of
from kie_app.training import mask_pretraining, sources
from kie_app.training.mask_pretraining import LONGEST, TASKS, example
from kie_app.training.packing import IGNORE, pack
from kie_app.training.sources import Mix
from kie_app.training.trainer import Progress, TrainOptions
from kie_app.types import Box, Document, Line, Page
from tests.conftest import make_backbone, make_document
from tests.training.folders import labelled_folder

seeds = st.integers(0, 10_000)


def made(seed: int):
    return example(make_document(seed % 50, 12), random.Random(seed), lambda value: len(value))


@given(seeds)
def test_a_cue_leads_to_its_span_and_nowhere_else(seed: int) -> None:
    one = made(seed)
    text = " ".join(word.text for word in words_of(one.document.lines))
    assert len(one.values) <= TASKS
    for key, value in zip(one.schema.keys, one.values, strict=True):
        assert value
        assert len(value.split()) <= LONGEST
        task, cue = re.fullmatch(r'(.+?) "(.*)"', key.name).groups()
        if task in ("after", "hidden after"):
            assert f" {text} ".count(f" {cue} {value} ") == 1
        if task == "before":
            assert f" {text} ".count(f" {value} {cue} ") == 1


@given(seeds)
def test_hidden_words_are_covered_and_no_cue_or_other_span_touches_them(seed: int) -> None:
    one = made(seed)
    words = [word.text for word in words_of(one.document.lines)]
    covered = {at for a, b in one.hidden for at in range(a, b + 1)}
    hidden = [
        value
        for key, value in zip(one.schema.keys, one.values, strict=True)
        if key.name.startswith("hidden")
    ]
    for value in hidden:
        assert any(" ".join(words[a : b + 1]) == value for a, b in one.hidden)
    assert len(covered) == sum(b - a + 1 for a, b in one.hidden), "no two spans overlap"


def test_covered_tokens_carry_the_mask_vector_and_pointers_pass_them_over() -> None:
    backbone = make_backbone()
    one = next(e for e in map(made, range(100)) if e.hidden)
    packed = pack(backbone.text, one, random.Random(0))
    inside = packed.slots[: packed.document]
    assert inside.any()
    assert (packed.slot[: packed.document] == IGNORE).all(), "they are answered in their block"
    for runs in packed.runs:
        for first, last in runs:
            assert not any(a <= last and first <= b for a, b in one.hidden)


def test_lines_are_asked_by_their_neighbours() -> None:
    lines = (
        Line("TOTAL", Box(0.0, 0.1, 0.3, 0.15)),
        Line("12.50", Box(0.6, 0.1, 0.8, 0.15)),
        Line("CASH", Box(0.0, 0.2, 0.3, 0.25)),
        Line("20.00", Box(0.6, 0.2, 0.8, 0.25)),
    )
    document = Document("a", "a", (Page(0, 100, 100),), lines, "given")
    asked: dict[str, str] = {}
    for seed in range(60):
        one = example(document, random.Random(seed), len)
        asked |= dict(zip([key.name for key in one.schema.keys], one.values, strict=True))
    assert asked['right of "TOTAL"'] == "12.50"
    assert asked['right of "CASH"'] == "20.00"
    assert asked['below "TOTAL"'] == "CASH"
    assert asked['below "12.50"'] == "20.00"
    assert 'right of "12.50"' not in asked


def test_a_page_without_text_asks_nothing() -> None:
    empty = Document("a", "a", (Page(0, 100, 100),), (), "given")
    assert example(empty, random.Random(0), len).values == ()


def test_processes_judge_each_validation_document_once(tmp_path: Path) -> None:
    folders = [str(labelled_folder(tmp_path / "data", 30)), "synthetic"]
    mix = Mix(sources.read(folders, "train"), 0, Settings())
    held = sources.held_out(folders)
    backbone = make_backbone()
    whole = mask_pretraining.judge(backbone, mix, held, 0, 1)
    shares = [mask_pretraining.judge(backbone, mix, held, at, 2) for at in range(2)]
    assert sum(shares, MatchCounts()) == whole
    tokens = sum(
        int(((packed.slot != IGNORE) & (packed.slot != backbone.text.end)).sum())
        for source in held
        for item in source.items
        if (
            packed := mask_pretraining.packed_spans(
                backbone.text, mix.document(item), random.Random(item.id)
            )
        )
    )
    assert whole.right + whole.wrong == tokens > 0
    assert whole.f1 == whole.right / tokens


def test_pre_training_stops_early_and_validates_its_last_step(tmp_path: Path, monkeypatch) -> None:
    scores = iter(
        [MatchCounts(1, 1, 1), MatchCounts(2, 1, 1), MatchCounts(1, 1, 1), MatchCounts(1, 1, 1)]
    )
    monkeypatch.setattr(mask_pretraining, "judge", lambda *_: next(scores))
    folders = [str(labelled_folder(tmp_path / "data", 30))]

    def run(steps: int, patience: int) -> list[float | None]:
        seen: list[Progress] = []
        options = TrainOptions(
            tmp_path / "out", steps, 1, rank=4, validate_every=2, patience=patience
        )
        make_backbone.cache_clear()
        mask_pretraining.train(make_backbone(), options, folders, "train", Settings(), seen.append)
        make_backbone.cache_clear()
        return [one.f1 for one in seen]

    assert run(3, 9) == [None, 0.5, 2 / 3]
    assert run(9, 1) == [None, 0.5, None, 0.5]
