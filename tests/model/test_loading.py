"""Where weights come from, how they load, and what is said when they cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from kie_app.config import Settings
from kie_app.errors import BackboneError
from kie_app.model import checkpoint as checkpoints
from kie_app.model import loading
from kie_app.model.digest import SHORT
from kie_app.model.loading import HUB_ID, probe_dtype, resolve
from kie_app.model.prompt import build_prompt
from kie_app.model.tokens import tokenise
from kie_app.types import Schema
from tests.conftest import (
    RECEIPT_KEYS,
    make_backbone,
    make_document,
    save_backbone,
    save_checkpoint,
)

PLACES = {"here": 0, "there": 1}  # folders that hold things of the same names, and their seeds


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return save_backbone(tmp_path / "tiny")


def settings_of(tmp_path: Path, **values: object) -> Settings:
    given = {"models_dir": tmp_path / "models", "dtype": "float32", **values}
    return Settings(**given)


def test_a_local_folder_loads_and_says_the_same(saved: Path, tmp_path: Path) -> None:
    loaded = loading.load(settings_of(tmp_path, backbone=str(saved)))
    original = make_backbone()
    schema = Schema("s", RECEIPT_KEYS)
    prompt = build_prompt(loaded.text, make_document(), schema)
    assert prompt == build_prompt(original.text, make_document(), schema)
    bare = tokenise(loaded.text, make_document())
    loaded.heads.load_state_dict(original.heads.state_dict())
    torch.testing.assert_close(loaded.encode(bare).words, original.encode(bare).words)


def test_the_setting_comes_before_the_wheel_and_the_wheel_before_the_hub(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resolve(settings_of(tmp_path, backbone=str(saved))) == str(saved)
    monkeypatch.setattr(loading, "WHEEL", "no_such_wheel")
    assert resolve(settings_of(tmp_path)) == HUB_ID


def test_a_folder_that_does_not_exist_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match=r"nowhere.*ONEPASS_BACKBONE to a local folder"):
        loading.load(settings_of(tmp_path, backbone=str(tmp_path / "nowhere")))


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BackboneError) as raised:
        loading.load(settings_of(tmp_path, backbone=str(tmp_path / "empty")))
    assert "\n" not in str(raised.value)
    assert "requirements-model.txt" in str(raised.value)


def test_an_unknown_dtype_is_refused() -> None:
    with pytest.raises(BackboneError, match="float8"):
        probe_dtype("float8", "cpu")


@pytest.mark.parametrize("faster", [torch.bfloat16, torch.float32])
def test_without_a_setting_the_dtype_that_this_machine_multiplies_faster_is_taken(
    monkeypatch: pytest.MonkeyPatch, faster: torch.dtype
) -> None:
    def timed(dtype: torch.dtype) -> float:
        return 1.0 if dtype == faster else 2.0

    monkeypatch.setattr(loading, "_matmul_seconds", timed)
    assert probe_dtype("", "cpu") == faster
    assert probe_dtype("", "cuda") == torch.bfloat16
    assert probe_dtype("float32", "cuda") == torch.float32


def test_the_probe_measures_both_dtypes_on_this_machine() -> None:
    for dtype in (torch.bfloat16, torch.float32):
        assert 0 < loading._matmul_seconds(dtype) < 1


def test_other_weights_under_the_same_name_are_signed_otherwise(tmp_path: Path) -> None:
    """Backbone and checkpoint, in folders of the same names; a copy is the same model."""
    one, other = (save_backbone(tmp_path / place / "tiny", seed) for place, seed in PLACES.items())
    copy = shutil.copytree(one, tmp_path / "copy" / "tiny")
    digests = [loading.weights_digest(str(folder)) for folder in (one, other, copy)]
    assert digests[0] == digests[2] != digests[1]

    signatures = []
    for place, seed in PLACES.items():
        folder = save_checkpoint(tmp_path / place / "mine", seed)
        settings = settings_of(tmp_path, backbone=str(one), checkpoint=str(folder))
        signatures.append(loading.load(settings).signature)
    same = f"{one}@{digests[0][:SHORT]} + mine@"
    assert all(found.startswith(same) and len(found) == len(same) + SHORT for found in signatures)
    assert len(set(signatures)) == 2
    bare = loading.load(settings_of(tmp_path, backbone=str(one)))
    assert bare.signature == f"{one}@{digests[0][:SHORT]}, untrained"


@pytest.mark.parametrize("file", checkpoints.FILES)
def test_every_file_of_a_checkpoint_counts(tmp_path: Path, file: str) -> None:
    folder = save_checkpoint(tmp_path / "mine")
    before = checkpoints.named(settings_of(tmp_path), str(folder))
    (folder / file).write_bytes((folder / file).read_bytes() + b" ")
    after = checkpoints.named(settings_of(tmp_path), str(folder))
    assert before.name == after.name
    assert before.signature != after.signature


def test_untrained_heads_are_those_of_any_other_process(saved: Path, tmp_path: Path) -> None:
    """They answer under one signature, and drawing them moves no one else's random numbers."""
    torch.manual_seed(1)
    expected = torch.rand(1)
    states = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        loaded = loading.load(settings_of(tmp_path, backbone=str(saved)))
        states.append(loaded.heads.state_dict())
        assert (torch.rand(1) == expected) == (seed == 1)
    for name, one in states[0].items():
        torch.testing.assert_close(one, states[1][name], rtol=0, atol=0)
