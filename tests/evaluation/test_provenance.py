"""A result says on what it was measured and how to measure it again, without a machine's paths."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from kie_app.commands.main import app
from kie_app.evaluation.provenance import EvaluationOptions, command, run
from kie_app.model.checkpoint import Checkpoint

FACTS = {"dtype": "float32", "device": "cpu", "machine": "a CPU, 2 cores", "threads": "2"}
FACTS |= {"torch": "2", "backbone": "/somewhere/of/mine", "checkpoint": "mine"}
RESULT = {
    "documents": 7,
    "failed": [{"document": "a", "decoder": None}, *[{"document": "b", "decoder": "c"}] * 2],
}
OPTIONS = EvaluationOptions(
    Path("/home/me/my data"),
    ["mask_parallel", "verified"],
    "ocr",
    "validation",
    40,
    ["tax; rm", "total"],
    Path("/home/me/places.jsonl"),
    "own",
)


def test_a_run_is_described_without_paths() -> None:
    found = run(OPTIONS, Checkpoint(Path("/home/me/models/mine"), "tiny"), FACTS, RESULT)
    assert found.pop("command") == (
        "ONEPASS_CHECKPOINT=mine ONEPASS_DTYPE=float32 python -m kie_app evaluate 'my data' "
        "--decoders mask_parallel,verified --lines ocr --split validation --limit 40 "
        "--keys 'tax; rm,total' --places places.jsonl --ask own"
    )
    assert found == {
        "folder": "my data",
        "decoders": "mask_parallel,verified",
        "lines": "ocr",
        "split": "validation",
        "limit": 40,
        "keys": "tax; rm,total",
        "places": "places.jsonl",
        "ask": "own",
        "checkpoint": "mine",
        "dtype": "float32",
        "device": "cpu",
        "machine": "a CPU, 2 cores",
        "threads": "2",
        "torch": "2",
        "documents": 7,
        "failed": 2,
    }


def test_what_was_left_out_is_not_in_the_command() -> None:
    plain = command(EvaluationOptions(Path(), ["verified"]), None, "bfloat16")
    assert plain == (
        f"ONEPASS_DTYPE=bfloat16 python -m kie_app evaluate {shlex.quote(Path().resolve().name)} "
        "--decoders verified --lines given --split all"
    )


def test_the_command_line_takes_the_command(tmp_path: Path) -> None:
    """All options are known: it ends at the folder, which is not there."""
    words = shlex.split(command(replace(OPTIONS, folder=tmp_path), None, "float32"))
    arguments = words[words.index("evaluate") :]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "labels.jsonl does not exist" in result.stderr
