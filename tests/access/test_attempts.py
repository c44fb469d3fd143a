"""The rule of wrong passwords: few a name and address, no stranger elsewhere locks a user out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.access import attempts
from kie_app.access.addresses import network
from kie_app.access.attempts import KEPT, PER_ADDRESS, PER_NAME, WINDOW, Attempts
from tests.access.clock import Clock, set_by_hand

ALMOST = pytest.approx(WINDOW, abs=0.01)


@pytest.fixture
def clock() -> Iterator[Clock]:
    with set_by_hand() as clock:
        yield clock


@pytest.fixture
def counts(clock: Clock) -> Attempts:
    return Attempts()


def test_after_five_wrong_passwords_the_name_waits_from_that_address_alone(
    counts: Attempts, clock: Clock
) -> None:
    for second in range(PER_NAME):
        assert counts.wait("ada", "192.0.2.1") == 0
        clock.now = float(second)
        counts.wrong("ada", "192.0.2.1")
    assert counts.wait("ada", "192.0.2.1") == pytest.approx(WINDOW - clock.now, abs=0.01)
    assert counts.wait("ada", "192.0.2.2") == 0
    assert counts.wait("bob", "192.0.2.1") == 0
    clock.now = WINDOW + 0.01
    assert counts.wait("ada", "192.0.2.1") == 0


def test_an_address_that_tries_many_names_waits_for_all(counts: Attempts) -> None:
    for number in range(PER_ADDRESS):
        assert counts.wait(f"user{number}", "192.0.2.1") == 0
        counts.wrong(f"user{number}", "192.0.2.1")
    assert counts.wait("ada", "192.0.2.1") == ALMOST
    assert counts.wait("ada", "192.0.2.2") == 0


def test_a_right_password_clears_its_name_and_not_the_address(counts: Attempts) -> None:
    for _ in range(PER_ADDRESS):
        assert counts.wait("eve", "192.0.2.1") == 0
        counts.wrong("eve", "192.0.2.1")
        counts.right("eve", "192.0.2.1")
    assert counts.wait("ada", "192.0.2.1") == ALMOST


@given(st.lists(st.floats(0, 400), max_size=60))
def test_no_five_minutes_see_more_than_five_attempts(gaps: list[float]) -> None:
    with set_by_hand() as clock:
        counts, looked = Attempts(), []
        for gap in gaps:
            clock.now += gap
            if counts.wait("ada", "192.0.2.1") == 0:
                looked.append(clock.now)
                counts.wrong("ada", "192.0.2.1")
            assert counts.wait("ada", "192.0.2.1") <= WINDOW
    later = looked[PER_NAME:]
    assert all(b - a >= WINDOW - 1e-3 for a, b in zip(looked, later, strict=False))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "KEPT", 100)
    assert KEPT < 1_000_000
    counts = Attempts()
    for number in range(1000):
        counts.wrong(f"user{number}", f"10.0.{number % 250}.{number % 7}")
    for window in (counts._by_name, counts._by_address):
        assert len(window._storage.events) == 100


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("testclient", "testclient", True),
    ],
)
def test_a_stranger_is_an_address_or_an_ipv6_network(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) is same
