"""Checkpoints: a folder with a LoRA adapter, the heads, and a model card.

models/registry.json                  {"default": name}
models/NAME/adapter_model.safetensors, adapter_config.json    LoRA in PEFT's format
models/NAME/heads.safetensors         layout embedding, [mask] vector, pointer head
models/NAME/onepass.json              backbone, calibration and how it was trained
models/NAME/README.md                 the model card
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from peft import PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import PreTrainedModel

from kie_app.config import Settings
from kie_app.errors import BackboneError
from kie_app.heads import Heads

HEADS, FACTS = "heads.safetensors", "onepass.json"


@dataclass(frozen=True)
class Calibration:
    """Fitted on validation data: how much the slots' scores add to the pointers' (`slot_weight`),
    and the temperatures that turn scores into confidences."""

    slot_weight: float = 0.1
    no_run_bias: float = 0.0
    temperature: float = 1.0
    token_temperature: float = 1.0


@dataclass(frozen=True)
class Checkpoint:
    folder: Path
    backbone: str
    calibration: Calibration = Calibration()
    training: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.folder.name


def find(settings: Settings) -> Checkpoint | None:
    """The checkpoint of the settings, else the registry's default, else None."""
    if settings.checkpoint:
        return read(Path(settings.checkpoint))
    registry = settings.models_dir / "registry.json"
    if not registry.is_file():
        return None
    try:
        folder = settings.models_dir / json.loads(registry.read_text(encoding="utf-8"))["default"]
    except (ValueError, KeyError, TypeError) as error:
        raise BackboneError(
            f'{registry} is damaged ({error!r}): it must be {{"default": "NAME OF A FOLDER"}}.'
        ) from error
    return read(folder)


def read(folder: Path) -> Checkpoint:
    """What `folder/onepass.json` says."""
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        return Checkpoint(
            folder,
            facts["backbone"],
            Calibration(**facts.get("calibration", {})),
            facts.get("training", {}),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackboneError(
            f"{folder} is not a checkpoint ({error!r}): give a folder written by "
            "`python -m kie_app train`, or leave ONEPASS_CHECKPOINT empty."
        ) from error


def write_facts(found: Checkpoint) -> None:
    facts = {
        "backbone": found.backbone,
        "calibration": asdict(found.calibration),
        "training": found.training,
    }
    text = json.dumps(facts, indent=2) + "\n"
    (found.folder / FACTS).write_text(text, encoding="utf-8")


def merge(found: Checkpoint, model: PreTrainedModel, heads: Heads) -> PreTrainedModel:
    """The model with the adapter folded into its weights; `heads` gets the trained values."""
    try:
        adapted = PeftModel.from_pretrained(model, str(found.folder))
        heads.load_state_dict(load_file(found.folder / HEADS))
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        first = str(error).splitlines()[0]
        raise BackboneError(
            f"The checkpoint {found.folder} does not fit the backbone or is damaged ({first}): "
            f"it was trained on {found.backbone}; set ONEPASS_CHECKPOINT to another."
        ) from error
    merged: PreTrainedModel = adapted.merge_and_unload()
    return merged
