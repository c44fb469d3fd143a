"""The break-even sweep on a tiny random model: what is measured, kept and read back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from math import log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from typer.testing import CliRunner

from kie_app.commands.main import app
from kie_app.errors import DataError
from kie_app.evaluation import break_even, report, sweep
from kie_app.evaluation.benchmark import prompt_of
from kie_app.evaluation.break_even import Arm, Point, Sweep
from kie_app.evaluation.forms import LABELS, coded
from kie_app.model import loading
from kie_app.model.backbone import Backbone
from tests.conftest import make_backbone

FACTS = {"machine": "a processor, 2 cores", "dtype": "float32"}


def small(patch: pytest.MonkeyPatch) -> None:
    """A grid of five points."""
    patch.setattr(sweep, "KEYS", (1, 4))
    patch.setattr(sweep, "LENGTHS", (1, 4))
    patch.setattr(sweep, "STACKS", (2,))
    patch.setattr(sweep, "STACKED_LENGTHS", (4,))


@pytest.fixture(scope="module")
def measured() -> Sweep:
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        return sweep.measure(make_backbone(), FACTS, repeats=1)


def made(keys: int, length: int, documents: int, ratio: float = 2.0) -> Point:
    arms = (
        Arm("autoregressive", 9, 1.0, 1.5, 1.0, 1.0, None),
        Arm("mask_parallel", 2, 1 / ratio, 1.0, ratio, 1.5, 0),
    )
    return Point(keys, length, documents, 400, arms)


GRID = Sweep(
    datetime(2026, 1, 2, tzinfo=UTC),
    FACTS,
    2,
    tuple(
        made(*size, 0.5 if size == (1, 1, 1) else 2.0) for size in product((1, 4), (1, 8), (1, 4))
    ),
)


def test_a_code_is_as_many_tokens_as_it_has_letters_and_digits() -> None:
    for length in (1, 4, 5, 32):
        values = list(coded(3, length).values.values())
        assert [len(value.replace(" ", "")) for value in values] == [length] * 3
        assert all(len(word) <= 4 for value in values for word in value.split())


def test_codes_are_printed_beside_their_labels_and_always_the_same() -> None:
    form = coded(8, 12, seed=1)
    lines = [line.text for line in form.document.lines]
    for label, value in form.values.items():
        assert lines[lines.index(f"{label.capitalize()}:") + 1] == value
    assert coded(8, 12, seed=1) == form != coded(8, 12, seed=2)
    assert [key.name for key in form.keys] == list(LABELS[:8])


def test_short_codes_are_on_pages_as_long_as_those_of_others(tiny_backbone: Backbone) -> None:
    sizes = [
        len(prompt_of(tiny_backbone, coded(keys, length), keys).document.ids)
        for keys, length in ((1, 1), (16, 1), (4, 12))
    ]
    assert max(sizes) < 1.4 * min(sizes)


def test_every_point_has_its_arms(measured: Sweep) -> None:
    sizes = {(point.keys, point.documents) for point in measured.points}
    assert sizes == {(1, 1), (4, 1), (4, 2)}
    assert len(measured.points) == 5
    for point in measured.points:
        named = {arm.decoder for arm in point.arms}
        alone = {"verified"} if point.documents == 1 else set()
        assert named == {"autoregressive", "mask_parallel", "hyper_parallel"} | alone


def test_only_free_answers_are_judged(measured: Sweep) -> None:
    for point in measured.points:
        for arm in point.arms:
            if arm.decoder == "mask_parallel":
                assert arm.exact is not None
                assert 0 <= arm.exact <= point.keys * point.documents
            else:
                assert arm.exact is None


def test_right_answers_are_counted_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """PIP's place taken by a decoder that is made to write the printed values."""
    monkeypatch.setattr(sweep, "PIP", "hyper_parallel")
    cell = sweep.Cell.of(make_backbone(), 2, 4, (1, 2))
    cell.round(make_backbone())
    assert cell.exact == {1: 2, 2: 4}


def test_longer_values_take_the_baseline_more_passes(measured: Sweep) -> None:
    short, long = (
        next(p for p in measured.points if (p.keys, p.documents) == (4, 1) and p.length == length)
        for length in sorted({point.length for point in measured.points})[:2]
    )
    base = short.arm("autoregressive"), long.arm("autoregressive")
    assert base[0]
    assert base[1]
    assert base[0].passes < base[1].passes


