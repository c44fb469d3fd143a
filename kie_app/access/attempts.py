"""How often a wrong password may be tried.

The rule: after 5 wrong passwords for one name from one address, or 50 for any names from one
address, no password from there (for that name) is looked at until 5 minutes after the first of
them. A refused attempt is not counted, and no other address notices: a stranger elsewhere cannot
keep a user out. Who is logged in stays so. The counts are in memory; a restart forgets them.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from kie_app.access.addresses import network

WINDOW = 300.0  # seconds
PER_NAME = 5
PER_ADDRESS = 50
KEPT = 10_000  # counts in memory; past it the one unchanged for longest is forgotten

ANY_NAME = ""


class Attempts:
    """Wrong passwords of the last minutes. Times are in seconds by `clock`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait(self, name: str, address: str) -> float:
        """How long until a password for this name from this address is looked at; 0: now."""
        place = network(address)
        return max(self._wait((name, place), PER_NAME), self._wait((ANY_NAME, place), PER_ADDRESS))

    def wrong(self, name: str, address: str) -> None:
        """Count a wrong password."""
        for key in ((name, network(address)), (ANY_NAME, network(address))):
            self._wrong.setdefault(key, deque(maxlen=PER_ADDRESS)).append(self._clock())
            self._wrong.move_to_end(key)
        while len(self._wrong) > KEPT:
            self._wrong.popitem(last=False)

    def right(self, name: str, address: str) -> None:
        """Forget this name's wrong passwords from there. The address's own stay: else whoever has
        one account could try passwords of the others without end."""
        self._wrong.pop((name, network(address)), None)

    def _wait(self, key: tuple[str, str], limit: int) -> float:
        times = self._wrong.get(key, deque())
        if len(times) < limit:
            return 0.0
        return max(0.0, times[-limit] + WINDOW - self._clock())
