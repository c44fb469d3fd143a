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
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from safetensors.torch import save_file

from kie_app.evaluation.metrics import MatchCounts
from kie_app.model import checkpoint as checkpoints
from kie_app.model.backbone import Backbone
from kie_app.training import attention
from kie_app.training import course as courses
from kie_app.training.adapter import adapted, freeze_all_but_pointers, use_attention
from kie_app.training.course import Course
from kie_app.training.devices import memory_held, processes, shares
from kie_app.training.master_weights import MasterWeights
from kie_app.training.objective import Objective
from kie_app.training.packing import Packed

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
    validate_every: int = 0  # steps between validations, the last is one; 0: none, the last is kept
    patience: int = 3  # validations without a better F1 after which training stops
    save_every: int = 20
    pointers_only: bool = False  # the rest stays as `start` has it, and nothing runs backward there


@dataclass(frozen=True)
class Progress:
    """One step: losses are means over its batch, `eta` the seconds left, `memory` the most bytes
    that this process has held (`memory_held`); `f1` is given where the step was validated."""

    step: int
    steps: int
    next: float
    slots: float
    pointers: float
    seeds: float
    learning_rate: float
    tokens_per_second: float
    eta: float
    memory: int
    f1: float | None = None

    def __str__(self) -> str:
        return json.dumps(dataclasses.asdict(self))


Draw = Callable[[int], Packed | None]  # place in the run -> its example, None to pass it over
Validate = Callable[
    [int, int], MatchCounts
]  # process, processes -> counts of its share of documents


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
    fixed = run_facts(options, facts)
    state = courses.begun(options.out, fixed)
    torch.manual_seed(options.seed)
    use_attention(backbone.model, attention.NAME)
    accelerator = processes(on_cpu=backbone.device.type == "cpu")
    rank, ranks = accelerator.process_index, accelerator.num_processes
    objective = Objective(adapted(backbone, options.rank))
    if not options.pointers_only:  # a checkpoint without seeds may be trained on with them
        backbone.heads.add_seeds()
    if options.start and (options.pointers_only or not state):  # a state holds what is trained
        checkpoints.restore(options.start, backbone.model, backbone.heads)
    if options.pointers_only:
        freeze_all_but_pointers(backbone)
    master = MasterWeights(objective)
    optimizer = torch.optim.AdamW(master.groups(options.learning_rate), betas=(0.9, 0.98))
    course = courses.resume(state, master, optimizer) if state else Course()
    objective.train()
    if accelerator.is_main_process and not state:
        courses.clear(options.out)
    accelerator.wait_for_everyone()  # before the first process writes what the others read
    while course.step < options.steps and course.stale < options.patience:
        began = time.perf_counter()
        rate = schedule(course.step, options.steps)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        places = range(course.step * options.batch, (course.step + 1) * options.batch)
        whole = [packed for at in places if (packed := draw(at))]
        own = shares(whole, ranks)[rank]
        sums = backward(objective, own, options.batch, accelerator)
        tokens = sum(len(packed.ids) for packed in own)
        master.step(optimizer, accelerator)
        sums = accelerator.reduce(sums)
        course.step += 1
        seconds = time.perf_counter() - began
        f1 = None
        due = course.step == options.steps or course.step % max(1, options.validate_every) == 0
        if validate and options.validate_every and due:
            f1 = validated(backbone, validate, accelerator)
            course.stale = 0 if f1 > course.best else course.stale + 1
        if accelerator.is_main_process:
            following, slots, pointers, seeds = (sums / options.batch).tolist()
            progress = Progress(
                course.step,
                options.steps,
                following,
                slots,
                pointers,
                seeds,
                learning_rate=optimizer.param_groups[0]["lr"],
                tokens_per_second=tokens * ranks / seconds,
                eta=(options.steps - course.step) * seconds,
                memory=memory_held(backbone.device),
                f1=f1,
            )
            course.memory = max(course.memory, progress.memory)
            courses.note(options.out, progress)
            on_progress(progress)
            if f1 is not None and f1 > course.best:
                save(backbone, options.out / courses.BEST, fixed, course)
        course.best = max(course.best, f1 if f1 is not None else -1.0)
        if accelerator.is_main_process and (
            course.step % options.save_every == 0 or course.step == options.steps
        ):
            save(backbone, options.out, fixed, course)
            courses.save_state(options.out, course, fixed, master, optimizer)
    if accelerator.is_main_process:
        courses.finish(options.out)
    accelerator.end_training()
    return bool(accelerator.is_main_process)


def backward(
    objective: Objective, examples: Sequence[Packed], batch: int, accelerator: Accelerator
) -> torch.Tensor:
    """Add up the gradients of some examples of a batch; the sums of their losses (4,)."""
    sums = torch.zeros(4, device=objective.backbone.device)
    for packed in examples:
        losses = objective(packed)
        accelerator.backward(losses.total / batch)
        sums += torch.stack([loss.detach().float() for loss in losses])
    return sums


def validated(backbone: Backbone, validate: Validate, accelerator: Accelerator) -> float:
    """Micro F1 of the model as it is now, each process judging its share."""
    inner = backbone.model.get_base_model()
    use_attention(inner, VALIDATED_WITH)
    backbone.model.eval()
    counts = validate(accelerator.process_index, accelerator.num_processes)
    backbone.model.train()
    use_attention(inner, attention.NAME)
    own = torch.tensor([counts.right, counts.wrong, counts.missed], device=backbone.device)
    right, wrong, missed = accelerator.reduce(own).tolist()
    return MatchCounts(right, wrong, missed).f1


def schedule(step: int, steps: int, warmup: int = 20, decay: float = 0.3) -> float:
    """Warm up, stay, and fall linearly to 5 % over the last `decay` of the run."""
    if step < warmup:
        return (step + 1) / warmup
    left = (steps - step) / max(1, math.ceil(steps * decay))
    return max(0.05, min(1.0, left))


def run_facts(options: TrainOptions, facts: dict[str, Any]) -> dict[str, Any]:
    """What must stay as it is when a run goes on; its steps may change."""
    return {
        **facts,
        "started_from": options.start.name if options.start else None,
        "batch": options.batch,
        "learning_rate": options.learning_rate,
        "rank": options.rank,
        "pointers_only": options.pointers_only,
        "seed": options.seed,
    }


def save(backbone: Backbone, folder: Path, fixed: dict[str, Any], course: Course) -> None:
    """Write the checkpoint as it is now."""
    folder.mkdir(parents=True, exist_ok=True)
    # "auto" would ask the hub whether the vocabulary grew; the embeddings are never trained.
    backbone.model.save_pretrained(str(folder), save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's empty card; `train card` writes ours
    weights = {n: p.detach().contiguous() for n, p in backbone.heads.state_dict().items()}
    save_file(weights, folder / checkpoints.HEADS)
    training = {
        **fixed,
        "steps": course.step,
        "memory": course.memory,
        "machine": f"{os.cpu_count()} cores" if backbone.device.type == "cpu" else "GPU",
    }
    checkpoints.write_facts(checkpoints.Checkpoint(folder, backbone.name, training=training))
