"""Fitting does no worse than any other choice on its data; the card says what is known."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from kie_app.config import ROOT, Settings
from kie_app.decoding import spans
from kie_app.errors import DataError
from kie_app.evaluation.metrics import MatchCounts
from kie_app.model import checkpoint as checkpoints
from kie_app.model.checkpoint import Calibration, Checkpoint
from kie_app.training import calibration, judging, model_card, questions, readings, sources
from kie_app.training.sources import Mix
from tests.conftest import make_backbone
from tests.training.folders import labelled_folder

SAMPLES = ROOT / "annotations" / "samples"
NONE = (0, 0, 0)  # characters of a candidate, of no value and of the slots' own text


def counts(field: judging.ScoredField, fitted: Calibration) -> MatchCounts:
    """The answer as `mask_parallel` chooses it: a true or false positive, a false negative, or
    none of them."""
    best, _ = spans.choose(field.scores, fitted)
    answered, labelled = best != spans.ABSENT, not field.right[spans.ABSENT]
    right = labelled and field.right[best]
    return MatchCounts(int(right), int(answered and not right), int(labelled and not right))


def test_fitted_weights_hit_at_least_as_often_as_any_other_on_the_grid(tmp_path: Path) -> None:
    backbone = make_backbone()
    folder = labelled_folder(tmp_path / "data", 6)
    mix = Mix(sources.read([str(folder)], "all"), 0, Settings())
    asked = questions.question_sets(backbone, mix, 6)
    judged = [[f for one in some for f in judging.judge(backbone, one)] for some in asked]
    assert len(judged[0]) == 12
    assert len(judged[1]) == 6, "a document a word that it does not print"
    fitted = calibration.calibrate(backbone, mix)

    def f1(one: Calibration) -> float:
        each = [sum((counts(field, one) for field in some), MatchCounts()).f1 for some in judged]
        return sum(each) / len(each)

    for weight in calibration.SLOT_WEIGHTS:
        weighed = [calibration.Weighed.of(some, weight) for some in judged]
        for bias in calibration.ABSENT_BIASES:
            for own in calibration.OWN_TEXT_BIASES:
                plain = f1(Calibration(weight, bias, own))
                fast = [one.counts(bias, own).f1 for one in weighed]
                assert sum(fast) / len(fast) == pytest.approx(plain)
                assert plain <= f1(fitted) + calibration.NOISE


def test_an_absent_key_counts_only_when_it_is_answered() -> None:
    runs, none = torch.tensor([[0, 0]]), torch.tensor([0])
    scores = spans.KeyScores(
        runs, torch.tensor([-1.0]), torch.tensor([-1.0]), none, no_run=-1.0, empty=-1.0, own=None
    )
    said, unsaid = Calibration(absent_bias=-9.0), Calibration(absent_bias=9.0)
    absent = judging.ScoredField(scores, (False, True, True), NONE)
    assert counts(absent, said) == MatchCounts(0, 1, 0)
    assert counts(absent, unsaid) == MatchCounts()
    labelled = judging.ScoredField(scores, (True, False, False), NONE)
    assert counts(labelled, said) == MatchCounts(1, 0, 0)
    assert counts(labelled, unsaid) == MatchCounts(0, 0, 1)
    other = judging.ScoredField(scores, (False, False, False), NONE)
    assert counts(other, said) == MatchCounts(0, 1, 1)


def test_readings_are_those_of_their_scores() -> None:
    """Slots alone are right about the first field, pointers about the second."""

    def judged(pointers: list[float], slots: list[float], right: tuple[bool, ...]):
        runs, text = torch.tensor([[0, 0], [1, 1]]), torch.tensor([0, 1])
        scores = spans.KeyScores(
            runs, torch.tensor(pointers), torch.tensor(slots), text, -9.0, -9.0, -9.0
        )
        return judging.ScoredField(scores, right, (*NONE, 0))

    first = judged([-1.0, -0.5], [-0.1, -4.0], (True, False, False, True))
    second = judged([-0.1, -5.0], [-4.0, -3.9], (True, False, False, False))
    fields = [readings.Read("a", first, first), readings.Read("b", second, first)]
    found = readings.shares(fields, Calibration(slot_weight=1.0))
    assert found == {"slots": 0.5, "enough": 1.0, "runs": 0.5, "pointers": 0.5, "mix": 1.0}


def test_readings_are_told_of_every_key_and_of_all(tmp_path: Path) -> None:
    """With enough slots, each key has as many as its kind may need."""
    folder, backbone = labelled_folder(tmp_path / "data", 40), make_backbone()
    mix = sources.Mix(sources.read([str(folder)], "validation"), 0, Settings())
    rows = list(readings.measure(backbone, mix, 3))
    assert [(name, key, fields) for name, key, fields, _ in rows] == [
        ("data", "company", 3),
        ("data", "total", 3),
        ("data", readings.EVERY, 6),
    ]
    for reading in readings.READINGS:
        *keys, every = [shares[reading] for *_, shares in rows]
        assert every == pytest.approx(sum(keys) / 2)
    [question] = list(questions.questions(backbone, mix.sources[0], mix, 1))
    asked = [judging.judge(backbone, question, budgets) for budgets in (None, (28, 10))]
    lengths = [[one.scores.slots.tolist() for one in fields] for fields in asked]
    assert lengths[0] != lengths[1], "slots score long runs otherwise where there are more"


def test_the_temperature_makes_confidence_match_how_often_it_is_right() -> None:
    """Always 99 % sure and right every other time: only a hot temperature says so."""

    def confidences(temperature: float) -> list[judging.Judgements]:
        return [[(math.exp(math.log(0.99) / temperature), i % 2 == 0) for i in range(20)]]

    def overconfident(temperature: float) -> list[judging.Judgements]:
        return [[(0.5 + 0.49 / temperature, i % 2 == 0) for i in range(20)]]

    temperatures = calibration.TEMPERATURES
    assert calibration.likeliest(overconfident, temperatures) == max(temperatures)
    assert calibration.likeliest(confidences, temperatures) == min(temperatures)


def test_a_set_of_many_fields_weighs_no_more_than_one_of_few() -> None:
    """Many fields are right whenever they are sure, a few every other time."""

    def confidences(temperature: float) -> list[judging.Judgements]:
        sure = 0.5 + 0.49 / temperature
        return [[(sure, True)] * 1000, [(sure, at % 2 == 0) for at in range(20)]]

    def twice(temperature: float) -> list[judging.Judgements]:
        easy, hard = confidences(temperature)
        return [easy * 2, hard]

    fitted = calibration.likeliest(confidences, calibration.TEMPERATURES)
    assert fitted == calibration.likeliest(twice, calibration.TEMPERATURES)
    assert 0.5 + 0.49 / fitted == pytest.approx(0.75, abs=0.05)


def test_long_values_of_recognised_text_are_less_sure_and_given_ones_as_sure_as_ever() -> None:
    """A run that is chosen for sure, with 50 characters that were recognised or given."""
    runs, text = torch.tensor([[0, 0]]), torch.tensor([0])
    scores = spans.KeyScores(runs, torch.zeros(1), torch.zeros(1), text, -99.0, -99.0, None)
    doubted = Calibration(legibility=0.99)
    for letters, sure in ((50, 0.99**50), (0, 1.0)):
        one = judging.ScoredField(scores, (True, False, False), (letters, 0, 0))
        assert one.answer(doubted)[0] == pytest.approx(sure)

    def read(legibility: float) -> list[judging.Judgements]:
        return [[(legibility**50, at % 10 > 0) for at in range(100)]]

    fitted = calibration.likeliest(read, calibration.LEGIBILITIES)
    assert fitted**50 == pytest.approx(0.9, abs=0.02)


def test_scanned_documents_are_read_from_their_images(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    sample = SAMPLES / "cafe_receipt.png"
    shutil.copy(sample, folder / "1.png")
    line = {"text": "given", "box": [0.1, 0.1, 0.9, 0.2]}
    rows = [
        {"id": str(at), "image": f"{at}.png", "width": 9, "height": 9, "lines": [line]}
        | {"entities": {"company": "Harbour Cafe"}}
        for at in (1, 2)
    ]
    (folder / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    backbone, mix = make_backbone(), Mix(sources.read([str(folder)], "all"), 0, Settings())
    [question] = questions.scanned_questions(backbone, mix, 9)
    assert question.scanned
    assert len(question.prompt.document.words) > 20
    [judged] = judging.judge(backbone, question)
    assert max(judged.letters) > 5


FIGURES: dict[str, Any] = {
    "documents": 7,
    "decoders": {
        "mask_parallel": {
            "micro_f1": 0.8123,
            "keys": {"total": 0.9, "tips": None},
            "normalised_f1": 0.9,
            "normalised_keys": {"total": 0.95, "tips": None},
            "placed": 0.99,
            "absent": 0.88,
            "calibration_error": 0.031,
            "seconds": {"decode": {"median": 0.0512, "p95": 0.06}},
        }
    },
}
RUN = {
    "folder": "sroie",
    "split": "validation",
    "failed": 1,
    "command": "python -m kie_app evaluate",
}
RUN |= {"dtype": "float32", "device": "cpu", "machine": "a CPU, 2 cores", "threads": "2"}


def written_card(folder: Path, figures: dict[str, Any], **other: Any) -> str:
    data = {"sroie": {"weight": 2.0, "documents": 5}}
    training = {"data": data, "split": "train", "steps": 3, "batch": 4, "left_out": "fax"}
    training |= {"learning_rate": 1e-3, "rank": 4, "seed": 0, "machine": "2 cores"}
    training |= {"averaged": {"with": "older", "share": 0.35}, "memory": 1_940_000_000, **other}
    checkpoints.write_facts(Checkpoint(folder, "tiny", Calibration(), training))
    (folder / "validation-given.json").write_text(json.dumps(figures))
    model_card.write(folder, [folder / "validation-given.json"])
    return (folder / "README.md").read_text()


def test_a_card_shows_the_measured_figures_and_the_training(tmp_path: Path) -> None:
    text = written_card(tmp_path, FIGURES)
    assert "validation given (7 documents):\n\n| decoder" in text
    assert "| mask_parallel | exact | 0.812 | 0.900 | - |" in text
    assert "| mask_parallel | normalised | 0.900 | 0.950 | - | 0.990 | 0.880 | 0.031 |" in text
    assert "train kv sroie=2 --out models/" in text
    assert "CC BY 4.0" in text
    assert "on 2 cores with 1.9 GB at most." in text
    assert "0.35 of what that gave and 0.65 of the checkpoint\n`older`" in text


def test_a_card_shows_how_each_table_was_measured(tmp_path: Path) -> None:
    text = written_card(tmp_path, {"run": RUN, **FIGURES})
    assert (
        "validation given (7 documents, the validation split of `sroie`; 1 failed, all missed):\n\n"
        "    python -m kie_app evaluate\n\n"
        "float32 on cpu, 2 threads; a CPU, 2 cores.\n\n"
        "| decoder"
    ) in text


def test_a_card_shows_confidence_against_truth(tmp_path: Path) -> None:
    bins = [
        {"count": 0, "confidence": 0.0, "right": 0.0},
        {"count": 12, "confidence": 0.95, "right": 0.75},
    ]
    arm = {**FIGURES["decoders"]["mask_parallel"], "reliability": bins}
    text = written_card(tmp_path, {**FIGURES, "decoders": {"mask_parallel": arm}})
    assert (
        "| decoder | confidence | share right | answers |\n|---|---|---|---|\n"
        "| mask_parallel | 0.950 | 0.750 | 12 |\n\n"
    ) in text
    assert "share right" not in written_card(tmp_path, FIGURES)


@pytest.mark.parametrize("split", ["train", "all"])
def test_a_card_says_not_trained_on_only_where_a_split_was_kept(tmp_path: Path, split: str) -> None:
    assert ("not trained on" in written_card(tmp_path, FIGURES, split=split)) is (split == "train")


def test_a_card_of_a_checkpoint_that_knows_no_memory_states_none(tmp_path: Path) -> None:
    training = {"data": {}, "split": "train", "steps": 3, "batch": 4, "learning_rate": 1e-3}
    training |= {"rank": 4, "seed": 0, "machine": "2 cores"}
    checkpoints.write_facts(Checkpoint(tmp_path, "tiny", training=training))
    model_card.write(tmp_path, [])
    assert "on 2 cores.\n" in (tmp_path / "README.md").read_text()


def test_a_card_without_figures_is_refused(tmp_path: Path) -> None:
    training = {"data": {"sroie": {"weight": 1.0, "documents": 5}}}
    checkpoints.write_facts(Checkpoint(tmp_path, "tiny", training=training))
    with pytest.raises(DataError, match=r"nothing\.json"):
        model_card.write(tmp_path, [tmp_path / "nothing.json"])
