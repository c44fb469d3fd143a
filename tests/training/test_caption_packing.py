"""Images with captions train a multimodal backbone, here a tiny random Qwen2-VL."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from transformers import AutoModelForImageTextToText, Qwen2VLConfig, Qwen2VLImageProcessorPil

from kie_app.config import Settings
from kie_app.datasets import captions as captioned
from kie_app.datasets.captions import Captioned
from kie_app.errors import BackboneError, DataError
from kie_app.model import checkpoint as checkpoints
from kie_app.model.backbone import Backbone
from kie_app.model.heads import Heads
from kie_app.model.vision import VisionTower
from kie_app.training import attention, kv_finetuning, mask_pretraining
from kie_app.training import caption_packing as captions
from kie_app.training.objective import Objective
from kie_app.training.packing import IGNORE
from kie_app.training.trainer import TrainOptions
from tests.conftest import make_backbone, tiny_tokenizer


@cache
def make_multimodal(seed: int = 0) -> Backbone:
    torch.manual_seed(seed)
    tokenizer = tiny_tokenizer()
    text = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": len(tokenizer) + 3,
        "max_position_embeddings": 512,
        "bos_token_id": None,
        "eos_token_id": None,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000.0,
            "mrope_section": [1, 1, 2],
        },
    }
    vision = {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 4, "mlp_ratio": 2}
    config = Qwen2VLConfig(
        text_config=text,
        vision_config=vision | {"patch_size": 14, "spatial_merge_size": 2},
        image_token_id=len(tokenizer),
        vision_start_token_id=len(tokenizer) + 1,
        vision_end_token_id=len(tokenizer) + 2,
    )
    model = AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.normal_(0, 0.15)
    processor = Qwen2VLImageProcessorPil(min_pixels=28 * 28, max_pixels=28 * 28 * 12)
    return Backbone(
        model, tokenizer, Heads(32), "tiny-qwen2-vl", vision=VisionTower(model, processor)
    )


@pytest.fixture
def multimodal() -> Backbone:
    return make_multimodal()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for number, colour in enumerate(("red", "green", "blue", "white")):
        file = f"{colour}.png"
        Image.new("RGB", (80 + 30 * number, 60), colour).save(tmp_path / file)
        rows.append({"image": file, "text": f"A {colour} sheet of paper on a table"})
    (tmp_path / captioned.FILE).write_text("\n".join(map(json.dumps, rows)))
    return tmp_path


def with_caption(file: Path, caption: str) -> Captioned:
    return Captioned(str(file), caption, file)


def test_the_packed_answer_is_what_the_model_itself_would_read(
    multimodal: Backbone, folder: Path
) -> None:
    """The naive run: image placeholders and caption through the model's own forward."""
    packed = captions.pack(
        multimodal, with_caption(folder / "red.png", "A red sheet"), random.Random(0)
    )
    assert packed.picture is not None
    with torch.inference_mode():
        features = multimodal.vision.see(packed.picture)
        embeds = multimodal.embed(packed.ids, slots=packed.slots)
        embeds = torch.cat([features, embeds[len(features) :]])
        states = multimodal.forward(embeds, packed.positions, packed.visible)
        answer = (packed.next != IGNORE).nonzero().flatten()
        size = int(answer[-1]) + 2  # image and answer, without the slot block
        image = multimodal.model.config.image_token_id
        ids = packed.ids[:size].clone()
        ids[: packed.document] = image
        own = multimodal.model(
            input_ids=ids[None],
            pixel_values=packed.picture.pixels,
            image_grid_thw=packed.picture.grid,
            mm_token_type_ids=(ids == image).int()[None],
        ).logits[0]
    torch.testing.assert_close(multimodal.logits(states[answer]), own[answer], atol=1e-4, rtol=1e-4)
    assert torch.equal(packed.next[answer], ids[answer + 1])


def test_the_training_attention_gives_the_same_losses(multimodal: Backbone, folder: Path) -> None:
    packed = captions.pack(
        multimodal, with_caption(folder / "blue.png", "A blue sheet"), random.Random(1)
    )
    objective = Objective(multimodal)
    with torch.inference_mode():
        expected = objective(packed)
        multimodal.model.set_attn_implementation({"text_config": attention.NAME})
        found = objective(packed)
        multimodal.model.set_attn_implementation({"text_config": "sdpa"})
    torch.testing.assert_close(torch.stack(list(found)), torch.stack(list(expected)))


def test_slots_see_the_image_and_both_sides_but_not_the_answer(
    multimodal: Backbone, folder: Path
) -> None:
    packed = captions.pack(
        multimodal, with_caption(folder / "red.png", "A red sheet"), random.Random(0)
    )
    seen = packed.document
    size = (len(packed.ids) - seen) // 2
    block = packed.visible[seen + size :]
    assert block[:, :seen].all()
    assert not block[:, seen : seen + size].any()
    assert block[:, seen + size :].all()
    assert ((packed.slot != IGNORE) == packed.slots).all()


@given(st.integers(1, 60), st.integers(0, 1000))
def test_at_least_half_of_a_caption_is_covered(length: int, seed: int) -> None:
    covered = captions.spans(length, random.Random(seed))
    assert len(covered) == length
    assert captions.HIDDEN * length <= sum(covered) <= length


def test_pre_training_on_captions_learns_and_leaves_the_vision_tower(
    tmp_path: Path, folder: Path
) -> None:
    make_multimodal.cache_clear()
    backbone = make_multimodal()
    tower = [p.detach().clone() for p in backbone.model.model.visual.parameters()]
    losses: list[float] = []
    options = TrainOptions(tmp_path / "out", steps=25, batch=2, rank=4, learning_rate=5e-3)
    mask_pretraining.train(
        backbone,
        options,
        [str(folder), "synthetic=0.2"],
        "train",
        Settings(),
        lambda step: losses.append(step.next + step.slots),
    )
    assert sum(losses[-5:]) < 0.85 * sum(losses[:5])
    after = backbone.model.get_base_model().model.visual.parameters()
    assert all(torch.equal(one, other) for one, other in zip(tower, after, strict=True))
    assert checkpoints.read(tmp_path / "out").training["stage"] == "mask"
    make_multimodal.cache_clear()


def test_a_backbone_without_eyes_says_so(folder: Path) -> None:
    with pytest.raises(BackboneError, match="sees no images"):
        captions.pack(make_backbone(), with_caption(folder / "red.png", "A"), random.Random(0))


def test_captions_are_no_keys_and_values(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DataError, match="mask-pretrain"):
        kv_finetuning.train(
            make_backbone(),
            TrainOptions(tmp_path / "out"),
            kv_finetuning.KvOptions((str(folder),)),
            Settings(),
        )


def test_a_file_that_is_no_image_is_named(multimodal: Backbone, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no image")
    with pytest.raises(DataError, match=r"a\.png is no image"):
        captions.pack(multimodal, with_caption(tmp_path / "a.png", "a"), random.Random(0))
