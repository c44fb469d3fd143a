"""What a run draws depends on its place alone, and weights are met."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.config import Settings
from kie_app.errors import DataError
from kie_app.training import questions, sources
from kie_app.training.sources import PATTERN, Mix, pattern
from tests.conftest import make_backbone
from tests.training.folders import labelled_folder

SETTINGS = Settings()


def test_every_document_of_a_folder_is_drawn_before_one_is_drawn_again(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "a", 7)
    mix = Mix(sources.read([str(folder)], "all"), 3, SETTINGS)
    drawn = [mix.draw(at).document.id for at in range(21)]
    assert [sorted(drawn[at : at + 7]) for at in (0, 7, 14)] == [sorted(map(str, range(7)))] * 3
    assert drawn[:7] != drawn[7:14]


def test_a_draw_does_not_depend_on_those_before_it(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "a", 5)
    given = [f"{folder}=2", "synthetic"]
    mix = Mix(sources.read(given, "all"), 0, SETTINGS)
    drawn = [mix.draw(at).document for at in range(30)]
    late = Mix(sources.read(given, "all"), 0, SETTINGS)
    assert late.draw(29).document == drawn[29]
    assert late.draw(7).document == drawn[7]


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=5))
def test_weights_are_met_within_one_draw(weights: list[float]) -> None:
    counts = Counter(pattern(weights))
    assert sum(counts.values()) == PATTERN
    for which, weight in enumerate(weights):
        assert abs(counts[which] - PATTERN * weight / sum(weights)) < len(weights)


@pytest.mark.parametrize("weight", ["0", "-1", "x", "nan"])
def test_a_weight_that_is_none_is_named(tmp_path: Path, weight: str) -> None:
    folder = labelled_folder(tmp_path / "a", 2)
    with pytest.raises(DataError, match="no weight above 0"):
        sources.read([f"{folder}={weight}"], "all")


def test_keys_that_a_document_lacks_are_known(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "a", 3)
    labels = folder / "labels.jsonl"
    rows = [json.loads(row) for row in labels.read_text().splitlines()]
    del rows[0]["entities"]["total"]
    labels.write_text("\n".join(map(json.dumps, rows)))
    mix = Mix(sources.read([str(folder)], "all"), 0, SETTINGS)
    lacking = {one.document.id: one.lacking for one in map(mix.draw, range(3))}
    assert lacking == {"0": ("total",), "1": (), "2": ()}


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    row = {"id": "1", "pdf": "gone.pdf", "entities": {"total": "9"}}
    (tmp_path / "labels.jsonl").write_text(json.dumps(row))
    mix = Mix(sources.read([str(tmp_path)], "all"), 0, SETTINGS)
    with pytest.raises(DataError, match=r"gone\.pdf"):
        mix.draw(0)


def test_a_key_that_is_labelled_with_a_list_is_neither_lacking_nor_asked(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "a", 3)
    labels = folder / "labels.jsonl"
    rows = [json.loads(row) for row in labels.read_text().splitlines()]
    rows[0]["entities"]["total"] = ["1.00", "2.00"]
    del rows[1]["entities"]["total"]
    labels.write_text("\n".join(map(json.dumps, rows)))
    [source] = sources.read([str(folder)], "all")
    mix = Mix([source], 0, SETTINGS)
    lacking = {one.document.id: one.lacking for one in map(mix.draw, range(3))}
    assert lacking == {"0": (), "1": ("total",), "2": ()}
    assert [source.keys_for(item) for item in source.items] == [
        ("company",),
        ("company", "total"),
        ("company", "total"),
    ]
    asked = [one.keys for one in questions.questions(make_backbone(), source, mix, 3)]
    assert asked == [source.keys_for(item) for item in source.items]


def test_folders_without_validation_documents_are_left_out_of_what_is_held(tmp_path: Path) -> None:
    large, small = labelled_folder(tmp_path / "large", 30), labelled_folder(tmp_path / "small", 2)
    labels = small / "labels.jsonl"
    labels.write_text(labels.read_text().splitlines()[1])
    shops = [item.id for item in sources.read([str(small)], "train")[0].items]
    assert shops == ["1"], "its one shop is on the side of training"
    captioned = tmp_path / "captioned"
    captioned.mkdir()
    (captioned / "captions.jsonl").write_text('{"image": "a.png", "text": "a"}')
    held = sources.held_out([f"{large}=2", str(small), str(captioned), "synthetic"])
    assert [source.name for source in held] == ["large"]
    assert sources.held_out(["synthetic"]) == []
    with pytest.raises(DataError, match="small holds no labelled document"):
        sources.read([str(small)], "validation")
    with pytest.raises(DataError, match="no validation documents"):
        sources.read(["synthetic"], "validation")
