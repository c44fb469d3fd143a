"""The one family of errors a person may see: each message names the value and the remedy.

The UI shows them as a toast, the CLI exits with code 2, the API answers with a status of its kind.
"""

from __future__ import annotations

import logging
import math

log = logging.getLogger(__name__)

BROKEN = "Something broke in the app itself: the log says what."


class KieError(Exception):
    """Something a person can mend; `str(error)` is one line."""


class DocumentError(KieError):
    """A file that cannot become a `Document`."""


class SchemaError(KieError):
    """Keys that cannot be asked."""


class BackboneError(KieError):
    """A model that cannot be had or loaded."""


class DataError(KieError):
    """A data folder, label file or option that cannot be used."""


class StoreError(KieError):
    """A database, file or row that cannot be had, or that belongs to someone else."""


class Missing(StoreError):
    """A row that never was, was deleted, or belongs to someone else."""


class Unavailable(StoreError):
    """A database or its files that cannot be used now."""


class Overtaken(StoreError):
    """Something else was said of a field between the look at it and the answer to it."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Something else was said of {key[:40]!r} meanwhile: look at it again.")


class AccessError(KieError):
    """A user, users file, provider, secret or address that cannot be used."""


class TooManyAttempts(KieError):
    """A password that is not even looked at, `seconds` before the next one is."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        minutes = max(1, math.ceil(seconds / 60))
        super().__init__(
            f"Too many wrong passwords: try again in {minutes} minute{'s' if minutes > 1 else ''}."
        )


def line_of(error: Exception, what: str) -> str:
    """What a person is told of an error that ended the work on `what`, in one line. Of one that
    nobody foresaw it names the kind; the rest goes to the log."""
    if isinstance(error, KieError):
        return str(error)
    log.error("%r could not be worked on", what, exc_info=error)
    return f"{BROKEN} ({type(error).__name__})"
