"""What commands print: one line a complaint, tables, files of results."""

from __future__ import annotations

import typer


def complain(message: str, kind: str = "error") -> None:
    """One line on stderr."""
    typer.echo(f"{kind}: {' '.join(message.split())}", err=True)


def warn(message: str) -> None:
    """One line on stderr about something that the work goes on without."""
    complain(message, "warning")
