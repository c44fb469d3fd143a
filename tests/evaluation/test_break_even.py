"""Which file of a sweep is shown: one's own, else the shipped one, else none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kie_app.config import Settings
from kie_app.errors import DataError
from kie_app.evaluation import break_even
from kie_app.evaluation.break_even import Arm, Point, Sweep


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    """With a default checkpoint, and no sweep anywhere."""
    (tmp_path / "models" / "good").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    registry = {"default": "good", "checkpoints": {"good": {}}}
    (tmp_path / "models" / "registry.json").write_text(json.dumps(registry), "utf-8")
    return Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")


def written_sweep(machine: str) -> str:
    arm = Arm("autoregressive", 9, 1.0, 1.5, 1.0, 1.0, None)
    made = datetime(2026, 1, 2, tzinfo=UTC)
    found = Sweep(made, {"machine": machine}, 2, (Point(4, 12, 1, 400, (arm,)),))
    return json.dumps(break_even.dump(found))


def test_a_sweep_of_one_s_own_goes_before_the_shipped_one(places: Settings) -> None:
    assert break_even.load(places) is None
    (places.models_dir / "good" / "sweep.json").write_text(written_sweep("theirs"), "utf-8")
    shipped = break_even.load(places)
    assert shipped
    assert shipped.facts["machine"] == "theirs"
    (places.data_dir / "sweep.json").write_text(written_sweep("ours"), "utf-8")
    own = break_even.load(places)
    assert own
    assert own.facts["machine"] == "ours"


def test_without_any_checkpoint_there_may_be_a_sweep_of_one_s_own(places: Settings) -> None:
    (places.models_dir / "registry.json").unlink()
    assert break_even.load(places) is None
    (places.data_dir / "sweep.json").write_text(written_sweep("ours"), "utf-8")
    assert break_even.load(places)


def test_a_damaged_sweep_is_told(places: Settings) -> None:
    (places.data_dir / "sweep.json").write_text("{", "utf-8")
    with pytest.raises(DataError, match="bench --sweep"):
        break_even.load(places)
