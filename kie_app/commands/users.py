"""The commands of users: python -m kie_app users add NAME [--admin] | remove NAME | list

They work on the users file that ONEPASS_AUTH names; a running app notices at its next request. A
password is asked for, or read as the first line of standard input; never an argument, which other
people of the machine could see.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kie_app.access import users as people
from kie_app.commands.setup import read_settings
from kie_app.errors import AccessError

users = typer.Typer(no_args_is_help=True, help="Say who may log in (ONEPASS_AUTH: the users file).")

Name = Annotated[str, typer.Argument(help="1 to 32 of a-z, 0-9, dot, hyphen and underscore.")]


@users.command()
def add(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="Enter an admin, not a user.")] = False,
) -> None:
    """Enter a user, into a new file if there is none.

    The password is asked for, or read as the first line of standard input.
    """
    file = _file()
    people.check_new(file, name)  # not after a password was typed
    people.add(file, name, _password(), "admin" if admin else "user")


@users.command()
def remove(name: Name) -> None:
    """Delete a user, who is logged out by that."""
    people.remove(_file(), name)


@users.command("list")
def show() -> None:
    """Print name and role of everybody."""
    for user in people.Users.read(_file()).everybody():
        typer.echo(f"{user.name:32} {user.role}")


def _file() -> Path:
    path = read_settings().auth
    if not path:
        raise AccessError(
            "ONEPASS_AUTH is not set: set it to the path of the users file, for this command and "
            "for the app."
        )
    return Path(path)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
