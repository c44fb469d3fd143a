"""No window sees more events of anybody than allowed, who waits gets through, memory is bounded."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.access.window import MovingWindow
from tests.access.clock import set_by_hand

ADA, BOB = ("user", "ada"), ("user", "bob")
SECONDS = 60
NEAR = 0.001  # seconds: so close to the edge, the ticks of the clock decide
GAPS = st.lists(st.floats(0, 2 * SECONDS) | st.sampled_from([0.0, 10.0, 60.0]), max_size=80)


@given(GAPS, st.integers(1, 6))
def test_an_event_counts_when_fewer_did_within_the_seconds_before_it(
    gaps: list[float], most: int
) -> None:
    with set_by_hand() as clock:
        window, counted = MovingWindow(most, SECONDS, 10), [-1000.0] * most
        for gap in gaps:
            clock.now += gap
            if abs(clock.now - counted[-most] - SECONDS) < NEAR:
                clock.now += 2 * NEAR
            free = clock.now - counted[-most] > SECONDS
            assert (window.wait(ADA) == 0) is free
            assert window.count(ADA) is free
            if free:
                counted.append(clock.now)


@given(GAPS, st.integers(1, 6))
def test_who_waits_as_told_gets_through(gaps: list[float], most: int) -> None:
    with set_by_hand() as clock:
        window = MovingWindow(most, SECONDS, 10)
        for gap in gaps:
            clock.now += gap
            if not window.count(ADA):
                seconds = window.wait(ADA)
                assert 0 < seconds <= SECONDS
                clock.now += seconds
                assert window.count(ADA)


def test_who_comes_seldom_never_waits() -> None:
    with set_by_hand() as clock:
        window = MovingWindow(60, SECONDS, 10)
        for second in range(200):
            clock.now = float(second) * 1.001
            assert window.count(ADA)
            assert window.count(BOB)


def test_nobody_waits_for_others_nor_is_forgotten_with_them() -> None:
    window = MovingWindow(1, SECONDS, 10)
    for who in (ADA, BOB, ("ada",), ("user", "")):
        assert window.count(who)
        assert not window.count(who)
    window.forget(ADA)
    window.forget(("nobody",))
    assert window.wait(ADA) == 0
    assert window.wait(BOB) > 0
    assert window.count(ADA)


def test_memory_is_bounded_by_those_seen_last() -> None:
    window = MovingWindow(1, SECONDS, 100)
    assert window.count(ADA)
    for number in range(1000):
        assert window.count(("address", f"10.0.{number // 250}.{number % 250}"))
        assert window.count(ADA) is False
    storage = window._storage
    assert len(window._known) == len(storage.events) == 100
    assert len(storage.locks) <= 100


def test_who_is_forgotten_during_a_sweep_breaks_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: list[object] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    window, end = MovingWindow(2, 1, 5000), time.monotonic() + 3
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # the sweep runs in a thread of its own
    try:
        number = 0
        while time.monotonic() < end:
            number += 1
            window.count(("address", str(number % 3000)))
            window.forget(("address", str(7 * number % 3000)))
    finally:
        sys.setswitchinterval(often)
    assert broken == []
