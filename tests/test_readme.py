"""The tables of the README say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from kie_app.config import ROOT, Settings
from kie_app.decoding import DECODERS

README = (ROOT / "README.md").read_text("utf-8")


def shown(default: object) -> str:
    """A default as the settings table prints it."""
    if default == "":
        return "empty"
    if isinstance(default, Path):
        inside = default.is_relative_to(ROOT)
        default = (
            default.relative_to(ROOT) if inside else Path("~", default.relative_to(Path.home()))
        )
    return f"`{default}`"


def test_the_settings_table_is_the_settings_with_their_defaults() -> None:
    rows = re.findall(r"^\| `ONEPASS_(\w+)` \| (.+?) \| .+ \|$", README, re.MULTILINE)
    fields = Settings.model_fields.items()
    assert rows == [(name.upper(), shown(field.default)) for name, field in fields]


def test_the_decoder_table_is_the_registry() -> None:
    table = README.partition("## The decoders")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(DECODERS)


def test_the_space_takes_the_pinned_gradio() -> None:
    pinned = re.search(r"^gradio==(\S+)", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    assert pinned is not None
    assert f"`sdk_version: {pinned[1]}`" in README
