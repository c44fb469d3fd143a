"""What tells one set of weights from another of the same name: the SHA-256 of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

SHORT = 12  # hexadecimal digits of a digest that stand in a signature


def file_digest(path: Path) -> str:
    """A file's SHA-256 in hexadecimal; about a second for each GB."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def joint_digest(files: Iterable[Path]) -> str:
    """One SHA-256 of the names and contents of several files; those that do not exist count by
    their absence."""
    told = sorted((path.name, file_digest(path)) for path in files if path.is_file())
    return hashlib.sha256(repr(told).encode()).hexdigest()


def signed(name: str, digest: str) -> str:
    """`name@digest`, cut short; the name alone where no file gave the weights."""
    return f"{name}@{digest[:SHORT]}" if digest else name
