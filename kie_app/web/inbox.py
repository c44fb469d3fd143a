"""Where files that are sent to the app lie until they are read: once, by whoever sent them.

Each lies under a name that nobody can guess, in a folder that the app's user alone can open. What
nobody reads is deleted ten minutes later, also what another process left here when it ended.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import BinaryIO

from kie_app.config import MEGABYTE, Settings
from kie_app.documents.loading import base_name
from kie_app.errors import DocumentError, Unavailable

LIFETIME = 600.0  # seconds until a file that nobody reads is deleted
FOLDER = "inbox"


class Inbox:
    """Files on their way in, by an id that is good for the user who sent them. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = settings.data_dir / FOLDER
        self._lock = Lock()
        self._sent: dict[str, tuple[str, str]] = {}  # id -> user, name

    def put(self, user: str, name: str, file: BinaryIO) -> str:
        """Keep what stands in the file; the id under which it lies. Unavailable when it cannot be
        kept."""
        upload = secrets.token_urlsafe(24)
        with self._explained():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with (self._folder / upload).open("xb") as out:
                    shutil.copyfileobj(file, out)
            except BaseException:
                (self._folder / upload).unlink(missing_ok=True)
                raise
        with self._lock:
            self._sent[upload] = user, base_name(name)
        return upload

    def take(self, user: str, upload: object) -> tuple[bytes, str]:
        """The bytes and the name of a file that this user sent, which is deleted. DocumentError for
        any other id, the same for all."""
        with self._lock:
            owner, name = self._sent.get(upload, ("", "")) if isinstance(upload, str) else ("", "")
            found = bool(name) and owner == user
            if found:
                del self._sent[str(upload)]
        if not found:
            raise DocumentError(
                "There is no such upload: it was read already, waited longer than "
                f"{LIFETIME / 60:.0f} minutes, or was never sent; send the file again."
            )
        path = self._folder / str(upload)
        with self._explained():
            data = path.read_bytes()
            path.unlink()
        return data, name

    def sweep(self) -> None:
        """Delete what has waited too long."""
        with suppress(FileNotFoundError):  # nothing was ever sent
            for path in self._folder.iterdir():
                with suppress(FileNotFoundError):  # somebody has just read it
                    if path.stat().st_mtime < time.time() - LIFETIME:
                        path.unlink()
        with self._lock:
            gone = [one for one in self._sent if not (self._folder / one).exists()]
            for upload in gone:
                del self._sent[upload]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"The folder {self._folder} cannot be read or written ({error.strerror}): see that "
                "it may be written and has room, or set ONEPASS_DATA_DIR to another."
            ) from error


def refusal(name: str, size: int, settings: Settings) -> DocumentError:
    """Why a file was not even sent; a negative size means that sending failed."""
    if size < 0:
        return DocumentError(
            f'"{name}" could not be sent: check the connection, then open it again.'
        )
    return DocumentError(
        f'"{name}" is {size / MEGABYTE:.1f} MB, over the limit of {settings.max_file_mb} MB: '
        "send fewer pages or a smaller scan, or raise ONEPASS_MAX_FILE_MB."
    )
