"""Results of `evaluate --json` as the tables of a model card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kie_app.errors import DataError

SOUND = ("placed", "absent", "calibration error")


def read_result(path: Path) -> dict[str, Any]:
    """A file that `evaluate --json` wrote; DataError for any other."""
    try:
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        result["decoders"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not a result of `evaluate --json` ({error!r}): run that first."
        ) from error
    return result


def table(path: Path, result: dict[str, Any]) -> str:
    """One file's figures; its name says which documents and lines it is about."""
    keys = list(next(iter(result["decoders"].values()))["keys"])
    rows = [
        "| decoder | match | micro F1 | " + " | ".join([*keys, *SOUND]) + " |",
        "|---" * (3 + len(keys) + len(SOUND)) + "|",
    ]
    for name, one in result["decoders"].items():
        exact = [one["micro_f1"], *one["keys"].values()]
        loose = [one["normalised_f1"], *one["normalised_keys"].values()]
        sound = [one["placed"], one.get("absent"), one["calibration_error"]]
        rows.append(f"| {name} | exact | {_cells(exact)} {'| ' * len(SOUND)}|")
        rows.append(f"| {name} | normalised | {_cells([*loose, *sound])} |")
    title = f"{path.stem.replace('-', ' ')} ({result['documents']} documents{_which(result)}):"
    return "\n\n".join([title, *_run(result), "\n".join(rows), *_reliability(result)])


def _which(result: dict[str, Any]) -> str:
    """Of which split they are; older files do not tell."""
    if not (run := result.get("run")):
        return ""
    side = "all of" if run["split"] == "all" else f"the {run['split']} split of"
    failed = f"; {run['failed']} failed, all missed" if run["failed"] else ""
    return f", {side} `{run['folder']}`{failed}"


def _run(result: dict[str, Any]) -> list[str]:
    """The command of a result, and on what it ran; nothing of an older file."""
    if not (run := result.get("run")):
        return []
    where = f"{run['dtype']} on {run['device']}, {run['threads']} threads; {run['machine']}."
    return [f"    {run['command']}", where]


def _reliability(result: dict[str, Any]) -> list[str]:
    """Confidence against truth, a row a bin that holds answers; older files may have no bins."""
    rows = [
        f"| {name} | {one['confidence']:.3f} | {one['right']:.3f} | {one['count']} |"
        for name, arm in result["decoders"].items()
        for one in arm.get("reliability", ())
        if one["count"]
    ]
    head = ["| decoder | confidence | share right | answers |", "|---|---|---|---|"]
    return ["\n".join([*head, *rows])] if rows else []


def _cells(figures: list[float | None]) -> str:
    return " | ".join("-" if figure is None else f"{figure:.3f}" for figure in figures)
