"""How often a wrong password may be tried.

The rule: after 5 wrong passwords for one name from one address, or 50 for any names from one
address, no password from there (for that name) is looked at until 5 minutes after the first of
them. A refused attempt is not counted, and no other address notices: a stranger elsewhere cannot
keep a user out. Who is logged in stays so. The counts are in memory; a restart forgets them.
"""

from __future__ import annotations

from kie_app.access.addresses import network
from kie_app.access.window import MovingWindow

WINDOW = 300  # seconds
PER_NAME = 5
PER_ADDRESS = 50
KEPT = 10_000  # names with their addresses in memory, and as many addresses


class Attempts:
    """Wrong passwords of the last minutes. Names hold no slash; for one thread."""

    def __init__(self) -> None:
        self._by_name = MovingWindow(PER_NAME, WINDOW, KEPT)
        self._by_address = MovingWindow(PER_ADDRESS, WINDOW, KEPT)

    def wait(self, name: str, address: str) -> float:
        """How long until a password for this name from this address is looked at; 0: now."""
        place = network(address)
        return max(self._by_name.wait((name, place)), self._by_address.wait((place,)))

    def wrong(self, name: str, address: str) -> None:
        """Count a wrong password."""
        place = network(address)
        self._by_name.count((name, place))
        self._by_address.count((place,))

    def right(self, name: str, address: str) -> None:
        """Forget this name's wrong passwords from there. The address's own stay: else whoever has
        one account could try passwords of the others without end."""
        self._by_name.forget((name, network(address)))