def test_a_stack_is_compared_with_its_documents_one_by_one(measured: Sweep) -> None:
    stack = next(point for point in measured.points if point.documents == 2)
    alone = next(
        point
        for point in measured.points
        if replace(point, documents=2, arms=()) == replace(stack, arms=())
    )
    both, one = stack.arm("autoregressive"), alone.arm("autoregressive")
    assert both
    assert one
    assert both.passes == pytest.approx(2 * one.passes, abs=2)


def test_progress_counts_every_cell_of_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "KEYS", (1, 2))
    monkeypatch.setattr(sweep, "LENGTHS", (1,))
    reports: list[tuple[int, int]] = []
    sweep.measure(make_backbone(), FACTS, 2, lambda done, of: reports.append((done, of)))
    assert reports == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_sweep_comes_back_from_its_file(measured: Sweep, tmp_path: Path) -> None:
    file = tmp_path / "sweep.json"
    file.write_text(json.dumps(break_even.dump(measured)), "utf-8")
    assert break_even.read(file) == measured


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"points": []}', json.dumps({**break_even.dump(GRID), "points": []}), "\xff"],
)
def test_a_damaged_file_is_told_with_the_command(content: str, tmp_path: Path) -> None:
    file = tmp_path / "sweep.json"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(DataError, match=r"sweep\.json.*bench --sweep"):
        break_even.read(file)


def test_a_speed_up_that_is_no_number_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sweep.json"
    for wrong in ("NaN", "Infinity", "0", "-1"):
        text = json.dumps(break_even.dump(GRID)).replace(
            '"decode_ratio": 2.0', f'"decode_ratio": {wrong}'
        )
        file.write_text(text, "utf-8")
        with pytest.raises(DataError):
            break_even.read(file)


@given(some.floats(1, 20), some.floats(1, 40), some.floats(1, 9))
def test_the_nearest_point_is_a_measured_one_and_none_is_nearer(
    keys: float, length: float, documents: float
) -> None:
    def far(point: Point) -> float:
        return (
            abs(log2(point.keys) - log2(keys))
            + abs(log2(point.length) - log2(length))
            + abs(log2(point.documents) - log2(documents))
        )

    found = GRID.nearest(keys, length, documents)
    assert found in GRID.points
    assert far(found) == pytest.approx(min(map(far, GRID.points)))


def test_a_line_varies_one_thing_alone_in_order() -> None:
    line = GRID.along("length", GRID.nearest(4, 8, 1))
    assert [(p.keys, p.length, p.documents) for p in line] == [(4, 1, 1), (4, 8, 1)]


def test_where_the_baseline_is_faster_is_found() -> None:
    assert [(p.keys, p.length, p.documents) for p in GRID.lost("mask_parallel", "decode")] == [
        (1, 1, 1)
    ]
    assert GRID.lost("mask_parallel", "total") == GRID.lost("verified", "decode") == []


def test_the_report_has_a_line_for_every_arm_of_every_point(measured: Sweep) -> None:
    text = report.sweep(measured)
    arms = [arm.decoder for point in measured.points for arm in point.arms]
    assert sum(line.startswith(tuple(set(arms))) for line in text.splitlines()) == len(arms)
    assert "a processor, 2 cores" in text
    assert "forced" in text


def test_the_command_writes_a_sweep_with_its_facts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch)
    monkeypatch.setattr(loading, "load", lambda settings: make_backbone())
    file = tmp_path / "sweep.json"
    result = CliRunner().invoke(app, ["bench", "--sweep", str(file), "--repeats", "1"])
    assert result.exit_code == 0, result.output
    found = break_even.read(file)
    assert (found.repeats, len(found.points)) == (1, 5)
    assert "cores" in found.facts["machine"]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--sweep", "nowhere/sweep.json"], "--sweep"),
        (["--sweep", "sweep.json", "--json", "speed.json"], "not both"),
    ],
)
def test_options_that_cannot_be_are_told_before_anything_is_measured(
    options: list[str], part: str
) -> None:
    result = CliRunner().invoke(app, ["bench", *options])
    assert result.exit_code == 2
    assert part in result.stderr
