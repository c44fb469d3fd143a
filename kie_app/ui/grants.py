"""Who may see which page image: a token a visitor, and the document that it opens now."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict


class Grants:
    """Thread-safe and bounded: past `limit` visitors, the one unseen for longest is forgotten."""

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._open: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def enter(self) -> str:
        """A new visitor's token, which opens nothing yet."""
        token = secrets.token_urlsafe(24)
        self.allow(token, "")
        return token

    def allow(self, token: str, document: str) -> None:
        """Let a visitor see this document, and no other any more."""
        with self._lock:
            self._open[token] = document
            self._open.move_to_end(token)
            while len(self._open) > self._limit:
                self._open.popitem(last=False)

    def allows(self, token: str, document: str) -> bool:
        with self._lock:
            return bool(document) and self._open.get(token) == document

    def leave(self, token: str) -> None:
        """Forget a visitor."""
        with self._lock:
            self._open.pop(token, None)
