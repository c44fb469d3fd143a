"""The packed layout is the one that decoding uses; attention equals PyTorch's; resume is exact."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from kie_app.config import Settings
from kie_app.datasets.labelled import Labelled, labelled
from kie_app.datasets.splits import split_of_shop
from kie_app.decoding import mask_parallel, slots
from kie_app.decoding.base import Recorder
from kie_app.errors import BackboneError, DataError
from kie_app.model import checkpoint as checkpoints
from kie_app.model.backbone import Backbone
from kie_app.model.prompt import build_prompt
from kie_app.text import words_of
from kie_app.training import attention, course, devices, examples, model_card, summary, trainer
from kie_app.training.examples import Example, Naming, example
from kie_app.training.kv_finetuning import KvOptions, train
from kie_app.training.objective import Objective, pointer_loss
from kie_app.training.packing import IGNORE, POINTER_SLOTS, Packed, pack
from kie_app.training.trainer import TrainOptions
from kie_app.types import Box, Key, Line, Schema
from tests.conftest import RECEIPT_KEYS, make_backbone, make_document
from tests.training.folders import labelled_folder


def example_of(seed: int) -> Example:
    document = make_document(seed)
    words = [word.text for word in words_of(document.lines)]
    values = (" ".join(words[:3]), words[4], None, " ".join(words[5:7]))
    pointed = ((Key("cash given"), words[3]), (Key("table"), None))
    return Example(document, Schema("training", RECEIPT_KEYS), values, pointed=pointed)


@pytest.mark.parametrize("seed", range(4))
def test_packed_blocks_see_what_decoding_shows_them(any_backbone: Backbone, seed: int) -> None:
    """States of slots and pointers in the packed sequence equal those of `mask_parallel`."""
    example = example_of(seed)
    packed = pack(any_backbone.text, example, random.Random(seed))
    asked = Schema("all", example.schema.keys + tuple(key for key, _ in example.pointed))
    prompt = build_prompt(any_backbone.text, example.document, asked)
    with torch.inference_mode():
        embeds = any_backbone.embed(packed.ids, packed.boxes, packed.boxed, packed.slots)
        states = any_backbone.forward(embeds, packed.positions, packed.visible)
        encoding = any_backbone.encode(prompt.document)
        ends = [*(packed.query[1:] - torch.tensor([len(k) for k in prompt.keys[1:]])).tolist()]
        ends.append(len(packed.ids) - 1)
        budgets = [end - q for end, q in zip(ends, packed.query.tolist(), strict=True)]
        blocks = [
            replace(block, budget=budget)
            for block, budget in zip(slots.blocks_of(prompt), budgets, strict=True)
        ]
        prepared = mask_parallel.prepare(Recorder(any_backbone), prompt, encoding)
        filled = slots.fill(any_backbone, [prepared], blocks, prompt.end)
        expected = any_backbone.logits(states[packed.slots])
    torch.testing.assert_close(torch.cat(filled.logits), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(filled.queries, states[packed.query], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(encoding.words, states[packed.words], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_targets_are_the_tokens_that_come_next(tiny_backbone: Backbone, seed: int) -> None:
    packed = pack(tiny_backbone.text, example_of(seed), random.Random(seed))
    at = (packed.next != IGNORE).nonzero().flatten()
    assert torch.equal(packed.next[at], packed.ids[at + 1])
    assert (packed.visible[at, at + 1]).logical_not().all(), "no target is visible before its turn"
    untaught = packed.slots & (packed.slot == IGNORE)
    assert not (packed.slot != IGNORE)[~packed.slots].any()
    assert untaught.sum() == 2 * POINTER_SLOTS, "only the two pointer blocks have slots to spare"
    assert len(packed.query) == len(packed.runs) == len(RECEIPT_KEYS) + 2


MEMBER = {"member", *(f"member {word}" for word in ("number", "no.", "code", "id"))}


def test_what_every_decoder_is_not_asked_for_is_asked_of_the_pointers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examples, "RENAMED", 0.0)
    values = {"total": "9.00", "date": "1 May", "tips": None, "shop": "A B"}
    lines = tuple(
        Line(text, Box(0, i / 10, 1, (i + 1) / 10))
        for i, text in enumerate(("A B", "Member: 77", "1 May", "9.00"))
    )
    document = replace(make_document(0), lines=lines)
    naming = Naming(other={"total": ["amount due"]})
    seen: set[str] = set()
    for seed in range(20):
        found = example(document, values, random.Random(seed), naming, most=2)
        names = [key.name for key in found.schema.keys]
        assert len(names) <= 2 + 1, "two of the labelled keys and at most the printed one"
        others = {key.name: value for key, value in found.pointed}
        assert not others.keys() & set(names)
        everything = {**values, "amount due": "9.00"} | dict.fromkeys(MEMBER, "77")
        assert all(everything[name] == value for name, value in others.items())
        assert {*names, *others} >= {"date", "tips", "shop"}
        assert {*names, *others} & MEMBER
        seen |= others.keys()
    assert {*values, "amount due", "member"} < seen <= everything.keys()


@pytest.mark.parametrize("document", [0, 4, 7])
def test_grouped_attention_equals_pytorchs(document: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the document's rows are taken in pieces (here of three)."""
    monkeypatch.setattr(attention, "ROWS", 3)
    torch.manual_seed(0)
    query, key, value = torch.randn(1, 6, 9, 8), torch.randn(1, 2, 9, 8), torch.randn(1, 2, 9, 8)
    visible = torch.rand(9, 9) < 0.6
    visible.fill_diagonal_(True)
    visible[:document] = torch.ones(9, 9, dtype=torch.bool).tril()[:document]
    visible[document:, :document] = True
    mask = torch.zeros(1, 1, 9, 9).masked_fill(~visible, torch.finfo(torch.float32).min)
    ours, _ = attention.grouped_attention(
        torch.nn.Module(), query, key, value, mask, document=document
    )
    theirs = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, enable_gqa=True
    )
    torch.testing.assert_close(ours, theirs.transpose(1, 2), atol=1e-5, rtol=1e-5)


