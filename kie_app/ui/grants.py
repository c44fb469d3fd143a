"""Who may see which page image: a token a visitor, its user, and the document that it opens now."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict


class Grants:
    """Thread-safe and bounded: past `limit` visitors, the one unseen for longest is forgotten."""

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._open: OrderedDict[str, tuple[str, str]] = OrderedDict()  # token -> user, document
        self._lock = threading.Lock()

    def enter(self, user: str) -> str:
        """A new visitor's token, which opens nothing yet."""
        return self.allow("", user, "")

    def allow(self, token: str, user: str, document: str) -> str:
        """Let a visitor see this document, and no other any more.

        Returns the token that opens it: a new one when the given one is not this user's, or no
        longer known.
        """
        with self._lock:
            owner, _ = self._open.get(token, ("", ""))
            if not token or owner != user:
                token = secrets.token_urlsafe(24)
            self._open[token] = (user, document)
            self._open.move_to_end(token)
            while len(self._open) > self._limit:
                self._open.popitem(last=False)
            return token

    def allows(self, token: str, user: str, document: str) -> bool:
        """Whether this user's token opens the document; without a user or a document, never."""
        with self._lock:
            return bool(user and document) and self._open.get(token) == (user, document)

    def leave(self, token: str) -> None:
        """Forget a visitor."""
        with self._lock:
            self._open.pop(token, None)
