"""A clock that tests set, in the place of the wall clock by which moving windows go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import limits.storage.memory
import pytest

from kie_app.access import window

TICK = 1e-6  # seconds: no two looks at a real clock are at the same moment


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        self.now += TICK
        return self.now


@contextmanager
def set_by_hand() -> Iterator[Clock]:
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits.storage.memory, "time", clock)
        patch.setattr(window, "time", clock)
        yield clock