def test_pointer_loss_equals_a_softmax_over_listed_runs() -> None:
    torch.manual_seed(1)
    scores, no_run = torch.randn(2, 3, 3), torch.randn(2)
    gold = [[(0, 1), (2, 2)], []]
    first = torch.softmax(torch.cat([scores[0].flatten(), no_run[:1]]), 0)
    second = torch.softmax(torch.cat([scores[1].flatten(), no_run[1:]]), 0)
    expected = -(torch.log(first[1] + first[8]) + torch.log(second[9])) / 2
    torch.testing.assert_close(pointer_loss(scores, no_run, gold), expected)


class Killed(Exception):
    pass


def everything(folder: Path) -> KvOptions:
    return KvOptions((str(folder),), split="all", validated=4)


@pytest.mark.parametrize("pointers_only", [False, True])
def test_a_killed_run_resumes_exactly(tmp_path: Path, pointers_only: bool) -> None:
    data = labelled_folder(tmp_path / "data")
    start = None
    if pointers_only:
        start = tmp_path / "start"
        make_backbone.cache_clear()
        first = TrainOptions(start, steps=1, batch=1, rank=4)
        train(make_backbone(), first, everything(data), Settings(), lambda _: None)

    def run(out: Path, kill_at: int | None = None) -> list[str]:
        make_backbone.cache_clear()
        said: list[str] = []

        def progress(step) -> None:
            if step.step == kill_at:
                raise Killed
            said.append(f"{step.step} {step.next} {step.slots} {step.pointers} {step.f1}")

        options = TrainOptions(
            out,
            steps=5,
            batch=2,
            rank=4,
            start=start,
            validate_every=2,
            patience=9,
            save_every=1,
            pointers_only=pointers_only,
        )
        try:
            train(make_backbone(), options, everything(data), Settings(), progress)
        except Killed:
            pass
        finally:
            make_backbone.cache_clear()
        return said

    whole = run(tmp_path / "whole")
    first = run(tmp_path / "parts", kill_at=4)
    second = run(tmp_path / "parts")
    assert first + second == whole
    for file in ("adapter_model.safetensors", checkpoints.HEADS):
        one, other = load_file(tmp_path / "whole" / file), load_file(tmp_path / "parts" / file)
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_training_learns_and_the_merged_checkpoint_says_the_same(tmp_path: Path) -> None:
    data = labelled_folder(tmp_path / "data", 4)
    losses: list[float] = []
    make_backbone.cache_clear()
    backbone = make_backbone()
    options = TrainOptions(tmp_path / "out", steps=30, batch=2, rank=4, learning_rate=5e-3)
    train(
        backbone,
        options,
        everything(data),
        Settings(),
        lambda step: losses.append(step.next + step.pointers),
    )
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
    make_backbone.cache_clear()
    fresh = make_backbone()
    checkpoints.merge(checkpoints.read(tmp_path / "out"), fresh.model, fresh.heads)
    make_backbone.cache_clear()
    packed = pack(fresh.text, example_of(1), random.Random(1))
    with torch.inference_mode():
        trained = Objective(backbone)(packed)
        merged = Objective(fresh)(packed)
    torch.testing.assert_close(
        torch.stack(list(trained)), torch.stack(list(merged)), atol=1e-2, rtol=1e-2
    )


