"""The documents say what the code says: tables, commands, the file tree, and where links lead."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from kie_app.commands.main import app
from kie_app.config import ROOT, Settings
from kie_app.decoding import DECODERS
from tests.test_layers import LAYERS, module_of, sources

BYTES = 7168
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DOCS = ROOT / "docs"
DOCUMENTS = (README, CONTRIBUTING, *sorted(DOCS.glob("*.md")))
# The log tells of its days, with the commands of those days.
CURRENT = tuple(path for path in DOCUMENTS if path.name not in ("LOG.md", "ablation.md"))

LINK = re.compile(r"\[[^][]*\]\(([^()\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text(path: Path) -> str:
    return path.read_text("utf-8")


def section(path: Path, heading: str) -> str:
    """What stands under a heading, up to the next one of its kind."""
    _, found, rest = text(path).partition(f"\n## {heading}\n")
    assert found, f"{path.name} has no section {heading}"
    return rest.partition("\n## ")[0]


def first_block(path: Path, heading: str) -> list[str]:
    """The lines of the first block of code under a heading."""
    return section(path, heading).split("```")[1].strip("\n").splitlines()


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# Tables


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
    table = text(DOCS / "settings.md")
    rows = re.findall(r"^\| `ONEPASS_(\w+)` \| (.+?) \| .+ \|$", table, re.MULTILINE)
    fields = Settings.model_fields.items()
    assert rows == [(name.upper(), shown(field.default)) for name, field in fields]


def test_the_decoder_table_is_the_registry() -> None:
    table = text(DOCS / "decoders.md")
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(DECODERS)


def test_the_readme_shows_every_decoder() -> None:
    table = section(README, "Figures")
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(DECODERS)


def test_the_figures_of_the_readme_are_those_of_the_figures_page() -> None:
    pair = r"\d+\.\d+, \d+\.\d+"
    mentioned = set(re.findall(pair, section(README, "Figures")))
    assert mentioned
    assert mentioned <= set(re.findall(pair, text(DOCS / "figures.md")))


def test_the_space_takes_the_pinned_gradio() -> None:
    pinned = re.search(r"^gradio==(\S+)", text(ROOT / "requirements.txt"), re.MULTILINE)
    assert pinned is not None
    assert f"`sdk_version: {pinned[1]}`" in text(DOCS / "deployment.md")


# Size and drawings


def test_the_readme_is_short() -> None:
    assert README.stat().st_size <= BYTES


def test_the_file_tree_has_every_room_on_one_line() -> None:
    lines = first_block(CONTRIBUTING, "The file tree")
    begin = lines.index("kie_app/")
    rooms = [line.split()[0] for line in lines[begin:] if line.startswith("  ")]
    modules = {module_of(path) for path in sources()} - {"kie_app", "app"}
    assert sorted(Path(room).stem for room in rooms) == sorted(modules)
    assert [room for room in rooms if not (ROOT / "kie_app" / room).exists()] == []


def test_the_file_tree_names_only_what_exists() -> None:
    lines = first_block(CONTRIBUTING, "The file tree")
    tops = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert [top for top in tops if not (ROOT / top).exists()] == []


def test_the_drawn_layers_are_the_tested_ones() -> None:
    drawn = [
        set(re.split(r" {3,}", line)[0].split()) for line in first_block(CONTRIBUTING, "Layers")
    ]
    modules = {module_of(path) for path in sources()}
    built = [layer & modules - {"kie_app"} for layer in LAYERS]
    assert drawn[::-1] == [layer for layer in built if layer]


# Commands


def quoted(path: Path) -> list[str]:
    """Every command of the project's own that a document quotes, a continued line as one."""
    joined = text(path).replace("\\\n", " ")
    inline = re.findall(r"`([^`]+)`", FENCE.sub("", joined))
    blocks = [line for block in FENCE.findall(joined) for line in block.splitlines()]
    return [" ".join(one.split()) for one in (*inline, *blocks)]


def calls(program: str) -> list[tuple[str, str]]:
    """(document, what follows the program) for every call of a program in the documents."""
    found = re.compile(rf"(?:^|[\s/]){re.escape(program)} (.+)")
    return [
        (named(path), match[1])
        for path in CURRENT
        for line in quoted(path)
        if (match := found.search(line))
    ]


@cache
def command_line() -> Any:
    return typer.main.get_command(app)


def followed(call: str) -> tuple[Any, list[str]]:
    """The command that a call names, and the words after it."""
    words = shlex.split(call, comments=True)
    command = command_line()
    while words and hasattr(command, "commands"):
        if words[0] not in command.commands:
            break
        command = command.commands[words.pop(0)]
    return command, words


@pytest.mark.parametrize(("document", "call"), calls("python -m kie_app"))
def test_every_quoted_command_exists_with_its_options(document: str, call: str) -> None:
    command, words = followed(call)
    assert not hasattr(command, "commands"), f"{document}: no command {call}"
    known = {option for one in command.params for option in one.opts}
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used <= known, f"{document}: {call}"


@pytest.mark.parametrize(("document", "call"), calls("make"))
def test_every_quoted_target_exists(document: str, call: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert call.split()[0] in targets, f"{document}: make {call}"


@pytest.mark.parametrize("document", CURRENT, ids=named)
def test_every_quoted_module_of_the_tests_exists(document: Path) -> None:
    for name in re.findall(r"python -m (tests(?:\.\w+)+)", text(document)):
        base = ROOT.joinpath(*name.split("."))
        assert base.with_suffix(".py").exists() or (base / "__main__.py").exists(), name


def test_commands_are_found_in_the_documents() -> None:
    assert len(calls("python -m kie_app")) >= 10
    assert len(calls("make")) >= 5


# Links


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = HEADING.findall(FENCE.sub("", text(path)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links() -> list[tuple[str, str]]:
    """(document, target) of every link to a file of the repository."""
    return [
        (named(path), target)
        for path in DOCUMENTS
        for target in LINK.findall(FENCE.sub("", text(path)))
        if not re.match(r"https?://|mailto:", target)
    ]


def test_links_are_found_in_the_documents() -> None:
    assert len(links()) >= 20


@pytest.mark.parametrize(("document", "target"), links())
def test_every_link_leads_to_a_file_and_its_heading(document: str, target: str) -> None:
    name, _, anchor = target.partition("#")
    file = (ROOT / document).parent / name if name else ROOT / document
    assert file.exists(), f"{document} links to {target}, which is not there"
    assert not anchor or anchor in anchors(file), f"{document}: {target} has no such heading"
