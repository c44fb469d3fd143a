"""What an evaluation ran on, and the command that runs it again.

Folders and files are given by their names alone: where they lie is a matter of each machine.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kie_app.datasets.asking import Ask
from kie_app.datasets.splits import Split
from kie_app.evaluation.arms import Lines
from kie_app.model.checkpoint import Checkpoint

FACTS = ("dtype", "device", "machine", "threads", "torch")


@dataclass(frozen=True)
class EvaluationOptions:
    """What an evaluation is of, and with which decoders."""

    folder: Path
    decoders: Sequence[str]
    lines: Lines = "given"
    split: Split = "all"
    limit: int | None = None
    keys: Sequence[str] = ()
    places: Path | None = None
    ask: Ask | None = None

    def as_json(self) -> dict[str, Any]:
        """Folder and options as they stand in a result; None where an option was left out."""
        return {
            "folder": self.folder.resolve().name,
            "decoders": ",".join(self.decoders),
            "lines": self.lines,
            "split": self.split,
            "limit": self.limit,
            "keys": ",".join(self.keys) or None,
            "places": self.places.name if self.places else None,
            "ask": self.ask,
        }


def run(
    options: EvaluationOptions,
    checkpoint: Checkpoint | None,
    facts: Mapping[str, str],
    result: Mapping[str, Any],
) -> dict[str, Any]:
    """The `run` of a result of `evaluate`; `facts` say on what it was measured."""
    name = checkpoint.name if checkpoint else None
    return {
        **options.as_json(),
        "checkpoint": name,
        **{fact: facts[fact] for fact in FACTS},
        "documents": result["documents"],
        "failed": len({one["document"] for one in result["failed"]}),
        "command": command(options, name, facts["dtype"]),
    }


def command(options: EvaluationOptions, checkpoint: str | None, dtype: str) -> str:
    """The line for a shell: the settings that figures depend on, then the options."""
    given = options.as_json()
    folder = given.pop("folder")
    settings = {"ONEPASS_CHECKPOINT": checkpoint, "ONEPASS_DTYPE": dtype}
    words = [f"{name}={shlex.quote(value)}" for name, value in settings.items() if value]
    words += ["python -m kie_app evaluate", shlex.quote(folder)]
    for name, value in given.items():
        if value is not None:
            words += [f"--{name}", shlex.quote(str(value))]
    return " ".join(words)
