"""Stage 2, KV fine-tuning: LoRA and heads on labelled documents, all decoders in one pass.

    python -m kie_app train kv DIR --out models/NAME --steps 900

Every random choice of step s comes from (seed, s), so a resumed run repeats the killed one.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch import Tensor, nn

from kie_app import checkpoint as checkpoints
from kie_app.backbone import Backbone
from kie_app.documents.labelled import Labelled, labelled, split_of
from kie_app.errors import DataError
from kie_app.training import attention
from kie_app.training.examples import example, printed_labels
from kie_app.training.objective import Objective
from kie_app.training.packing import Packed, pack
from kie_app.types import Key

STATE = "training_state.pt"  # beside the checkpoint while it trains; not part of it


@dataclass(frozen=True)
class TrainOptions:
    """What one run is: the same options and data give the same checkpoint on the same machine."""

    folder: Path
    out: Path
    steps: int = 900
    batch: int = 4
    learning_rate: float = 5e-4
    rank: int = 32
    seed: int = 0
    split: str = "train"
    max_tokens: int = 1400  # longer packed examples are passed over
    save_every: int = 40


@dataclass(frozen=True)
class Progress:
    """One step: losses are means over its batch, `eta` the seconds left."""

    step: int
    steps: int
    next: float
    slots: float
    pointers: float
    learning_rate: float
    tokens_per_second: float
    eta: float

    def __str__(self) -> str:
        return json.dumps(dataclasses.asdict(self))


def train(
    backbone: Backbone,
    options: TrainOptions,
    descriptions: Mapping[str, Key] | None = None,
    on_progress: Callable[[Progress], None] = print,
) -> bool:
    """Train on `options.folder`, resume from `options.out` if it holds a training state.

    Returns whether this process is the one that wrote the checkpoint.
    """
    items = [i for i in labelled(options.folder) if options.split in ("all", split_of(i))]
    items = [item for item in items if item.lines and item.values()]
    if not items:
        raise DataError(
            f"{options.folder} holds no labelled document with lines in its "
            f"{options.split} split: give a folder whose labels.jsonl has `lines` and `entities`."
        )
    foreign = sorted({name for item in items for name in printed_labels(item.lines)})
    torch.manual_seed(options.seed)
    backbone.model.set_attn_implementation(attention.NAME)
    accelerator = Accelerator()
    backbone.model.to(accelerator.device)
    objective = Objective(adapted(backbone, options.rank))
    master = MasterWeights(objective)
    optimizer = torch.optim.AdamW(master.groups(options.learning_rate), betas=(0.9, 0.98))
    step = resume(options.out, objective, master, optimizer)
    objective.train()
    while step < options.steps:
        began, tokens, sums = time.perf_counter(), 0, torch.zeros(3)
        rate = schedule(step, options.steps)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        rank, ranks = accelerator.process_index, accelerator.num_processes
        whole = batch(backbone, items, foreign, descriptions or {}, options, step)
        for packed in whole[rank::ranks]:
            losses = objective(packed)
            accelerator.backward(losses.total / options.batch)
            sums += torch.tensor([float(loss.detach()) for loss in losses])
            tokens += len(packed.ids)
        master.step(optimizer, accelerator)
        sums = accelerator.reduce(sums)
        step += 1
        seconds = time.perf_counter() - began
        following, slots, pointers = (sums / options.batch).tolist()
        left = (options.steps - step) * seconds
        if accelerator.is_main_process:
            rate_now, speed = optimizer.param_groups[0]["lr"], tokens * ranks / seconds
            losses_now = following, slots, pointers
            on_progress(Progress(step, options.steps, *losses_now, rate_now, speed, left))
            if step % options.save_every == 0 or step == options.steps:
                save(backbone, options, step, len(items), master, optimizer)
    if accelerator.is_main_process:
        (options.out / STATE).unlink(missing_ok=True)
    accelerator.end_training()
    return bool(accelerator.is_main_process)


def adapted(backbone: Backbone, rank: int) -> Backbone:
    """Put LoRA on every linear layer (Hu et al., arXiv 2106.09685) and open the heads."""
    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    backbone.model = get_peft_model(backbone.model, config, autocast_adapter_dtype=False)
    # The card names the backbone, not where this machine keeps it.
    backbone.model.peft_config["default"].base_model_name_or_path = backbone.name
    for parameter in backbone.heads.parameters():
        parameter.requires_grad_(True)
    return backbone


class MasterWeights:
    """float32 copies that the optimizer moves; bfloat16 alone would round small steps away."""

    def __init__(self, objective: nn.Module) -> None:
        named = [(n, p) for n, p in objective.named_parameters() if p.requires_grad]
        self.live: list[Tensor] = [p for _, p in named]
        self.names = [n for n, _ in named]
        self.copies = [p.detach().float().clone().requires_grad_(True) for p in self.live]

    def groups(self, rate: float) -> list[dict[str, object]]:
        """Adapter at `rate`; heads start from nothing and take twice that."""
        pairs = list(zip(self.names, self.copies, strict=True))
        adapter = [c for n, c in pairs if "lora" in n]
        heads = [c for n, c in pairs if "lora" not in n]
        return [
            {"params": adapter, "lr": rate, "peak": rate, "weight_decay": 0.0},
            {"params": heads, "lr": 2 * rate, "peak": 2 * rate, "weight_decay": 0.01},
        ]

    def step(
        self, optimizer: torch.optim.Optimizer, accelerator: Accelerator, clip: float = 1.0
    ) -> None:
        """Sum the gradients of all processes, move the copies, and publish them."""
        flat = torch.cat(
            [
                (torch.zeros_like(p) if p.grad is None else p.grad).float().flatten()
                for p in self.live
            ]
        )
        flat = accelerator.reduce(flat)
        parts = flat.split([p.numel() for p in self.live])
        for live, copy, grad in zip(self.live, self.copies, parts, strict=True):
            copy.grad, live.grad = grad.view_as(copy), None
        torch.nn.utils.clip_grad_norm_(self.copies, clip)
        optimizer.step()
        self.publish()

    @torch.no_grad()
    def publish(self) -> None:
        for live, copy in zip(self.live, self.copies, strict=True):
            live.copy_(copy)


def schedule(step: int, steps: int, warmup: int = 20, decay: float = 0.3) -> float:
    """Warm up, stay, and fall linearly to 5 % over the last `decay` of the run."""
    if step < warmup:
        return (step + 1) / warmup
    left = (steps - step) / max(1, math.ceil(steps * decay))
    return max(0.05, min(1.0, left))


def batch(
    backbone: Backbone,
    items: Sequence[Labelled],
    foreign: Sequence[str],
    descriptions: Mapping[str, Key],
    options: TrainOptions,
    step: int,
) -> list[Packed]:
    """The packed examples of one step: each epoch is a new permutation, each example varied."""
    out: list[Packed] = []
    for at in range(step * options.batch, (step + 1) * options.batch):
        epoch, place = divmod(at, len(items))
        order = list(range(len(items)))
        random.Random(f"{options.seed}-{epoch}").shuffle(order)
        rng = random.Random(f"{options.seed}-{at}")
        packed = pack(backbone.text, example(items[order[place]], rng, descriptions, foreign), rng)
        if len(packed.ids) <= options.max_tokens:
            out.append(packed)
    return out


def save(
    backbone: Backbone,
    options: TrainOptions,
    step: int,
    documents: int,
    master: MasterWeights,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write the checkpoint and, beside it, what a resumed run needs."""
    options.out.mkdir(parents=True, exist_ok=True)
    # "auto" would ask the hub whether the vocabulary grew; the embeddings are never trained.
    backbone.model.save_pretrained(str(options.out), save_embedding_layers=False)
    weights = {n: p.detach().contiguous() for n, p in backbone.heads.state_dict().items()}
    save_file(weights, options.out / checkpoints.HEADS)
    training = {
        "data": options.folder.name,
        "split": options.split,
        "documents": documents,
        "steps": step,
        "batch": options.batch,
        "learning_rate": options.learning_rate,
        "rank": options.rank,
        "seed": options.seed,
        "machine": f"{os.cpu_count()} cores" if backbone.device.type == "cpu" else "GPU",
    }
    checkpoints.write_facts(checkpoints.Checkpoint(options.out, backbone.name, training=training))
    draft = options.out / f".{STATE}"
    state = {"step": step, "master": master.copies, "optimizer": optimizer.state_dict()}
    torch.save(state, draft)
    draft.replace(options.out / STATE)


def resume(
    out: Path, objective: Objective, master: MasterWeights, optimizer: torch.optim.Optimizer
) -> int:
    """Continue from `out/training_state.pt`; returns the number of steps already made."""
    path = out / STATE
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for copy, kept in zip(master.copies, state["master"], strict=True):
            copy.copy_(kept)
    optimizer.load_state_dict(state["optimizer"])
    master.publish()
    return int(state["step"])
