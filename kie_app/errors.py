"""The one family of errors a person may see: each message names the value and the remedy.

The UI shows them as a toast, the CLI exits with code 2, the API answers 422.
"""

from __future__ import annotations


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
