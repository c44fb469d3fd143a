"""Training leaves nothing on the CPU where the model is elsewhere; processes take their devices."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from kie_app.config import ROOT, Settings
from kie_app.evaluation.metrics import MatchCounts
from kie_app.model import checkpoint as checkpoints
from kie_app.model.backbone import Backbone
from kie_app.training import course, devices, kv_finetuning, trainer
from kie_app.training.packing import Packed
from kie_app.training.trainer import TrainOptions
from tests.conftest import make_backbone
from tests.training.elsewhere import DEVICE, Machine
from tests.training.folders import labelled_folder
from tests.training.test_training import everything


@pytest.fixture
def fresh() -> Iterator[Backbone]:
    """A backbone that a test may train."""
    make_backbone.cache_clear()
    yield make_backbone()
    make_backbone.cache_clear()


def run(backbone: Backbone, tmp_path: Path, steps: int = 2) -> list[trainer.Progress]:
    data = everything(labelled_folder(tmp_path / "data", 30))
    options = TrainOptions(tmp_path / "out", steps, batch=2, rank=4, validate_every=1)
    seen: list[trainer.Progress] = []
    kv_finetuning.train(backbone, options, data, Settings(), seen.append)
    return seen


def losses(seen: list[trainer.Progress]) -> torch.Tensor:
    return torch.tensor([[one.next, one.slots, one.pointers, one.f1] for one in seen])


def test_a_run_stays_where_the_model_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: Backbone
) -> None:
    """Losses, gradients and steps on a device of its own are those of the CPU. What decoders say in
    validation is left out: they are no part of training."""
    monkeypatch.setattr(kv_finetuning, "judge", lambda *_: MatchCounts(3, 1, 0))
    monkeypatch.setattr(trainer, "save", lambda *_: None)  # the device has no memory to write from
    monkeypatch.setattr(course, "save_state", lambda *_: None)
    with Machine():
        far = Backbone(fresh.model.to(DEVICE), fresh.text.tokenizer, fresh.heads, fresh.name)
        assert far.device == next(far.heads.parameters()).device == DEVICE
        found = run(far, tmp_path / "far")
    make_backbone.cache_clear()
    expected = run(make_backbone(), tmp_path / "near")
    torch.testing.assert_close(losses(found), losses(expected))


def test_what_is_left_behind_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: Backbone
) -> None:
    monkeypatch.setattr(Packed, "to", lambda packed, device: packed)
    with Machine():
        far = Backbone(fresh.model.to(DEVICE), fresh.text.tokenizer, fresh.heads, fresh.name)
        with pytest.raises(RuntimeError, match="two devices"):
            run(far, tmp_path)


@pytest.mark.parametrize(
    ("device", "gpus", "expected"),
    [
        ("", 0, "cpu"),
        ("cpu", 0, "cpu"),
        ("cuda", 0, "cuda"),
        ("", 2, "cuda:1"),
        ("cuda", 2, "cuda:1"),
        ("cuda:0", 2, "cuda:0"),
        ("cpu", 2, "cpu"),
    ],
)
def test_each_process_loads_to_its_own_gpu_unless_it_is_told_where(
    monkeypatch: pytest.MonkeyPatch, device: str, gpus: int, expected: str
) -> None:
    """Seen by the second of two processes."""

    def processes(on_cpu: bool) -> SimpleNamespace:
        return SimpleNamespace(device=torch.device("cpu" if on_cpu else "cuda:1"))

    monkeypatch.setattr(devices, "processes", processes)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    assert devices.placed(Settings(device=device)).device == expected


def test_a_bfloat16_model_learns_as_a_float32_one_does(tmp_path: Path, fresh: Backbone) -> None:
    """Its losses stay close to those of a float32 model."""
    half = Backbone(fresh.model.to(torch.bfloat16), fresh.text.tokenizer, fresh.heads, fresh.name)
    found = run(half, tmp_path / "half", steps=3)
    weights = [p for n, p in half.model.named_parameters() if "lora_B" in n]
    assert all(one.dtype == torch.bfloat16 for one in weights)
    assert all(one.isfinite().all() and one.any() for one in weights)
    make_backbone.cache_clear()
    expected = run(make_backbone(), tmp_path / "whole", steps=3)
    torch.testing.assert_close(losses(found)[:, :3], losses(expected)[:, :3], rtol=0.05, atol=0.05)


RUN = """
import sys
from pathlib import Path
from kie_app.config import Settings
from kie_app.training import kv_finetuning
from kie_app.training.trainer import TrainOptions
from tests.conftest import make_backbone
from tests.training.test_training import everything
data, out = map(Path, sys.argv[1:])
options = TrainOptions(out, steps=4, batch=3, rank=4, learning_rate=5e-3, validate_every=2)
kv_finetuning.train(make_backbone(), options, everything(data), Settings())
"""


def test_two_processes_make_the_checkpoint_that_one_makes(tmp_path: Path) -> None:
    data, script = labelled_folder(tmp_path / "data", 12), tmp_path / "run.py"
    script.write_text(RUN)
    two = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    for name, launcher in (("one", []), ("two", two)):
        subprocess.run(
            [sys.executable, *launcher, str(script), str(data), str(tmp_path / name)],
            check=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        )
    assert len(course.history(tmp_path / "two")) == 4, "the first process alone keeps a history"
    for file in (checkpoints.ADAPTER, checkpoints.HEADS):
        one, other = load_file(tmp_path / "one" / file), load_file(tmp_path / "two" / file)
        assert one.keys() == other.keys()
        for name in one:
            torch.testing.assert_close(one[name], other[name], atol=1e-4, rtol=1e-3)


def test_memory_on_a_gpu_is_the_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: device.index + 7)
    assert devices.memory_held(torch.device("cuda:1")) == 8
    assert devices.memory_held(torch.device("cpu")) > 10_000_000
