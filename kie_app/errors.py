"""The one family of errors a person may see: each message names the value and the remedy.

The UI shows them as a toast, the CLI exits with code 2, the API answers with a status of its kind.
"""

from __future__ import annotations

import math


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
    """Something changed between the look at it and the answer to it: look again."""


class AccessError(KieError):
    """A users file, provider, secret or address that cannot be used."""


class TooManyAttempts(KieError):
    """A password that is not even looked at, `seconds` before the next one is."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        minutes = max(1, math.ceil(seconds / 60))
        super().__init__(
            f"Too many wrong passwords: try again in {minutes} minute{'s' if minutes > 1 else ''}."
        )
