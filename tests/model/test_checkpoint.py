"""Checkpoints that are damaged, missing or made for another model are refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from kie_app.config import Settings
from kie_app.errors import BackboneError
from kie_app.model import checkpoint as checkpoints
from kie_app.model.checkpoint import Calibration, Checkpoint
from tests.conftest import fresh_backbone, make_backbone, save_checkpoint


def test_facts_survive_writing_and_reading(tmp_path: Path) -> None:
    written = Checkpoint(tmp_path, "tiny", Calibration(0.3, -1.0, 2.0, 1.5), {"steps": 3})
    checkpoints.write_facts(written)
    assert checkpoints.read(tmp_path) == written


def test_no_registry_means_no_checkpoint(tmp_path: Path) -> None:
    assert checkpoints.find(Settings(models_dir=tmp_path)) is None


@pytest.fixture
def registered(tmp_path: Path) -> Path:
    """A registry of two checkpoints, the second the default."""
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        checkpoints.write_facts(Checkpoint(folder, "tiny"))
        for file in checkpoints.FILES:
            if file != checkpoints.FACTS:
                (folder / file).write_text(f"{name} {file}")
        checkpoints.register(tmp_path, folder, default=name == "two")
    return tmp_path


def test_the_registry_names_the_default_and_the_others(registered: Path) -> None:
    default = checkpoints.find(Settings(models_dir=registered))
    other = checkpoints.find(Settings(models_dir=registered, checkpoint="one"))
    assert default is not None
    assert other is not None
    assert (default.name, other.name) == ("two", "one")


@pytest.mark.parametrize("file", checkpoints.FILES)
def test_a_changed_file_of_a_registered_checkpoint_is_named(registered: Path, file: str) -> None:
    path = registered / "two" / file
    path.write_bytes(path.read_bytes() + b" ")
    for given in ("", "two", str(registered / "two"), str(registered / "one" / ".." / "two")):
        with pytest.raises(BackboneError, match=rf"two/{file} is not the registered file"):
            checkpoints.find(Settings(models_dir=registered, checkpoint=given))
    path.unlink()
    with pytest.raises(BackboneError, match=rf"two/{file} cannot be read"):
        checkpoints.find(Settings(models_dir=registered))


def test_a_changed_checkpoint_can_be_registered_again(registered: Path) -> None:
    (registered / "two" / checkpoints.HEADS).write_text("trained further")
    checkpoints.register(registered, registered / "two", default=False)
    assert checkpoints.find(Settings(models_dir=registered)) is not None


def test_a_checkpoint_is_named_by_its_registered_name_or_its_folder(registered: Path) -> None:
    settings = Settings(models_dir=registered)
    assert checkpoints.named(settings, "two").folder == registered / "two"
    assert checkpoints.named(settings, str(registered / "two")).folder == registered / "two"
    with pytest.raises(BackboneError, match="three is not a checkpoint"):
        checkpoints.named(settings, "three")


def test_only_checkpoints_inside_the_models_folder_are_registered(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    checkpoints.write_facts(Checkpoint(elsewhere, "tiny"))
    (tmp_path / "models").mkdir()
    with pytest.raises(BackboneError, match="cannot be registered"):
        checkpoints.register(tmp_path / "models", elsewhere, default=True)


def test_the_bundled_checkpoint_is_the_registered_one() -> None:
    found = checkpoints.find(Settings())
    assert found is not None
    assert found.folder.parent == Settings().models_dir


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"default": 7}', '{"default": "a", "checkpoints": {"b": {}}}']
)
def test_a_damaged_registry_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "registry.json").write_text(text)
    with pytest.raises(BackboneError, match=r"registry\.json"):
        checkpoints.find(Settings(models_dir=tmp_path))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"backbone": "x", "calibration": {"a": 1}}']
)
def test_damaged_facts_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / checkpoints.FACTS).write_text(text)
    with pytest.raises(BackboneError, match="is not a checkpoint"):
        checkpoints.read(tmp_path)


def test_a_folder_without_weights_is_refused_when_it_is_merged(tmp_path: Path) -> None:
    checkpoints.write_facts(Checkpoint(tmp_path, "another model"))
    backbone = make_backbone(seed=3)
    with pytest.raises(BackboneError, match="another model") as raised:
        checkpoints.merge(checkpoints.read(tmp_path), backbone.model, backbone.heads)
    assert "\n" not in str(raised.value)


def test_truncated_heads_are_refused(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model

    backbone = make_backbone(seed=4)
    config = LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM")
    get_peft_model(backbone.model, config).save_pretrained(str(tmp_path))
    checkpoints.write_facts(Checkpoint(tmp_path, "tiny"))
    (tmp_path / checkpoints.HEADS).write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{")
    make_backbone.cache_clear()
    fresh = make_backbone(seed=4)
    with pytest.raises(BackboneError, match="damaged"):
        checkpoints.merge(checkpoints.read(tmp_path), fresh.model, fresh.heads)
    make_backbone.cache_clear()


@pytest.mark.parametrize("change", ["missing", "not known", "has the shape"])
def test_heads_that_do_not_fit_are_refused_in_one_line(tmp_path: Path, change: str) -> None:
    """Those of the seeds too: half a seed head is none."""
    save_checkpoint(tmp_path)
    heads = fresh_backbone().heads
    heads.add_seeds()
    weights = {name: one.clone() for name, one in heads.state_dict().items()}
    if change == "missing":
        del weights["seed.token.weight"]
    elif change == "not known":
        weights["seed.other"] = torch.zeros(2)
    else:
        weights["seed.slot"] = torch.zeros(2)
    save_file(weights, tmp_path / checkpoints.HEADS)
    fresh = fresh_backbone()
    with pytest.raises(BackboneError, match=rf"\(seed\.\S+ (is )?{change}") as raised:
        checkpoints.merge(checkpoints.read(tmp_path), fresh.model, fresh.heads)
    assert "\n" not in str(raised.value)


def test_facts_are_plain_json(tmp_path: Path) -> None:
    checkpoints.write_facts(Checkpoint(tmp_path, "tiny"))
    assert json.loads((tmp_path / checkpoints.FACTS).read_text())["backbone"] == "tiny"


def test_an_adapter_that_lacks_weights_or_has_others_is_refused(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model

    def adapted():
        make_backbone.cache_clear()
        fresh = make_backbone(seed=4)
        config = LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM")
        return get_peft_model(fresh.model, config), fresh.heads

    model, heads = adapted()
    model.save_pretrained(str(tmp_path))
    save_file(heads.state_dict(), tmp_path / checkpoints.HEADS)
    checkpoints.write_facts(Checkpoint(tmp_path, "tiny"))
    # Copies: what `load_file` gives is a view of the file, which is written anew below.
    whole = {n: one.clone() for n, one in load_file(tmp_path / checkpoints.ADAPTER).items()}
    checkpoints.restore(tmp_path, *adapted())
    lost = next(iter(whole))
    without = {name: one for name, one in whole.items() if name != lost}
    more = {**whole, lost.replace("layers.0", "layers.9"): whole[lost].clone()}
    for weights, why in ((without, "missing"), (more, "not known")):
        save_file(weights, tmp_path / checkpoints.ADAPTER)
        with pytest.raises(BackboneError, match=f"cannot be trained further .*{why}"):
            checkpoints.restore(tmp_path, *adapted())
        make_backbone.cache_clear()
        fresh = make_backbone(seed=4)
        with pytest.raises(BackboneError, match=f"damaged .*{why}"):
            checkpoints.merge(checkpoints.read(tmp_path), fresh.model, fresh.heads)
    make_backbone.cache_clear()
