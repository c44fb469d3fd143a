"""The speed table from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kie_app.evaluation import benchmark
from tests.commands.calling import refusal, run


def test_bench_writes_rows_ratios_and_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a short table: the full one takes minutes
    monkeypatch.setattr(benchmark, "FORM_KEYS", (8,))
    monkeypatch.setattr(benchmark, "STACKS", (2,))
    out = tmp_path / "speed.json"
    result = run("bench", "--repeats", "1", "--json", out)
    assert result.exit_code == 0, result.output
    speed = json.loads(out.read_text("utf-8"))
    assert {"rows", "pip_over_forward", "rekey_over_first", "machine"} <= speed.keys()
    for row in speed["rows"]:
        assert {"decoder", "keys", "documents", "passes", "decode_ratio", "total_ratio"} <= set(row)
    assert "cores" in speed["machine"]
    assert 0 < speed["rekey_over_first"] < 1
    assert "forced values" in result.stdout


def test_bench_needs_the_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEPASS_ANNOTATIONS_DIR", str(tmp_path))
    assert "ONEPASS_ANNOTATIONS_DIR" in refusal(run("bench"))
