"""Evaluation from the command line: what it prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.calling import refusal, run


def test_evaluate_prints_and_writes_its_figures(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    page = tmp_path / "plot.html"
    decoders = "mask_parallel,verified"
    wrong = tmp_path / "wrong.jsonl"
    files = ("--json", out, "--plot", page, "--wrong", wrong)
    result = run("evaluate", folder, "--decoders", decoders, *files)
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text("utf-8"))
    mistakes = [json.loads(line) for line in wrong.read_text("utf-8").splitlines()]
    assert {one["decoder"] for one in mistakes} <= set(figures["decoders"])
    for name, scores in figures["decoders"].items():
        assert (scores["micro_f1"] == 1.0) == (name not in [one["decoder"] for one in mistakes])
    assert figures["documents"] == 3
    assert list(figures["decoders"]) == ["mask_parallel", "verified"]
    assert list(figures["decoders"]["verified"]["keys"]) == ["total"]
    run_of = figures["run"]
    assert (run_of["folder"], run_of["documents"], run_of["failed"]) == (folder.name, 3, 0)
    command = f"ONEPASS_DTYPE=float32 python -m kie_app evaluate {folder.name} --decoders"
    assert run_of["command"].startswith(command)
    assert str(folder.parent) not in json.dumps(figures)
    assert "micro F1" in result.stdout
    assert result.stderr == ""
    assert f"Reliability on {folder.name}: 3 documents" in page.read_text("utf-8")


def test_evaluate_goes_on_past_a_document_without_its_file(folder: Path) -> None:
    result = run("evaluate", folder, "--lines", "ocr", "--limit", "1")
    assert result.exit_code == 0, result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("warning: document 0: ")
    assert "0.png" in line


def test_a_folder_without_labels_is_refused_with_what_to_pass(tmp_path: Path) -> None:
    line = refusal(run("evaluate", tmp_path / "nowhere"))
    assert "nowhere" in line
    assert "labels.jsonl" in line
