"""Exact match, F1, similarity and grounding, by example and by property."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.evaluation.metrics import Answer, Judged, MatchCounts, score
from kie_app.values import clean

KEYS = ("company", "date", "total")
text = st.text(alphabet=string.ascii_letters + " .,-\t\n\u00a0é", max_size=8)
label = st.dictionaries(st.sampled_from(KEYS), text)
answers = st.dictionaries(
    st.sampled_from(KEYS), st.builds(Answer, st.none() | text, grounded=st.booleans())
)
judged = st.lists(st.builds(Judged, label, answers), max_size=6)


def said(**values: str | None) -> dict[str, Answer]:
    return {key: Answer(value) for key, value in values.items()}


def test_counts_are_those_of_exact_match() -> None:
    documents = [
        Judged({"company": "A", "date": "1", "total": "9"}, said(company="A", date="2")),
        Judged({"company": "B"}, said(company="B", total="7")),
    ]
    found = score(documents, KEYS)
    # company: 2 right; date: 1 wrong and missed; total: 1 missed, 1 predicted without a label
    assert found.keys == {"company": 1.0, "date": 0.0, "total": 0.0}
    assert found.micro_f1 == pytest.approx(2 * 2 / (2 * 2 + 2 + 2))
    assert found.similarity == pytest.approx(2 / 4)


def test_lists_are_skipped_whatever_was_predicted() -> None:
    label = {"total": "9", "items": ["a", "b"]}
    with_items = score([Judged(label, said(total="9", items="a"))], ["total", "items"])
    without = score([Judged(label, said(total="9"))], ["total", "items"])
    assert with_items.micro_f1 == without.micro_f1 == 1
    assert with_items.similarity == without.similarity == 1


def test_a_label_without_text_is_no_label() -> None:
    document = Judged({"total": " "}, said(total=None))
    assert score([document], ["total"]).micro_f1 is None
    found = score([Judged({"total": "", "date": "1"}, said(total="9", date="1"))], KEYS)
    assert found.keys == {"company": None, "date": 1.0, "total": None}
    assert found.support == {"company": 0, "date": 1, "total": 0}
    assert found.micro_f1 == pytest.approx(2 / 3), "a value without a label is wrong all the same"


def test_grounded_is_the_share_of_values_not_of_keys() -> None:
    answers = {"company": Answer("A", True), "date": Answer("B"), "total": Answer(None, True)}
    assert score([Judged({}, answers)], KEYS).grounded == 0.5


def test_nothing_to_judge_is_no_error() -> None:
    found = score([], KEYS)
    assert (found.micro_f1, found.similarity, found.grounded) == (None, 0.0, 0.0)


@given(st.text())
def test_normalising_twice_changes_nothing_more(value: str) -> None:
    assert clean(clean(value)) == clean(value)


@given(judged)
def test_every_score_is_a_share(documents: list[Judged]) -> None:
    found = score(documents, KEYS)
    for value in (found.micro_f1, found.similarity, found.grounded, *found.keys.values()):
        assert value is None or 0 <= value <= 1


@given(judged)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(documents: list[Judged]) -> None:
    pairs = [values for one in documents for key in KEYS if (values := one.values(key)) is not None]
    right = sum(bool(label) and label == said for label, said in pairs)
    predicted = sum(bool(said) for _, said in pairs)
    labelled = sum(bool(label) for label, _ in pairs)
    if right:
        precision, recall = right / predicted, right / labelled
        expected = 2 * precision * recall / (precision + recall)
        assert score(documents, KEYS).micro_f1 == pytest.approx(expected)
    else:
        assert score(documents, KEYS).micro_f1 == (0 if labelled else None)


@given(st.lists(label, min_size=1, max_size=6))
def test_repeating_the_label_is_perfect(labels: list[dict[str, str]]) -> None:
    documents = [Judged(one, said(**one)) for one in labels]
    found = score(documents, KEYS)
    assert found.micro_f1 == (1 if sum(found.support.values()) else None)
    assert found.keys == {key: 1 if found.support[key] else None for key in KEYS}
    assert found.similarity in (0.0, 1.0)  # 0 where no label has text


@given(judged, judged)
def test_order_and_parts_do_not_matter(first: list[Judged], second: list[Judged]) -> None:
    ahead, behind = score(first + second, KEYS), score(second + first, KEYS)
    assert ahead.micro_f1 == behind.micro_f1
    assert ahead.keys == behind.keys
    assert ahead.similarity == pytest.approx(behind.similarity)
    assert ahead.grounded == pytest.approx(behind.grounded)


@given(judged, st.sampled_from(KEYS))
def test_withdrawing_a_wrong_value_never_lowers_f1(documents: list[Judged], key: str) -> None:
    spared = [
        one
        if (values := one.values(key)) is None or values[0] == values[1]
        else Judged(one.label, {**one.answers, key: Answer(None)})
        for one in documents
    ]
    assert (score(spared, KEYS).micro_f1 or 0) >= (score(documents, KEYS).micro_f1 or 0)


def test_counts_add_up() -> None:
    assert MatchCounts(1, 2, 3) + MatchCounts(4, 5, 6) == MatchCounts(5, 7, 9)
    assert sum([MatchCounts(1, 0, 0)] * 3, MatchCounts()).f1 == 1


@given(judged)
def test_what_matches_exactly_matches_normalised(documents: list[Judged]) -> None:
    found = score(documents, KEYS)
    assert (found.normalised_f1 or 0) >= (found.micro_f1 or 0)


def test_places_are_judged_on_right_values_with_a_labelled_place() -> None:
    label = {"company": "A", "date": "1", "total": "9"}
    answers = {
        "company": Answer("A", placed=True),
        "date": Answer("1", placed=None),
        "total": Answer("7", placed=False),
    }
    assert score([Judged(label, answers)], KEYS).placed == 1.0
    assert score([Judged(label, answers)], ["date"]).placed is None
