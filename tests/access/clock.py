"""A clock that tests set, in the place of the wall clock by which moving windows go."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import limits.storage.memory
import pytest

from kie_app.access import window

TICK = 1e-9  # seconds: no two looks at a real clock are at the same moment


class Clock:
    """Reads `now`, and a little more at every look: also from the thread of a sweep."""

    def __init__(self) -> None:
        self.now = 0.0
        self._looks = itertools.count(1)

    def time(self) -> float:
        return self.now + TICK * next(self._looks)


@contextmanager
def set_by_hand() -> Iterator[Clock]:
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits.storage.memory, "time", clock)
        patch.setattr(window, "time", clock)
        yield clock
