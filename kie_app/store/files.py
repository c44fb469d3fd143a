"""Files under the SHA-256 of their bytes, in one folder: local, or of any fsspec URL.

Nothing here takes turns: who keeps or removes a content holds the lock of its row (`documents.py`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

from kie_app.errors import Unavailable


class Files:
    """The folder, made if it is not there.

    Every method raises StoreError when the folder cannot be reached, read or written.
    """

    def __init__(self, place: str) -> None:
        self.name = place.rpartition("@")[2]  # a URL may carry a password before its host
        with self._explained():
            self._system, self._root = _opened(place)
            self._local = isinstance(self._system, LocalFileSystem)
            if self._local:
                self.name = self._root
                Path(self._root).mkdir(mode=0o700, parents=True, exist_ok=True)
            else:
                self._system.makedirs(self._root, exist_ok=True)

    def keep(self, digest: str, data: bytes) -> None:
        """Have the bytes under their digest; a file that is there and intact stays as it is.

        The file appears whole or not at all, and on a local disk outlives a power cut.
        """
        if self.read(digest) is not None:
            return
        part = self._path(_part(digest))
        with self._explained():
            with self._system.open(part, "wb") as out:
                out.write(data)
                if self._local:
                    out.flush()
                    os.fsync(out.fileno())
            self._system.mv(part, self._path(digest))
        self._sync()

    def read(self, digest: str) -> bytes | None:
        """The bytes of this digest; None when they are missing or were changed."""
        with self._explained():
            try:
                data: bytes = self._system.cat_file(self._path(digest))
            except FileNotFoundError:
                return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    def remove(self, digest: str) -> None:
        """Have nothing under this digest, also nothing half written; as lasting as `keep`."""
        for name in (_part(digest), digest):
            with self._explained(), suppress(FileNotFoundError):
                self._system.rm_file(self._path(name))
        self._sync()

    def _sync(self) -> None:
        """What was renamed or removed in a local folder stays so after a power cut."""
        if self._local:
            with self._explained():
                handle = os.open(self._root, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # what a remote system raises, only its library knows
            line = getattr(error, "strerror", None) or " ".join(str(error).split("\n")[0].split())
            raise Unavailable(
                f"The files in {self.name} cannot be read or written "
                f"({line or type(error).__name__}): see that the place is reachable and may be "
                "written, or set ONEPASS_FILES to another."
            ) from error


def _opened(place: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system and its folder. Listings are not cached: other processes write too."""
    if "://" not in place:
        return LocalFileSystem(), str(Path(place).absolute())
    system, root = fsspec.url_to_fs(place, use_listings_cache=False)
    return system, root.rstrip("/")


def _part(digest: str) -> str:
    """The name of a file that is being written. Known beforehand, so that what a killed process
    left is written over or removed."""
    return f"{digest}.part"
