"""Many users at once on the real app: python -m tests.load [--users 20] [--minutes 3]

Starts the app with a user for each, lets Locust have them work (`locustfile.py`), and watches the
server's memory. Prints what was answered how fast, and ends with 1 when an answer failed, was of
another user's document, or when memory went on growing.
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import psutil
import typer

from tests.access.people import person, with_users
from tests.e2e.conftest import running
from tests.load.locustfile import PASSWORD, name_of

WARM = 60  # seconds until caches and pools have filled: memory is watched from then on
FLAT = 1.1  # the last third's memory over the first's, at most


def main(
    users: Annotated[int, typer.Option(min=1, help="Users at once.")] = 20,
    minutes: Annotated[float, typer.Option(min=1.5, help="How long they work.")] = 3.0,
) -> None:
    """Load the app and say how it bore it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with_users(
            folder / "data",
            *(person(name_of(number), password=PASSWORD) for number in range(users)),
        )
        with running(folder, ONEPASS_LOGIN="yes") as address:
            code, memory = work(address, users, minutes, folder / "load")
        failed = report(folder / "load", memory)
    raise typer.Exit(1 if code or failed else 0)


def work(address: str, users: int, minutes: float, out: Path) -> tuple[int, list[float]]:
    """Locust's exit code, and the server's memory in MiB, second by second once it is warm."""
    here = Path(__file__).with_name("locustfile.py")
    command = [
        sys.executable, "-m", "locust", "--headless", "--only-summary", "--locustfile", str(here),
        "--host", address, "--users", str(users), "--spawn-rate", str(users),
        "--run-time", f"{round(60 * minutes)}s", "--stop-timeout", "120", "--csv", str(out),
    ]  # fmt: skip
    [server] = [
        child for child in psutil.Process(os.getpid()).children() if "app.py" in child.cmdline()
    ]
    memory: list[float] = []
    began = time.monotonic()
    with subprocess.Popen(command) as locust:
        while locust.poll() is None:
            time.sleep(1)
            if time.monotonic() - began > WARM:
                memory.append(server.memory_info().rss / 2**20)
        return locust.returncode, memory


def report(out: Path, memory: list[float]) -> bool:
    """Print what was measured; whether anything is wrong."""
    with out.with_name(f"{out.name}_stats.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    print(f"{'request':<24}{'count':>8}{'failed':>8}{'median s':>10}{'p95 s':>8}")
    for row in rows:
        median, p95 = (f"{float(row[name]) / 1000:.2f}" for name in ("50%", "95%"))
        count, failed = row["Request Count"], row["Failure Count"]
        print(f"{row['Name'] or 'all':<24}{count:>8}{failed:>8}{median:>10}{p95:>8}")
    exceptions = out.with_name(f"{out.name}_exceptions.csv").read_text("utf-8").splitlines()[1:]
    third = max(len(memory) // 3, 1)
    first, last = statistics.median(memory[:third]), statistics.median(memory[-third:])
    print(f"memory of the server: {first:.0f} MiB at first, {last:.0f} MiB at last")
    print(f"answers that were mixed up or broke: {len(exceptions)}")
    for one in exceptions:
        print(one)
    return bool(exceptions) or last > FLAT * first


if __name__ == "__main__":
    typer.run(main)
