"""Checkpoints: a folder with a LoRA adapter, the heads, and a model card.

models/registry.json                  the default's name; each checkpoint's files with their hashes
models/NAME/adapter_model.safetensors, adapter_config.json    LoRA in PEFT's format
models/NAME/heads.safetensors         layout embedding, [mask] vector, pointer and seed heads
models/NAME/onepass.json              backbone, calibration and how it was trained
models/NAME/README.md                 the model card
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers import PreTrainedModel

from kie_app.config import Settings
from kie_app.errors import BackboneError
from kie_app.model.digest import file_digest, joint_digest, signed
from kie_app.model.heads import Heads

ADAPTER, CONFIG = "adapter_model.safetensors", "adapter_config.json"
HEADS, FACTS = "heads.safetensors", "onepass.json"
FILES = (CONFIG, ADAPTER, HEADS, FACTS)
REGISTRY = "registry.json"


@dataclass(frozen=True)
class Calibration:
    """Fitted on validation data: how much the slots' scores add to the pointers' (`slot_weight`),
    how ready "absent" and the slots' own text are to win over runs of the page, the temperatures
    that turn scores into confidences, and the chance that text recognition reads a character right
    (`legibility`)."""

    slot_weight: float = 0.1
    absent_bias: float = 0.0
    own_text_bias: float = 0.0
    temperature: float = 1.0
    token_temperature: float = 1.0
    legibility: float = 1.0


@dataclass(frozen=True)
class Checkpoint:
    """A folder of weights. `digest` is that of its files when it was found to be loaded: other
    weights in a folder of the same name have another."""

    folder: Path
    backbone: str
    calibration: Calibration = Calibration()
    training: dict[str, Any] = field(default_factory=dict)
    digest: str = ""

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def signature(self) -> str:
        """Its name and the beginning of its digest."""
        return signed(self.name, self.digest)


def find(settings: Settings) -> Checkpoint | None:
    """The checkpoint of the settings, else the registry's default, else None."""
    name = settings.checkpoint or registry(settings.models_dir)["default"]
    return named(settings, name) if name else None


def named(settings: Settings, name: str) -> Checkpoint:
    """The checkpoint of a registered name or in a folder, with its digest. A registered one is read
    only if its files are those that were registered, by whichever of the two it is given."""
    registered = registry(settings.models_dir)["checkpoints"]
    folder = settings.models_dir / name if name in registered else Path(name)
    for known, hashes in registered.items():
        if folder.resolve() == (settings.models_dir / known).resolve():
            check(folder, hashes)
    return replace(read(folder), digest=joint_digest(folder / file for file in FILES))


def registry(models_dir: Path) -> dict[str, Any]:
    """`models/registry.json`: the default's name, and each checkpoint's files with their hashes."""
    path = models_dir / REGISTRY
    if not path.is_file():
        return {"default": None, "checkpoints": {}}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for files in found["checkpoints"].values():
            dict(files).items()
        if found["default"] not in found["checkpoints"]:
            raise ValueError(f"the default {found['default']!r} is not among the checkpoints")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackboneError(
            f"{path} is damaged ({error!r}): restore it, or enter the checkpoints again by "
            "`python -m kie_app train register FOLDER`."
        ) from error
    return found


def register(models_dir: Path, folder: Path, default: bool) -> None:
    """Enter `folder`, which must lie in `models_dir`, with the hashes of its files as they are."""
    found = read(folder)
    if folder.resolve().parent != models_dir.resolve():
        raise BackboneError(f"{folder} cannot be registered: put it into {models_dir} first.")
    entries = registry(models_dir)
    entries["checkpoints"][found.name] = {file: file_digest(folder / file) for file in FILES}
    if default or not entries["default"]:
        entries["default"] = found.name
    draft = models_dir / f".{REGISTRY}"
    draft.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    draft.replace(models_dir / REGISTRY)


def check(folder: Path, hashes: dict[str, str]) -> None:
    """BackboneError that names the first file that is missing or not the registered one."""
    for file, wanted in hashes.items():
        try:
            same = file_digest(folder / file) == wanted
        except OSError as error:
            raise BackboneError(
                f"{folder / file} cannot be read ({error.strerror}): restore the checkpoint, or "
                "set ONEPASS_CHECKPOINT to another."
            ) from error
        if not same:
            raise BackboneError(
                f"{folder / file} is not the registered file (its SHA-256 differs): restore it, "
                f"or if you changed it yourself, run `python -m kie_app train register {folder}`."
            )


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
            f"{folder} is not a checkpoint ({error!r}): give the name of a registered one or a "
            "folder written by `python -m kie_app train`, or leave ONEPASS_CHECKPOINT empty."
        ) from error


def write_facts(found: Checkpoint) -> None:
    facts = {
        "backbone": found.backbone,
        "calibration": asdict(found.calibration),
        "training": found.training,
    }
    text = json.dumps(facts, indent=2) + "\n"
    (found.folder / FACTS).write_text(text, encoding="utf-8")


def restore(folder: Path, adapted: PeftModel, heads: Heads) -> None:
    """Put a checkpoint's adapter and heads into a model that already carries an adapter."""
    try:
        weights = load_file(folder / ADAPTER)
        _fit(adapted, weights)
        set_peft_model_state_dict(adapted, weights)
        heads.fit(load_file(folder / HEADS))
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        first = str(error).splitlines()[0]
        raise BackboneError(
            f"{folder} cannot be trained further ({first}): its rank and backbone must be the same "
            "as those of this run, and its files whole."
        ) from error


def merge(found: Checkpoint, model: PreTrainedModel, heads: Heads) -> PreTrainedModel:
    """The model with the adapter folded into its weights; `heads` gets the trained values."""
    try:
        adapted = PeftModel.from_pretrained(model, str(found.folder))
        _fit(adapted, load_file(found.folder / ADAPTER))
        heads.fit(load_file(found.folder / HEADS))
    except (OSError, RuntimeError, ValueError, SafetensorError) as error:
        first = str(error).splitlines()[0]
        raise BackboneError(
            f"The checkpoint {found.folder} does not fit the backbone or is damaged ({first}): "
            f"it was trained on {found.backbone}; set ONEPASS_CHECKPOINT to another."
        ) from error
    merged: PreTrainedModel = adapted.merge_and_unload()
    return merged


def _fit(adapted: PeftModel, weights: dict[str, Tensor]) -> None:
    """ValueError where a file lacks weights of the adapter, which PEFT would leave as they were
    drawn, or holds others."""
    wanted = get_peft_model_state_dict(adapted, save_embedding_layers=False).keys()
    for name in sorted(wanted ^ weights.keys()):
        raise ValueError(f"{name} is {'missing' if name in wanted else 'not known'}")
