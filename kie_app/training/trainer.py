"""The training loop: LoRA and heads on packed examples, whatever they were made from.

Every random choice of step s comes from (seed, s), so a resumed run repeats the killed one. Several
processes (`torchrun`, `accelerate launch`), each with a GPU of its own or all on the CPU, share
each step's examples. Beside the checkpoint lie `progress.jsonl` (one JSON object a step),
`training_state.pt` (what a resumed run needs, deleted at the end) and `best/` (the best checkpoint
so far, which becomes the result).
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import resource
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import PreTrainedModel

from kie_app import checkpoint as checkpoints
from kie_app.backbone import Backbone
from kie_app.config import Settings
from kie_app.evaluation.metrics import Counts
from kie_app.training import attention
from kie_app.training.objective import Objective
from kie_app.training.packing import Packed

STATE, HISTORY, BEST = "training_state.pt", "progress.jsonl", "best"
VALIDATED_WITH = "sdpa"  # decoding needs an attention that takes a cache


@dataclass(frozen=True)
class TrainOptions:
    """What one run is: the same options and data give the same checkpoint on the same machine."""

    out: Path
    steps: int = 900
    batch: int = 4  # documents a step; their gradients are added up one document at a time
    learning_rate: float = 5e-4
    rank: int = 32
    seed: int = 0
    start: Path | None = None  # a checkpoint to go on from, instead of fresh weights
    validate_every: int = 0  # steps between validations; 0: none, and the last weights are kept
    patience: int = 3  # validations without a better F1 after which training stops
    save_every: int = 40


@dataclass(frozen=True)
class Progress:
    """One step: losses are means over its batch, `eta` the seconds left, `memory` the most bytes
    that one process held; `f1` is given where the step was validated."""

    step: int
    steps: int
    next: float
    slots: float
    pointers: float
    learning_rate: float
    tokens_per_second: float
    eta: float
    memory: int
    f1: float | None = None

    def __str__(self) -> str:
        return json.dumps(dataclasses.asdict(self))


@dataclass
class Course:
    """How far a run is: steps made, the best validation so far, validations since then."""

    step: int = 0
    best: float = -1.0
    stale: int = 0


Draw = Callable[[int], Packed | None]  # place in the run -> its example, None to pass it over
Validate = Callable[[int, int], Counts]  # process, processes -> counts of its share of documents


def train(
    backbone: Backbone,
    options: TrainOptions,
    facts: dict[str, Any],
    draw: Draw,
    validate: Validate | None = None,
    on_progress: Callable[[Progress], None] = print,
) -> bool:
    """Train, going on from `options.out` if it holds a training state.

    `facts` say in the checkpoint what it was trained on. Returns whether this process is the one
    that wrote the checkpoint.
    """
    torch.manual_seed(options.seed)
    use_attention(backbone.model, attention.NAME)
    accelerator = processes(on_cpu=backbone.device.type == "cpu")
    rank, ranks = accelerator.process_index, accelerator.num_processes
    objective = Objective(adapted(backbone, options.rank))
    if options.start:
        checkpoints.restore(options.start, backbone.model, backbone.heads)
    master = MasterWeights(objective)
    optimizer = torch.optim.AdamW(master.groups(options.learning_rate), betas=(0.9, 0.98))
    course = resume(options.out, master, optimizer)
    objective.train()
    accelerator.wait_for_everyone()  # before the first process writes what the others read
    while course.step < options.steps and course.stale < options.patience:
        began, tokens = time.perf_counter(), 0
        sums = torch.zeros(3, device=backbone.device)
        rate = schedule(course.step, options.steps)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        places = range(course.step * options.batch, (course.step + 1) * options.batch)
        whole = [packed for at in places if (packed := draw(at))]
        for packed in shares(whole, ranks)[rank]:
            losses = objective(packed)
            accelerator.backward(losses.total / options.batch)
            sums += torch.stack([loss.detach().float() for loss in losses])
            tokens += len(packed.ids)
        master.step(optimizer, accelerator)
        sums = accelerator.reduce(sums)
        course.step += 1
        seconds = time.perf_counter() - began
        f1 = None
        if validate and options.validate_every and course.step % options.validate_every == 0:
            f1 = validated(backbone, validate, accelerator)
            course.stale = 0 if f1 > course.best else course.stale + 1
        if accelerator.is_main_process:
            following, slots, pointers = (sums / options.batch).tolist()
            progress = Progress(
                course.step,
                options.steps,
                following,
                slots,
                pointers,
                learning_rate=optimizer.param_groups[0]["lr"],
                tokens_per_second=tokens * ranks / seconds,
                eta=(options.steps - course.step) * seconds,
                memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                f1=f1,
            )
            note(options.out, progress)
            on_progress(progress)
            if f1 is not None and f1 > course.best:
                save(backbone, options, options.out / BEST, facts, course.step)
        course.best = max(course.best, f1 if f1 is not None else -1.0)
        if accelerator.is_main_process and (
            course.step % options.save_every == 0 or course.step == options.steps
        ):
            save(backbone, options, options.out, facts, course.step)
            save_state(options.out, course, master, optimizer)
    if accelerator.is_main_process:
        finish(options.out)
    accelerator.end_training()
    return bool(accelerator.is_main_process)


def processes(on_cpu: bool) -> Accelerator:
    """The processes of this run. The backbone's dtype is that of the training, whatever mixed
    precision `accelerate config` was told."""
    return Accelerator(cpu=on_cpu, mixed_precision="no")


def placed(settings: Settings) -> Settings:
    """The settings to load the backbone of a training with: each of several processes has a GPU of
    its own, where nothing else says which."""
    on_cpu = settings.device == "cpu" or not torch.cuda.is_available()
    own = processes(on_cpu).device
    if settings.device not in ("", own.type):
        return settings
    return settings.model_copy(update={"device": str(own)})


def use_attention(model: PreTrainedModel, name: str) -> None:
    """Set the language model's attention; a vision tower keeps its own."""
    model.set_attn_implementation({"text_config": name} if sees(model) else name)


