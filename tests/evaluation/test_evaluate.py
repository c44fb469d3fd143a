"""A folder of labelled documents judged by tiny random models, end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kie_app.config import Settings
from kie_app.datasets.labelled import labelled
from kie_app.datasets.splits import split_of_shop
from kie_app.errors import BROKEN, DataError
from kie_app.evaluation import arms, report
from kie_app.evaluation.arms import PHASES
from kie_app.evaluation.evaluate import evaluate
from kie_app.evaluation.selection import select
from kie_app.model.backbone import Backbone
from kie_app.text import words_of
from tests.conftest import make_document

DECODERS = ["mask_parallel", "autoregressive", "hyper_parallel", "verified"]


def row(number: int, **other: Any) -> dict[str, Any]:
    """A labelled document whose values stand on it."""
    document = make_document(number)
    words = [word.text for word in words_of(document.lines)]
    lines = [{"text": line.text, "box": line.box} for line in document.lines]
    return {
        "id": f"document {number}",
        "image": f"{number}.png",
        "width": 600,
        "height": 900,
        "lines": lines,
        "entities": {"company": words[0], "items": words[1:3], "total": words[-1]},
        **other,
    }


def folder_of(path: Path, *rows: dict[str, Any]) -> Path:
    path.mkdir(exist_ok=True)
    text = "".join(json.dumps(one) + "\n" for one in rows)
    (path / "labels.jsonl").write_text(text, "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "data", *(row(number) for number in range(3)))


def test_keys_are_single_valued_entities_in_order_of_first_appearance(tmp_path: Path) -> None:
    rows = [row(0), row(1, entities={"date": "1/2/2018", "company": "B"}), row(2)]
    assert select(folder_of(tmp_path / "data", *rows)).keys == ("company", "total", "date")
    assert select(tmp_path / "data", ["date"]).keys == ("date",)


def test_limit_and_split_choose_documents(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "data", *(row(number) for number in range(20)))
    sides = {split_of_shop(item) for item in labelled(folder)}
    assert sides == {"train", "validation"}
    parts = [select(folder, split=side).documents for side in ("train", "validation")]
    assert {one.id for part in parts for one in part} == {one.id for one in labelled(folder)}
    assert len(parts[0]) + len(parts[1]) == 20
    assert select(folder, split="train", limit=2).documents == parts[0][:2]
    assert len(select(folder, limit=5).documents) == 5


def test_nothing_to_judge_on_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist: pass a folder"):
        select(tmp_path)
    with pytest.raises(DataError, match="none is left"):
        select(folder_of(tmp_path / "empty"))
    with pytest.raises(DataError, match="no entity with a single value"):
        select(folder_of(tmp_path / "lists", row(0, entities={"items": ["a"]})))


def test_the_result_is_what_the_readme_promises(folder: Path, tiny_backbone: Backbone) -> None:
    seen: list[tuple[int, int]] = []
    result = evaluate(
        tiny_backbone,
        Settings(),
        select(folder),
        DECODERS,
        progress=lambda done, of: seen.append((done, of)),
    )
    assert result["documents"] == 3
    assert list(result["decoders"]) == DECODERS
    for figures in result["decoders"].values():
        right = ["micro_f1", "keys", "normalised_f1", "normalised_keys", "support", "similarity"]
        sound = ["grounded", "placed", "absent", "calibration_error", "reliability"]
        assert list(figures) == [*right, *sound, "seconds"]
        assert sum(one["count"] for one in figures["reliability"]) == 6
        assert list(figures["keys"]) == ["company", "total"]
        assert figures["support"] == {"company": 3, "total": 3}
        assert 0 <= figures["micro_f1"] <= 1
        assert tuple(figures["seconds"]) == PHASES
        for spread in figures["seconds"].values():
            assert 0 <= spread["median"] <= spread["p95"]
        spent = {phase: spread["median"] for phase, spread in figures["seconds"].items()}
        assert spent["ocr"] == 0
        assert 0 < spent["prefill"] < spent["total"]
        assert 0 < spent["decode"] < spent["total"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert json.loads(json.dumps(result)) == result


def test_verified_and_hyper_parallel_are_equally_right(
    folder: Path, tiny_backbone: Backbone
) -> None:
    arms = evaluate(tiny_backbone, Settings(), select(folder), DECODERS[2:])["decoders"]
    for figure in ("micro_f1", "keys", "similarity", "grounded"):
        assert arms["verified"][figure] == arms["hyper_parallel"][figure]


def test_pointed_values_are_grounded(folder: Path, tiny_backbone: Backbone) -> None:
    figures = evaluate(tiny_backbone, Settings(), select(folder), ["mask_parallel"])
    assert figures["decoders"]["mask_parallel"]["grounded"] == 1


def test_no_document_is_remembered_from_one_arm_to_the_next(
    folder: Path, tiny_backbone: Backbone
) -> None:
    tiny_backbone._encodings.clear()
    evaluate(tiny_backbone, Settings(), select(folder), ["mask_parallel", "hyper_parallel"])
    assert not tiny_backbone._encodings


def test_a_document_that_cannot_be_read_counts_as_absent(
    tmp_path: Path, tiny_backbone: Backbone
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "1.png").write_bytes(b"no picture")
    folder = folder_of(tmp_path / "data", row(0), row(1, lines=[]), row(2, lines=[]))
    warnings: list[str] = []
    result = evaluate(
        tiny_backbone, Settings(), select(folder), ["mask_parallel"], warn=warnings.append
    )
    assert result["documents"] == 3
    assert [one.split(":")[0] for one in warnings if "has no lines" not in one] == [
        "document 1",
        "document 2",
    ]
    assert sum("has no lines" in one for one in warnings) == 1
    assert [(one["document"], one["decoder"]) for one in result["failed"]] == [
        ("document 1", None),
        ("document 2", None),
    ]
    assert "1.png" in result["failed"][0]["error"]
    # two thirds of the labels are missed at least
    assert result["decoders"]["mask_parallel"]["micro_f1"] <= 2 * (1 / 3) / (1 + 1 / 3)


def test_times_are_empty_when_no_document_could_be_read(
    tmp_path: Path, tiny_backbone: Backbone
) -> None:
    folder = folder_of(tmp_path / "data", row(0))
    arms = evaluate(tiny_backbone, Settings(), select(folder), ["mask_parallel"], lines="ocr")
    figures = arms["decoders"]["mask_parallel"]
    assert figures["micro_f1"] == 0
    assert figures["seconds"]["total"] == {"median": None, "p95": None}


def test_a_decoder_that_fails_on_one_document_goes_on_with_the_next(
    folder: Path,
    tiny_backbone: Backbone,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    extract = arms.extract

    def failing(backbone: Backbone, document: Any, schema: Any, decoder: str, **other: Any) -> Any:
        if document.id == "document 0" and decoder == "verified":
            raise RuntimeError("of an unforeseen\nkind")
        return extract(backbone, document, schema, decoder, **other)

    monkeypatch.setattr(arms, "extract", failing)
    warnings: list[str] = []
    decoders = ["mask_parallel", "verified"]
    result = evaluate(tiny_backbone, Settings(), select(folder), decoders, warn=warnings.append)
    error = f"{BROKEN} (RuntimeError)"
    assert warnings == [f"document 0, verified: {error}"]
    assert result["failed"] == [{"document": "document 0", "decoder": "verified", "error": error}]
    counts = [
        sum(one["count"] for one in figures["reliability"])
        for figures in result["decoders"].values()
    ]
    assert counts == [6, 4]
    assert "RuntimeError: of an unforeseen" in caplog.text


def test_lines_that_cannot_be_ordered_fail_their_document_alone(
    folder: Path, tiny_backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def document(item: Any) -> Any:
        raise TypeError("no order")

    monkeypatch.setattr(arms.Labelled, "document", document)
    result = evaluate(tiny_backbone, Settings(), select(folder), ["mask_parallel"])
    assert len(result["failed"]) == result["documents"] == 3
    assert result["decoders"]["mask_parallel"]["micro_f1"] == 0


@pytest.mark.parametrize("places", ["{", '{"id": "document 0", "keys": {"sum": [0, 999]}}'])
def test_damaged_places_are_refused_before_anything_runs(
    folder: Path, tmp_path: Path, places: str
) -> None:
    (tmp_path / "places.jsonl").write_text(places)
    with pytest.raises(DataError, match=r"places\.jsonl:1"):
        select(folder, places=tmp_path / "places.jsonl")


def test_places_of_other_documents_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "places.jsonl").write_text('{"id": "stranger", "keys": {}}')
    with pytest.raises(DataError, match=r"places\.jsonl names no document"):
        select(folder, places=tmp_path / "places.jsonl")


def test_a_key_that_no_label_has_is_refused_with_the_known_ones(folder: Path) -> None:
    for keys in (["totl", "total"], ["items", "totl"]):
        with pytest.raises(DataError, match=r"totl with a single value.*company, total") as caught:
            select(folder, keys)
        assert ("items" in str(caught.value)) is ("items" in keys)


def test_a_key_that_the_chosen_documents_lack_has_no_f1(
    tmp_path: Path, tiny_backbone: Backbone
) -> None:
    rows = [row(0), row(1, entities={"date": "1/2/2018"})]
    chosen = select(folder_of(tmp_path / "data", *rows), limit=1)
    result = evaluate(tiny_backbone, Settings(), chosen, ["mask_parallel"])
    figures = result["decoders"]["mask_parallel"]
    assert figures["support"] == {"company": 1, "total": 1, "date": 0}
    assert figures["keys"]["date"] is figures["normalised_keys"]["date"] is None
    assert figures["micro_f1"] is not None
    heads, exact = (line.split() for line in report.evaluation(result).splitlines()[1:3])
    assert exact[heads.index("date") - 1] == "-"  # "micro F1" is one column


def open_folder(path: Path) -> Path:
    """Documents each with keys of its own."""
    rows = [row(number) for number in range(12)]
    for number, one in enumerate(rows):
        one["entities"] = {f"key {number}": one["entities"]["total"]}
    return folder_of(path, *rows)


def test_documents_with_keys_of_their_own_are_asked_these_and_two_of_others(
    tmp_path: Path, tiny_backbone: Backbone
) -> None:
    selection = select(open_folder(tmp_path / "data"))
    assert selection.ask == "own"
    schemas = [[key.name for key in selection.schema(one).keys] for one in selection.documents]
    assert [names[0] for names in schemas] == [f"key {number}" for number in range(12)]
    assert {len(names) for names in schemas} == {3}
    result = evaluate(tiny_backbone, Settings(), selection, ["mask_parallel"])
    figures = result["decoders"]["mask_parallel"]
    assert figures["keys"] == figures["support"] == {}
    assert sum(one["count"] for one in figures["reliability"]) == 3 * 12
    assert 0 <= figures["absent"] <= 1
    assert "mask_parallel  exact" in report.evaluation(result)


def test_what_a_document_does_not_label_may_be_left_unasked(tmp_path: Path) -> None:
    rows = [row(0), row(1, entities={"date": "1/2/2018"}), row(2, entities={"items": ["a"]})]
    selection = select(folder_of(tmp_path / "data", *rows), ask="labelled")
    names = [[key.name for key in selection.schema(one).keys] for one in selection.documents]
    assert names == [["company", "total"], ["date"]]
