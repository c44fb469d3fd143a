"""Fitting does no worse than any other choice on its data; the card says what is known."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from kie_app import checkpoint as checkpoints
from kie_app.checkpoint import Calibration, Checkpoint
from kie_app.config import Settings
from kie_app.decoding import spans
from kie_app.errors import DataError
from kie_app.evaluation.metrics import Counts
from kie_app.training import calibration, card, readings, sources
from kie_app.training.sources import Mix
from tests.conftest import make_backbone
from tests.training.folders import labelled_folder


def test_fitted_weights_hit_at_least_as_often_as_any_other_on_the_grid(tmp_path: Path) -> None:
    backbone = make_backbone()
    folder = labelled_folder(tmp_path / "data", 6)
    mix = Mix(sources.read([str(folder)], "all"), 0, Settings())
    asked = calibration.questions(backbone, mix.sources[0], mix, 6)
    judged = [[field for one in asked for field in calibration.judge(backbone, one)]]
    assert len(judged[0]) == 12
    fitted = calibration.calibrate(backbone, mix)
    best = calibration.mean_f1(judged, fitted)
    for weight in calibration.SLOT_WEIGHTS:
        for bias in calibration.ABSENT_BIASES:
            for own in calibration.OWN_TEXT_BIASES:
                assert calibration.mean_f1(judged, Calibration(weight, bias, own)) <= best


def test_an_absent_key_counts_only_when_it_is_answered() -> None:
    runs, none = torch.tensor([[0, 0]]), torch.tensor([0])
    scores = spans.KeyScores(
        runs, torch.tensor([-1.0]), torch.tensor([-1.0]), none, no_run=-1.0, empty=-1.0, own=None
    )
    said, unsaid = Calibration(absent_bias=-9.0), Calibration(absent_bias=9.0)
    absent = calibration.Judged(scores, (False, True, True))
    assert absent.counts(said) == Counts(0, 1, 0)
    assert absent.counts(unsaid) == Counts()
    labelled = calibration.Judged(scores, (True, False, False))
    assert labelled.counts(said) == Counts(1, 0, 0)
    assert labelled.counts(unsaid) == Counts(0, 0, 1)
    other = calibration.Judged(scores, (False, False, False))
    assert other.counts(said) == Counts(0, 1, 1)


def test_readings_are_those_of_their_scores() -> None:
    """Slots alone are right about the first field, pointers about the second."""

    def judged(pointers: list[float], slots: list[float], right: tuple[bool, ...]):
        runs, text = torch.tensor([[0, 0], [1, 1]]), torch.tensor([0, 1])
        scores = spans.KeyScores(
            runs, torch.tensor(pointers), torch.tensor(slots), text, -9.0, -9.0, -9.0
        )
        return calibration.Judged(scores, right)

    first = judged([-1.0, -0.5], [-0.1, -4.0], (True, False, False, True))
    second = judged([-0.1, -5.0], [-4.0, -3.9], (True, False, False, False))
    found = readings.shares([first, second], Calibration(slot_weight=1.0))
    assert found == {"slots": 0.5, "runs": 0.5, "pointers": 0.5, "mix": 1.0}


def test_the_temperature_makes_confidence_match_how_often_it_is_right() -> None:
    """Always 99 % sure and right every other time: only a hot temperature says so."""

    def confidences(temperature: float) -> list[tuple[float, bool]]:
        return [(math.exp(math.log(0.99) / temperature), i % 2 == 0) for i in range(20)]

    def overconfident(temperature: float) -> list[tuple[float, bool]]:
        return [(0.5 + 0.49 / temperature, i % 2 == 0) for i in range(20)]

    assert calibration.likeliest(overconfident) == max(calibration.TEMPERATURES)
    assert calibration.likeliest(confidences) == min(calibration.TEMPERATURES)


def test_a_card_shows_the_measured_figures_and_the_training(tmp_path: Path) -> None:
    data = {"sroie": {"weight": 2.0, "documents": 5}}
    training = {"data": data, "split": "train", "steps": 3, "batch": 4, "left_out": "fax"}
    training |= {"learning_rate": 1e-3, "rank": 4, "seed": 0, "machine": "2 cores"}
    checkpoints.write_facts(Checkpoint(tmp_path, "tiny", Calibration(), training))
    figures = {
        "documents": 7,
        "decoders": {
            "mask_parallel": {
                "micro_f1": 0.8123,
                "keys": {"total": 0.9},
                "normalised_f1": 0.9,
                "normalised_keys": {"total": 0.95},
                "placed": 0.99,
                "calibration_error": 0.031,
                "seconds": {"decode": {"median": 0.0512, "p95": 0.06}},
            }
        },
    }
    (tmp_path / "validation-given.json").write_text(json.dumps(figures))
    card.write(tmp_path, [tmp_path / "validation-given.json"])
    text = (tmp_path / "README.md").read_text()
    assert "validation given (7 documents)" in text
    assert "| mask_parallel | exact | 0.812 | 0.900 |" in text
    assert "| mask_parallel | normalised | 0.900 | 0.950 | 0.990 | 0.031 |" in text
    assert "train kv sroie=2 --out models/" in text
    assert "CC BY 4.0" in text


def test_a_card_without_figures_is_refused(tmp_path: Path) -> None:
    training = {"data": {"sroie": {"weight": 1.0, "documents": 5}}}
    checkpoints.write_facts(Checkpoint(tmp_path, "tiny", training=training))
    with pytest.raises(DataError, match=r"nothing\.json"):
        card.write(tmp_path, [tmp_path / "nothing.json"])
