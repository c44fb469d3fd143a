"""How far a run is, as its folder keeps it: so that it can be killed, looked at and resumed."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from kie_app.errors import DataError
from kie_app.training.master_weights import MasterWeights

STATE, HISTORY, BEST = "training_state.pt", "progress.jsonl", "best"


@dataclass
class Course:
    """Steps made, the best validation so far, validations since then, and the most memory held."""

    step: int = 0
    best: float = -1.0
    stale: int = 0
    memory: int = 0


def begun(out: Path, fixed: dict[str, Any]) -> dict[str, Any] | None:
    """The state of a run in `out` that was killed. DataError where it was begun otherwise."""
    path = out / STATE
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    kept = state.get("fixed", {})
    for name in fixed:
        if kept.get(name) != fixed[name]:
            raise DataError(
                f"{out} holds a run with {name} {kept.get(name)!r}, not {fixed[name]!r}: go on "
                f"with the same, name another folder with --out, or delete {path} to start anew."
            )
    return state


def resume(
    state: dict[str, Any], master: MasterWeights, optimizer: torch.optim.Optimizer
) -> Course:
    """Put weights and optimizer back to where the run was killed."""
    with torch.no_grad():
        for copy, kept in zip(master.copies, state["master"], strict=True):
            copy.copy_(kept)
    optimizer.load_state_dict(state["optimizer"])
    master.publish()
    return Course(**state["course"])


def clear(out: Path) -> None:
    """Take away what an earlier run left beside its checkpoint."""
    (out / HISTORY).unlink(missing_ok=True)
    if (out / BEST).is_dir():
        shutil.rmtree(out / BEST)


def note(out: Path, progress: object) -> None:
    """Append one step to the run's history."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / HISTORY).open("a", encoding="utf-8") as history:
        history.write(f"{progress}\n")


def history(out: Path) -> list[dict[str, Any]]:
    """The steps of a run, each once: what was repeated after a kill replaces what it repeats."""
    rows = (json.loads(row) for row in (out / HISTORY).read_text(encoding="utf-8").splitlines())
    return list({row["step"]: row for row in rows}.values())


def save_state(
    out: Path,
    course: Course,
    fixed: dict[str, Any],
    master: MasterWeights,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write what a resumed run needs, whole or not at all."""
    draft = out / f".{STATE}"
    state = {
        "course": asdict(course),
        "fixed": fixed,
        "master": master.copies,
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, draft)
    draft.replace(out / STATE)


def finish(out: Path) -> None:
    """The best validated checkpoint becomes the result."""
    if (out / BEST).is_dir():
        shutil.copytree(out / BEST, out, dirs_exist_ok=True)
        shutil.rmtree(out / BEST)
    (out / STATE).unlink(missing_ok=True)
