"""An average lies between two checkpoints, and says so; what does not go together is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from kie_app.errors import BackboneError, DataError, KieError
from kie_app.model import checkpoint as checkpoints
from kie_app.model.checkpoint import ADAPTER, CONFIG, HEADS, Calibration, Checkpoint
from kie_app.training.averaging import average


def written(folder: Path, value: float, width: int = 3, backbone: str = "tiny") -> Path:
    """A checkpoint whose every weight is `value`."""
    folder.mkdir()
    for name in (ADAPTER, HEADS):
        save_file(
            {"a": torch.full((2, width), value), "b": torch.full((4,), -value)}, folder / name
        )
    (folder / CONFIG).write_text("{}")
    facts = Checkpoint(folder, backbone, Calibration(temperature=value + 1), {"steps": 7})
    checkpoints.write_facts(facts)
    return folder


def test_every_weight_lies_between_and_the_facts_say_how(tmp_path: Path) -> None:
    before, after = written(tmp_path / "before", 0.0), written(tmp_path / "after", 1.0)
    found = average(before, after, 0.25, tmp_path / "out")
    for name in (ADAPTER, HEADS):
        weights = load_file(tmp_path / "out" / name)
        assert torch.equal(weights["a"], torch.full((2, 3), 0.25))
        assert torch.equal(weights["b"], torch.full((4,), -0.25))
    assert checkpoints.read(tmp_path / "out") == found
    assert found.calibration.temperature == 2
    assert found.training == {"steps": 7, "averaged": {"with": "before", "share": 0.25}}
    assert (tmp_path / "out" / CONFIG).is_file()


def test_a_seed_head_that_only_one_has_stays_as_it_is(tmp_path: Path) -> None:
    before, after = written(tmp_path / "before", 0.0), written(tmp_path / "after", 1.0)
    heads = load_file(after / HEADS) | {"seed.slot": torch.full((3,), 7.0)}
    save_file({name: one.clone() for name, one in heads.items()}, after / HEADS)
    average(before, after, 0.25, tmp_path / "out")
    weights = load_file(tmp_path / "out" / HEADS)
    assert torch.equal(weights["seed.slot"], torch.full((3,), 7.0))
    assert torch.equal(weights["a"], torch.full((2, 3), 0.25))
    with pytest.raises(BackboneError, match="shapes"):
        average(after, before, 0.25, tmp_path / "back")


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_that_is_none_is_refused(tmp_path: Path, share: float) -> None:
    before, after = written(tmp_path / "before", 0.0), written(tmp_path / "after", 1.0)
    with pytest.raises(DataError, match="share"):
        average(before, after, share, tmp_path / "out")


def test_what_does_not_go_together_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    before = written(tmp_path / "before", 0.0)
    wide = written(tmp_path / "wide", 1.0, width=5)
    other = written(tmp_path / "other", 1.0, backbone="other")
    damaged = written(tmp_path / "damaged", 1.0)
    (damaged / HEADS).write_bytes(b"no weights")
    for after, says in ((wide, "shapes"), (other, "backbone"), (damaged, "cannot be read")):
        with pytest.raises(BackboneError, match=says):
            average(before, after, 0.5, tmp_path / "out")
        assert not (tmp_path / "out").exists()
    with pytest.raises(KieError, match="already"):
        average(before, written(tmp_path / "after", 1.0), 0.5, other)
