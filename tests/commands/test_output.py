"""Files of results: refused before the work where they could not be written."""

from __future__ import annotations

from pathlib import Path

from tests.commands.calling import refusal, run


def test_a_result_that_could_not_be_written_is_refused_before_the_work(folder: Path) -> None:
    for command in (("evaluate", folder), ("bench",)):
        line = refusal(run(*command, "--json", folder / "nowhere" / "figures.json"))
        assert "figures.json" in line
        assert "--json" in line
    for option in ("--plot", "--wrong"):
        assert option in refusal(run("evaluate", folder, option, folder))
