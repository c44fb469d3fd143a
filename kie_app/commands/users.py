"""The commands of users: python -m kie_app users add NAME | remove NAME | list | import FILE

They work on the store of the settings; a running app with ONEPASS_LOGIN=yes notices at its next
request. A password is asked for, or read as the first line of standard input; never an argument,
which other people of the machine could see.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kie_app.config import Settings
from kie_app.errors import AccessError

if TYPE_CHECKING:
    from kie_app.store import Users

users = typer.Typer(no_args_is_help=True, help="Say who may log in where ONEPASS_LOGIN is set.")

Name = Annotated[str, typer.Argument(help="1 to 32 of a-z, 0-9, dot, hyphen and underscore.")]


@users.command()
def add(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="Enter an admin, not a user.")] = False,
) -> None:
    """Enter a user.

    The password is asked for, or read as the first line of standard input.
    """
    from kie_app.access.passwords import hashed
    from kie_app.access.users import check_name
    from kie_app.store import NewUser

    check_name(name)
    with _users() as known:
        if known.find(name):  # not after a password was typed
            raise _taken(name)
        if known.add([NewUser(name, "admin" if admin else "user", hashed(_password()))]):
            raise _taken(name)


@users.command()
def remove(name: Name) -> None:
    """Delete a user, who is logged out by that."""
    with _users() as known:
        if not known.remove(name):
            raise AccessError(
                f"There is no user {name[:40]!r}: `python -m kie_app users list` shows who is "
                "there."
            )


@users.command("list")
def show() -> None:
    """Print name and role of everybody, and since when they are there (UTC)."""
    with _users() as known:
        for one in known.everybody():
            typer.echo(f"{one.name:32} {one.role:5} {one.changed:%Y-%m-%d %H:%M}")


@users.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A users file: lines of name:role:hash.")],
) -> None:
    """Enter the users of a file, all of them or, when a line is wrong, none.

    Who is there already stays as they are, and is named.
    """
    from kie_app.access.users import read

    new = read(file)
    with _users() as known:
        there = known.add(new)
    typer.echo(f"{len(new) - len(there)} entered.")
    if there:
        typer.echo(f"There already, and left as they are: {', '.join(there)}.")


@contextmanager
def _users() -> Iterator[Users]:
    """The users of the store."""
    from kie_app.store import Store

    store = Store.of(Settings.from_env())
    try:
        yield store.users
    finally:
        store.close()


def _taken(name: str) -> AccessError:
    return AccessError(
        f"There is a user {name!r} already: remove them first, or choose another name."
    )


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
