"""A labelled value is found where it stands, through what labels forget."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kie_app.text import find_runs

WORDS = ["NO", "17", "JALAN", "KLANG", "12.50", "TOTAL", "12.50"]
words = st.lists(st.text(alphabet="AB1.,", min_size=1, max_size=3), min_size=1, max_size=12)


def test_every_printing_of_a_value_is_found() -> None:
    assert find_runs(WORDS, "12.50") == [(4, 4), (6, 6)]


def test_punctuation_and_blanks_of_the_label_do_not_matter() -> None:
    assert find_runs(WORDS, "NO 17, JALAN, KLANG") == [(0, 3)]
    assert find_runs(WORDS, "NO17 JALAN KLANG") == [(0, 3)]


def test_what_is_not_printed_is_not_found() -> None:
    assert find_runs(WORDS, "13.50") == []
    assert find_runs(WORDS, None) == find_runs(WORDS, "") == []


@given(words, st.data())
def test_every_run_is_found_by_its_own_text(page: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(page) - 1))
    last = data.draw(st.integers(first, len(page) - 1))
    found = find_runs(page, " ".join(page[first : last + 1]))
    wanted = "".join(page[first : last + 1])
    assert any("".join(page[a : b + 1]) == wanted for a, b in found)
    assert all(0 <= a <= b < len(page) for a, b in found)
