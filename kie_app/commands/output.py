"""What commands print and write: one line a complaint, progress, files of results."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kie_app.errors import DataError

USAGE_ERROR = 2  # the exit code

JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Also write the result to this file.")
]


def complain(message: str, kind: str = "error") -> None:
    """One line on stderr."""
    typer.echo(f"{kind}: {' '.join(message.split())}", err=True)


def warn(message: str) -> None:
    """One line on stderr about something that the work goes on without."""
    complain(message, "warning")


def show_progress(done: int, of: int) -> None:
    """A line that counts up, where a person watches."""
    if sys.stderr.isatty():
        typer.echo(f"\r{done}/{of}", err=True, nl=done == of)


def check_writable(file: Path | None, option: str = "--json") -> None:
    """DataError before hours of work whose result could not be written."""
    if file and (file.is_dir() or not file.parent.is_dir()):
        raise DataError(f"{file} cannot be written: pass {option} a file in a folder that exists.")


def write_json(file: Path | None, result: dict[str, Any], option: str = "--json") -> None:
    """Write a result where a file is given for it; DataError names the option and the reason."""
    if file:
        try:
            file.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
        except OSError as error:
            raise DataError(
                f"{file} cannot be written ({error.strerror}): pass {option} another file."
            ) from error
