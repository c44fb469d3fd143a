"""Counts what anybody does within a time: a moving window of the `limits` package, in memory.

The package sweeps events that are over, but remembers everybody who ever did one; here who
was unseen for longest is forgotten. It goes by the wall clock.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

Who = tuple[str, ...]  # no part but the last holds a slash, by which the package joins them


class MovingWindow:
    """At most `most` events of anybody within any `seconds`, of `kept` of them at a time.

    For one thread.
    """

    def __init__(self, most: int, seconds: int, kept: int) -> None:
        self._item = RateLimitItemPerSecond(most, seconds)
        self._kept = kept
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._known: OrderedDict[Who, None] = OrderedDict()

    def wait(self, who: Who) -> float:
        """The seconds until one more event would count, 0.0 for none."""
        window = self._limiter.get_window_stats(self._item, *who)
        return 0.0 if window.remaining > 0 else max(window.reset_time - time.time(), 0.0)

    def count(self, who: Who) -> bool:
        """Count an event now; False, and it does not count, when there were `most` already."""
        self._known[who] = None
        self._known.move_to_end(who)
        if len(self._known) > self._kept:
            self.forget(next(iter(self._known)))
        return self._limiter.hit(self._item, *who)

    def forget(self, who: Who) -> None:
        """As if there had been none of theirs."""
        self._known.pop(who, None)
        with self._storage.locks[self._item.key_for(*who)]:  # not while a sweep is at it
            self._limiter.clear(self._item, *who)
