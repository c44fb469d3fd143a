"""A PostgreSQL server of the tests' own, and on it a place for a store.

It runs from the programs of an installed PostgreSQL in a temporary folder, reachable through a
socket there alone; as root, which PostgreSQL refuses, under the user `postgres` of its package.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from kie_app.store import Store
from tests.store.things import Place

PATIENCE = 120  # seconds for a start or an end, also on a busy machine
USER = "postgres"
ABSENT = "no PostgreSQL is installed (Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """The folder of the newest server's programs, None when none is installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def as_user() -> dict[str, Any]:
    """Arguments of `subprocess` that leave root behind."""
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}


def start(programs: Path, home: Path) -> subprocess.Popen[bytes]:
    """A server with its data, its log and its socket in `home`; durable it need not be."""
    data = home / "data"
    flags = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--no-sync"]
    made = subprocess.run(
        [programs / "initdb", *flags, data], cwd=home, capture_output=True, text=True, **as_user()
    )
    assert made.returncode == 0, made.stderr
    options = ["--listen_addresses=", f"--unix_socket_directories={home}", "--fsync=off"]
    with (home / "log").open("wb") as log:
        command = [programs / "postgres", "-D", data, *options]
        return subprocess.Popen(command, cwd=home, stdout=log, stderr=log, **as_user())


def wait_until_up(server: subprocess.Popen[bytes], home: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(host=str(home), user=USER, dbname="postgres").close()
            return
        except psycopg.OperationalError:
            log = (home / "log").read_text()
            assert server.poll() is None, log
            assert time.monotonic() < end, log
            time.sleep(0.1)


@pytest.fixture(scope="session")
def socket() -> Iterator[str]:
    """The folder with the socket of a running server."""
    found = programs()
    if found is None:
        if "CI" in os.environ:
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    # Not pytest's own folder: that one only its user may enter, and a socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="onepass-"))
    try:
        if as_user():
            shutil.chown(home, USER, USER)
        server = start(found, home)
        try:
            wait_until_up(server, home)
            yield str(home)
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is needed again
            server.wait(PATIENCE)
    finally:
        shutil.rmtree(home)


@pytest.fixture
def place(socket: str, tmp_path: Path) -> Place:
    """An empty database on the server, and a folder of files."""
    name = f"onepass_{uuid4().hex}"
    with psycopg.connect(host=socket, user=USER, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return Place(f"postgresql://{USER}@/{name}?host={socket}", str(tmp_path / "files"))


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    store = Store.open(place.url, place.files)
    yield store
    store.close()
