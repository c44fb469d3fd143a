"""Where weights come from, how they load, and what is said when they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from kie_app.config import Settings
from kie_app.errors import BackboneError
from kie_app.model import backbone as backbones
from kie_app.model import loading
from kie_app.model.loading import HUB_ID, probe_dtype, resolve
from kie_app.model.prompt import build_prompt
from kie_app.model.tokens import tokenise
from kie_app.types import Schema
from tests.conftest import RECEIPT_KEYS, make_backbone, make_document


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    backbone = make_backbone()
    backbone.model.save_pretrained(tmp_path / "tiny")
    backbone.text.tokenizer.save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


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


def test_the_probe_answers_with_a_dtype_that_works() -> None:
    assert probe_dtype("", "cpu") in (torch.bfloat16, torch.float32)


def test_only_the_newest_encodings_are_kept() -> None:
    backbone = make_backbone(seed=5)
    documents = [tokenise(backbone.text, make_document(seed, 2)) for seed in range(6)]
    for document in documents:
        backbone.remember(document, backbone.encode(document))
    kept = [backbone.remembered(document) is not None for document in documents]
    assert kept == [False] * (6 - backbones.KEPT_ENCODINGS) + [True] * backbones.KEPT_ENCODINGS


def test_a_fork_grows_without_touching_the_encoding() -> None:
    backbone = make_backbone()
    with torch.inference_mode():
        encoding = backbone.encode(tokenise(backbone.text, make_document()))
        before = encoding.cache.get_seq_length()
        fork = encoding.fork()
        embeds = backbone.embed(torch.tensor([5, 6]))
        backbone.forward(embeds, torch.tensor([before, before + 1]), cache=fork)
    assert fork.get_seq_length() == before + 2
    assert encoding.cache.get_seq_length() == before == encoding.length
