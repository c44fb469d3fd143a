"""A checkpoint's model card: what it is, on what it was trained, what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from kie_app import checkpoint as checkpoints
from kie_app.errors import DataError

LICENCES = {
    "sroie": "ICDAR 2019 SROIE training receipts, CC BY 4.0 as re-issued by jsdnrs",
    "wildreceipt": "WildReceipt, licence of the data not stated",
    "adbuy": "FCC public files with DeepForm labels (MIT)",
}


def write(folder: Path, figures: list[Path]) -> None:
    """Write `folder/README.md` from `onepass.json` and the results of `evaluate --json`."""
    found = checkpoints.read(folder)
    results = [_read(path) for path in figures]
    training = found.training
    head = {
        "license": "apache-2.0",
        "base_model": found.backbone,
        "library_name": "peft",
        "pipeline_tag": "token-classification",
        "datasets": [training["data"]],
    }
    tables = "\n\n".join(
        _table(path, result) for path, result in zip(figures, results, strict=True)
    )
    command = f"python -m kie_app train kv {training['data']} --out models/{found.name}"
    command += f" --steps {training['steps']}"
    data = LICENCES.get(training["data"], training["data"])
    text = f"""---
{yaml.safe_dump(head, sort_keys=False).strip()}
---

# {found.name}

A LoRA adapter (rank {training["rank"]}, all linear layers) with layout embedding, `[mask]`
vector and pointer head for {found.backbone}. One set of weights for every decoder: `mask_parallel`,
`autoregressive`, `hyper_parallel` and `verified` were trained together, on the same documents.

## Training

{training["steps"]} steps of {training["batch"]} documents ({training["documents"]} documents in the
`{training["split"]}` split by shop), AdamW, peak learning rate {training["learning_rate"]}, seed
{training["seed"]}, on {training["machine"]}.

    {command}

Data: {data}. Beside the labelled keys, the labels that a receipt prints itself ("CASHIER: ...")
were asked as keys.

## Figures

Exact match after collapsing white space, by `python -m kie_app evaluate`. Speed is the matter of
`python -m kie_app bench`.

{tables}

The mixing weight and the temperatures in `onepass.json` (four numbers) were fitted on the
validation shops; no other choice saw them.

## Limits

Trained on Malaysian receipts: other documents and keys work as far as their keys are printed beside
the values. Values that are not printed as such are written by the slots, which need longer
training.
"""
    (folder / "README.md").write_text(text, encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        result["decoders"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not a result of `evaluate --json` ({error!r}): run that first."
        ) from error
    return result


def _table(path: Path, result: dict[str, Any]) -> str:
    """One file's figures; its name says which documents and lines it is about."""
    keys = list(next(iter(result["decoders"].values()))["keys"])
    rows = [
        "| decoder | micro F1 | " + " | ".join(keys) + " | similarity | grounded |",
        "|---" * (4 + len(keys)) + "|",
    ]
    for name, one in result["decoders"].items():
        cells = [one["micro_f1"], *one["keys"].values(), one["similarity"], one["grounded"]]
        shown = " | ".join(f"{cell:.3f}" for cell in cells)
        rows.append(f"| {name} | {shown} |")
    return f"{path.stem.replace('-', ' ')} ({result['documents']} documents):\n\n" + "\n".join(rows)