def sees(model: PreTrainedModel) -> bool:
    """Whether the model has a vision tower."""
    return hasattr(model.config, "vision_config")


def validated(backbone: Backbone, validate: Validate, accelerator: Accelerator) -> float:
    """Micro F1 of `mask_parallel` as it is now, each process judging its share."""
    inner = backbone.model.get_base_model()
    use_attention(inner, VALIDATED_WITH)
    backbone.model.eval()
    counts = validate(accelerator.process_index, accelerator.num_processes)
    backbone.model.train()
    use_attention(inner, attention.NAME)
    own = torch.tensor([counts.right, counts.wrong, counts.missed], device=backbone.device)
    right, wrong, missed = accelerator.reduce(own).tolist()
    return Counts(right, wrong, missed).f1


def adapted(backbone: Backbone, rank: int) -> Backbone:
    """Put LoRA on every linear layer of the language model (Hu et al., arXiv 2106.09685) and open
    the heads."""
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules="all-linear",
        exclude_modules=r".*\bvisual\b.*" if sees(backbone.model) else None,  # it stays as it is
        task_type="CAUSAL_LM",
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


def shares(whole: Sequence[Packed], ranks: int) -> list[list[Packed]]:
    """The batch dealt to `ranks` processes so that none waits long: longest first, to the one with
    the fewest tokens."""
    dealt: list[list[Packed]] = [[] for _ in range(ranks)]
    for packed in sorted(whole, key=lambda one: -len(one.ids)):
        min(dealt, key=lambda own: sum(len(one.ids) for one in own)).append(packed)
    return dealt


def note(out: Path, progress: Progress) -> None:
    """Append one step to the run's history."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / HISTORY).open("a", encoding="utf-8") as history:
        history.write(f"{progress}\n")


def save(
    backbone: Backbone, options: TrainOptions, folder: Path, facts: dict[str, Any], step: int
) -> None:
    """Write the checkpoint as it is now."""
    folder.mkdir(parents=True, exist_ok=True)
    # "auto" would ask the hub whether the vocabulary grew; the embeddings are never trained.
    backbone.model.save_pretrained(str(folder), save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty card; `train card` writes ours
    weights = {n: p.detach().contiguous() for n, p in backbone.heads.state_dict().items()}
    save_file(weights, folder / checkpoints.HEADS)
    training = {
        **facts,
        "started_from": options.start.name if options.start else None,
        "steps": step,
        "batch": options.batch,
        "learning_rate": options.learning_rate,
        "rank": options.rank,
        "seed": options.seed,
        "machine": f"{os.cpu_count()} cores" if backbone.device.type == "cpu" else "GPU",
    }
    checkpoints.write_facts(checkpoints.Checkpoint(folder, backbone.name, training=training))


def save_state(
    out: Path, course: Course, master: MasterWeights, optimizer: torch.optim.Optimizer
) -> None:
    """Write what a resumed run needs, whole or not at all."""
    draft = out / f".{STATE}"
    state = {
        "course": dataclasses.asdict(course),
        "master": master.copies,
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, draft)
    draft.replace(out / STATE)


def resume(out: Path, master: MasterWeights, optimizer: torch.optim.Optimizer) -> Course:
    """Continue from `out/training_state.pt`, if there is one."""
    path = out / STATE
    if not path.is_file():
        return Course()
    state = torch.load(path, map_location="cpu", weights_only=True)
    with torch.no_grad():
        for copy, kept in zip(master.copies, state["master"], strict=True):
            copy.copy_(kept)
    optimizer.load_state_dict(state["optimizer"])
    master.publish()
    return Course(**state["course"])


def history(out: Path) -> list[dict[str, Any]]:
    """The steps of a run, each once: what was repeated after a kill replaces what it repeats."""
    rows = (json.loads(row) for row in (out / HISTORY).read_text(encoding="utf-8").splitlines())
    return list({row["step"]: row for row in rows}.values())


def finish(out: Path) -> None:
    """The best validated checkpoint becomes the result."""
    if (out / BEST).is_dir():
        shutil.copytree(out / BEST, out, dirs_exist_ok=True)
        shutil.rmtree(out / BEST)
    (out / STATE).unlink(missing_ok=True)