def test_a_folder_without_usable_documents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"id": "1", "image": "1.png", "entities": {}}\n')
    with pytest.raises(DataError, match="no labelled document"):
        train(
            make_backbone(), TrainOptions(tmp_path / "out"), KvOptions((str(tmp_path),)), Settings()
        )


def test_training_stops_when_validation_no_longer_improves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F1 rises once, then never again: two validations later it stops, and the best is kept."""
    data = labelled_folder(tmp_path / "data", 30)
    scores = iter([0.2, 0.5, 0.4, 0.5, 0.9])
    monkeypatch.setattr(trainer, "validated", lambda *_: next(scores))
    make_backbone.cache_clear()
    options = TrainOptions(
        tmp_path / "out", steps=50, batch=1, rank=4, validate_every=2, patience=2, save_every=3
    )
    seen: list[trainer.Progress] = []
    train(make_backbone(), options, everything(data), Settings(), seen.append)
    make_backbone.cache_clear()
    assert [step.f1 for step in seen] == [None, 0.2, None, 0.5, None, 0.4, None, 0.5]
    assert checkpoints.read(tmp_path / "out").training["steps"] == 4
    assert not (tmp_path / "out" / course.BEST).exists()
    assert not (tmp_path / "out" / course.STATE).exists()
    page = summary.write(tmp_path / "out").read_text(encoding="utf-8")
    assert "micro F1, validation" in page


def test_a_run_can_start_from_a_checkpoint_of_its_own_shape_only(tmp_path: Path) -> None:
    data = labelled_folder(tmp_path / "data", 4)
    make_backbone.cache_clear()
    first = TrainOptions(tmp_path / "first", steps=2, batch=1, rank=4)
    train(make_backbone(), first, everything(data), Settings(), lambda _: None)
    make_backbone.cache_clear()
    second = TrainOptions(tmp_path / "second", steps=1, batch=1, rank=4, start=tmp_path / "first")
    train(make_backbone(), second, everything(data), Settings(), lambda _: None)
    make_backbone.cache_clear()
    assert checkpoints.read(tmp_path / "second").training["started_from"] == "first"
    third = TrainOptions(tmp_path / "third", steps=1, batch=1, rank=8, start=tmp_path / "first")
    with pytest.raises(BackboneError, match="rank and backbone must be the same"):
        train(make_backbone(), third, everything(data), Settings(), lambda _: None)
    make_backbone.cache_clear()


def test_pointers_alone_can_be_trained_and_nothing_else_moves(tmp_path: Path) -> None:
    """From a checkpoint, with losses of the pointers that fall as they do when all is trained."""
    data = labelled_folder(tmp_path / "data", 4)
    first = TrainOptions(tmp_path / "first", steps=2, batch=1, rank=4)
    second = TrainOptions(
        tmp_path / "second",
        steps=30,
        batch=2,
        rank=4,
        learning_rate=5e-3,
        start=tmp_path / "first",
        pointers_only=True,
    )
    losses: list[trainer.Progress] = []
    for options in (first, second):
        make_backbone.cache_clear()
        losses.clear()
        train(make_backbone(), options, everything(data), Settings(), losses.append)
    make_backbone.cache_clear()
    assert sum(one.pointers for one in losses[-5:]) < 0.8 * sum(one.pointers for one in losses[:5])
    for file in ("adapter_model.safetensors", checkpoints.HEADS):
        old, new = load_file(tmp_path / "first" / file), load_file(tmp_path / "second" / file)
        moved = {name for name in old if not torch.equal(old[name], new[name])}
        assert all(name.startswith("pointer.") for name in moved)
        assert bool(moved) == (file == checkpoints.HEADS)
    model_card.write(tmp_path / "second", [])
    said = (tmp_path / "second" / "README.md").read_text(encoding="utf-8")
    assert "--from first --batch 2 --rank 4 --learning-rate 0.005 --pointers-only" in said
    assert "trained the pointer head alone" in said


def test_no_process_waits_long_for_another() -> None:
    def packed(size: int) -> Packed:
        one = pack(make_backbone().text, example_of(0), random.Random(0))
        one.ids = torch.zeros(size, dtype=torch.long)
        return one

    dealt = devices.shares([packed(size) for size in (900, 100, 500, 450)], 2)
    assert sorted(sum(len(one.ids) for one in own) for own in dealt) == [950, 1000]


def test_documents_of_one_shop_stay_on_one_side() -> None:
    def shop(name: str, number: int) -> Labelled:
        return Labelled(str(number), Path("x"), {"company": name}, (), 1, 1)

    names = [f"{'ABCDEFGHIJ'[i % 10]}{i} TRADING SDN BHD" for i in range(60)]
    sides = [split_of_shop(shop(name, i)) for i, name in enumerate(names)]
    assert {"train", "validation"} == set(sides)
    assert sides == [split_of_shop(shop(name.lower() + " (M)", 99)) for name in names]


def test_a_damaged_label_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"id": "1", "image": "a.png", "entities": {}}\n{"id"\n')
    with pytest.raises(DataError, match=r"labels\.jsonl:2"):
        list(labelled(tmp_path))


def test_a_killed_run_goes_on_with_its_own_options_only(tmp_path: Path) -> None:
    data = everything(labelled_folder(tmp_path / "data"))
    first = TrainOptions(tmp_path / "out", steps=4, batch=2, rank=4, save_every=1)
    ended: list[int] = []

    def go_on(options: TrainOptions, data: KvOptions, kill_at: int | None = None) -> None:
        def progress(step: trainer.Progress) -> None:
            if step.step == kill_at:
                raise Killed
            ended.append(step.step)

        make_backbone.cache_clear()
        try:
            train(make_backbone(), options, data, Settings(), progress)
        finally:
            make_backbone.cache_clear()

    with pytest.raises(Killed):
        go_on(first, data, kill_at=3)
    for name, value in {"batch": 3, "seed": 1, "learning_rate": 1e-3, "rank": 8}.items():
        with pytest.raises(DataError, match=f"a run with {name} .*delete"):
            go_on(replace(first, **{name: value}), data)
    with pytest.raises(DataError, match="a run with data "):
        go_on(first, replace(data, folders=(f"{data.folders[0]}=2",)))
    go_on(replace(first, steps=5), data)
    assert ended == [1, 2, 3, 4, 5]
    go_on(replace(first, steps=1), data)
    assert len(course.history(tmp_path / "out")) == 1, "a new run has a history of its own"
