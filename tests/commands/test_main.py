"""The command line as a whole: help, and one line for an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from kie_app.decoding import DECODERS
from tests.commands.calling import refusal, run


def test_an_unknown_decoder_is_refused_with_the_known_ones(folder: Path) -> None:
    for arguments in (
        ("extract", "missing.png", "--keys", "total", "--decoder", "telepathy"),
        ("evaluate", folder, "--decoders", "mask_parallel,telepathy"),
    ):
        line = refusal(run(*arguments))
        assert "telepathy" in line
        assert all(name in line for name in DECODERS)
    assert "--decoders" in refusal(run("evaluate", folder, "--decoders", ","))


@pytest.mark.parametrize(
    "command", ["extract", "batch", "evaluate", "bench", "train", "serve", "users"]
)
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output
