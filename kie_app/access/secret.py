"""The secret that signs log-ins: ONEPASS_SECRET, or a file made at the first start.

Who knows it can be anybody. It is never printed; a file outlives restarts, and log-ins with it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kie_app.config import Settings
from kie_app.errors import AccessError

SHORTEST = 32  # characters


def secret(settings: Settings) -> str:
    """The secret. AccessError when it is too short or its file is not to be had."""
    if settings.secret:
        return _checked(settings.secret, "ONEPASS_SECRET")
    path = settings.data_dir / "secret"
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path)
        return _checked(path.read_text("ascii").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise AccessError(
            f"{path}, the secret that signs log-ins, cannot be had ({reason}): set "
            "ONEPASS_DATA_DIR to a folder that may be written, or ONEPASS_SECRET."
        ) from error


def _make(path: Path) -> None:
    """Write a new secret, unless there is one; the file is its owner's from the start."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(48) + "\n")


def _checked(value: str, source: str) -> str:
    if len(value) < SHORTEST:
        raise AccessError(
            f"{source} holds {len(value)} characters, a secret has {SHORTEST} or more: put the "
            "output of `openssl rand -base64 48` there, or unset it and delete the file."
        )
    return value
