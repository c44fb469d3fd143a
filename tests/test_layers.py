"""Imports run one way through the layers, owners keep their libraries, files stay small.

The direction holds for every import, also one inside a function or for type checking alone; a
cycle within a layer may be made by imports for type checking, since those never run.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "kie_app"
LINES = 400

# From the ground up: a module imports its own layer and those below. A package is one module.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({PACKAGE, "types", "errors", "config"}),
    frozenset({"text", "schemas", "values"}),
    frozenset({"documents"}),
    frozenset({"datasets", "model"}),
    frozenset({"decoding"}),
    frozenset({"extraction", "early_exit", "store"}),
    frozenset({"evaluation", "export", "access"}),
    frozenset({"training", "race"}),
    frozenset({"engine"}),
    frozenset({"library", "batch", "labelstudio"}),
    frozenset({"jobs"}),
    frozenset({"web"}),
    frozenset({"ui", "commands"}),
    frozenset({"app", "__main__"}),
)
HEIGHT = {module: height for height, layer in enumerate(LAYERS) for module in layer}

# Who alone imports a library.
OWNERS = {
    "gradio": {"ui", "app"},
    "argon2": {"access"},
    "authlib": {"access"},
    "limits": {"access"},
    "sqlalchemy": {"store"},
    "label_studio_sdk": {"labelstudio"},
    "mcp": {"web"},
    "prometheus_client": {"web"},
}


def module_of(path: Path) -> str:
    """The module of the table that a file belongs to: `kie_app/decoding/base.py` -> `decoding`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts == (PACKAGE, "__init__"):
        return PACKAGE
    return parts[1] if parts[0] == PACKAGE else parts[0]


def imported(source: str, package: tuple[str, ...], types: bool = True) -> set[tuple[str, ...]]:
    """Dotted names that a source imports, split at the dots. `package` resolves relative ones;
    without `types`, what stands under `if TYPE_CHECKING:` is left out."""
    names: set[tuple[str, ...]] = set()
    tree = ast.parse(source)
    hidden = set() if types else {id(node) for node in for_types_alone(tree)}
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            names |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                base = package[: len(package) - node.level + 1] + base
            names |= {(*base, alias.name) for alias in node.names}
    return names


def for_types_alone(tree: ast.Module) -> list[ast.AST]:
    """The nodes under every `if TYPE_CHECKING:`."""
    return [
        node
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and ast.unparse(test.test).endswith("TYPE_CHECKING")
        for statement in test.body
        for node in ast.walk(statement)
    ]


def inside(names: set[tuple[str, ...]]) -> set[str]:
    """The project's own modules among imported names."""
    found: set[str] = set()
    for name in names:
        if name[0] == "app":
            found.add("app")
        elif name[0] == PACKAGE:
            is_module = len(name) > 2 or name[-1] in HEIGHT
            found.add(name[1] if len(name) > 1 and is_module else PACKAGE)
    return found


def violations(module: str, source: str, package: tuple[str, ...] = (PACKAGE,)) -> list[str]:
    """What a module's source imports and may not, one line each."""
    names = imported(source, package)
    wrong = [
        f"{module} imports {other}, which is above it"
        for other in sorted(inside(names))
        if HEIGHT.get(other, len(LAYERS)) > HEIGHT[module]
    ]
    for name in sorted({name[0] for name in names} & OWNERS.keys()):
        if module not in OWNERS[name]:
            wrong.append(f"{module} imports {name}, which belongs to {sorted(OWNERS[name])}")
    return wrong


def sources() -> list[Path]:
    return [*sorted((ROOT / PACKAGE).rglob("*.py")), *ROOT.glob("app.py")]


def package_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(ROOT).parent.parts


def every_python_file() -> list[Path]:
    """The repository's own files: nothing hidden, no virtual environment of any name."""
    tops = [
        top
        for top in ROOT.iterdir()
        if not top.name.startswith(".") and not (top / "pyvenv.cfg").exists()
    ]
    return [*ROOT.glob("*.py")] + [path for top in tops for path in sorted(top.rglob("*.py"))]


def test_every_module_has_a_layer() -> None:
    modules = {module_of(path) for path in sources()}
    assert {"types", "errors", "config"} <= modules
    assert modules <= HEIGHT.keys(), f"add to LAYERS: {sorted(modules - HEIGHT.keys())}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_down_and_libraries_keep_their_owner(path: Path) -> None:
    assert violations(module_of(path), path.read_text("utf-8"), package_of(path)) == []


def test_modules_form_no_cycle_when_run() -> None:
    graph: dict[str, set[str]] = {}
    for path in sources():
        module = module_of(path)
        names = imported(path.read_text("utf-8"), package_of(path), types=False)
        graph.setdefault(module, set()).update(inside(names) - {module, PACKAGE})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("decoding", "from kie_app import engine"),
        ("decoding", "from kie_app.ui.page import build"),
        ("decoding", "import kie_app.commands.main"),
        ("types", "def later():\n    from kie_app.model.backbone import Backbone"),
        ("engine", "if TYPE_CHECKING:\n    from .ui import page"),
        ("documents", "from . import datasets"),
        ("commands", "import app"),
        ("engine", "import gradio as gr"),
        ("web", "import gradio as gr"),
        ("web", "from kie_app.ui.page import build_ui"),
        ("evaluation", "from sqlalchemy.orm import Session"),
        ("commands", "from label_studio_sdk import LabelStudio"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert len(violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ui", "import gradio as gr\nfrom kie_app.engine import Services"),
        ("engine", "from kie_app import __version__, extraction"),
        ("evaluation", "from .. import extraction"),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert violations(module, source, (PACKAGE, module)) == []


def test_no_python_file_is_long() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in every_python_file()
        if (count := len(path.read_text("utf-8").splitlines())) > LINES
    }
    assert long == {}, f"over {LINES} lines, split by purpose: {long}"


def test_no_file_is_named_utils() -> None:
    assert [path for path in every_python_file() if path.name == "utils.py"] == []


def test_imports_for_types_alone_make_no_cycle() -> None:
    source = "if TYPE_CHECKING:\n    from kie_app.model.tokens import WordTokenizer\nimport json"
    assert inside(imported(source, (PACKAGE,))) == {"model"}
    assert inside(imported(source, (PACKAGE,), types=False)) == set()
