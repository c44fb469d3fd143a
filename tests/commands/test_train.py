"""The commands of training, in process, on a tiny random model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kie_app.commands.main import app
from kie_app.config import Settings
from kie_app.model import checkpoint as checkpoints
from kie_app.model import loading
from kie_app.model.backbone import Backbone
from tests.commands.calling import refusal
from tests.conftest import make_backbone
from tests.training.folders import labelled_folder


@pytest.fixture(autouse=True)
def tiny_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(settings: Settings, adapter: bool = True) -> Backbone:
        make_backbone.cache_clear()
        return make_backbone()

    monkeypatch.setattr(loading, "load", load)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train", *(str(one) for one in arguments)])


SHORT = ("--steps", 2, "--batch", 1, "--rank", 4)


@pytest.mark.parametrize("stage", ["kv", "mask-pretrain"])
def test_a_run_without_validation_documents_ends_well_and_says_so(
    tmp_path: Path, stage: str
) -> None:
    out = tmp_path / "out"
    result = run(stage, "synthetic", "--out", out, *SHORT, "--validate-every", 1)
    assert result.exit_code == 0, result.output
    [warning] = result.stderr.splitlines()
    assert warning.startswith("warning: synthetic has no validation documents: trained without")
    assert [json.loads(row)["f1"] for row in result.stdout.splitlines()] == [None, None]
    assert checkpoints.read(out).calibration == checkpoints.Calibration()


def test_a_run_calibrates_on_what_it_held_out(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "data", 30)
    result = run("kv", f"{folder}=2", "synthetic", "--out", tmp_path / "out", *SHORT)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "slot_weight" in json.loads(result.stdout.splitlines()[-1])


def test_calibration_without_validation_documents_is_refused(tmp_path: Path) -> None:
    result = run("calibrate", tmp_path, "synthetic")
    assert result.exit_code == 2
    assert "no validation documents" in result.stderr


def test_pointers_alone_are_trained_of_a_checkpoint_only(tmp_path: Path) -> None:
    line = refusal(run("kv", "sroie", "--out", tmp_path / "out", "--pointers-only"))
    assert "--from" in line
    assert not (tmp_path / "out").exists()
