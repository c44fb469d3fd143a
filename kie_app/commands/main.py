"""The command line: python -m kie_app extract | batch | evaluate | bench | train | users | serve

An error that a person can mend is one line on stderr and exit code 2. The modules that do the work
take seconds to import, so each command imports them itself: help and wrong options answer at once.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from kie_app.commands.batch import batch
from kie_app.commands.bench import bench
from kie_app.commands.evaluate import evaluate
from kie_app.commands.extract import extract
from kie_app.commands.output import USAGE_ERROR, complain
from kie_app.commands.serve import serve
from kie_app.commands.train import train
from kie_app.commands.users import users
from kie_app.errors import KieError


class Commands(TyperGroup):
    """Commands whose `KieError` ends in one line and exit code 2, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KieError as error:
            complain(str(error))
            raise typer.Exit(USAGE_ERROR) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    help="Extract key information from documents in one forward pass. Settings are environment "
    "variables that begin with ONEPASS_, such as ONEPASS_BACKBONE and ONEPASS_CHECKPOINT.",
)

for command in (extract, evaluate, bench, serve, batch):
    app.command()(command)
app.add_typer(train, name="train")
app.add_typer(users, name="users")
