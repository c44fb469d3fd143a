"""Whose turn it is at the model and at OCR: one at a time, first come, first served.

Either uses every core, so that two at once would spoil each other's times. The page, the API and
MCP all wait here, since all of them work through one `Engine`. A turn belongs to no thread: whoever
took it may hand it to another one to give back. It is not taken twice by one who has it.
"""

from __future__ import annotations

import threading
from collections import deque


class Turn:
    """A lock that is given on in the order in which it was asked for: `with turn:`."""

    def __init__(self) -> None:
        self._keeping = threading.Lock()  # what is below; held for moments
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        with self._keeping:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        try:
            mine.wait()
        except BaseException:  # an interrupt: nobody is here any more to give the turn back
            self._leave(mine)
            raise

    def __exit__(self, *_: object) -> None:
        with self._keeping:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False

    def _leave(self, mine: threading.Event) -> None:
        """Wait no more; a turn that came meanwhile goes to the next."""
        with self._keeping:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self.__exit__()
