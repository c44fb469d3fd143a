"""Answers are only ever added; the newest correction of a key is its state."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kie_app.errors import Overtaken, StoreError
from kie_app.store import Correction, CorrectionState, Store
from kie_app.types import Extraction, Source
from tests.store import anything, things
from tests.store.anything import same_store

_tokens = map(str, count())


def said(
    store: Store,
    document: str,
    value: str | None,
    state: CorrectionState = "corrected",
    key: str = "total",
    token: str = "",
    after: int | None = None,
) -> Correction:
    """Anna's correction of her document, its token a new one unless one is given."""
    return store.answers.save_correction(
        "anna",
        document,
        key=key,
        state=state,
        value=value,
        after=after,
        author="anna",
        token=token or next(_tokens),
    )


def undone(
    store: Store, document: str, key: str = "total", after: int | None = None
) -> Correction | None:
    return store.answers.undo(
        "anna", document, key, after=after, author="bela", token=next(_tokens)
    )


def test_a_rerun_adds_a_prediction(store: Store) -> None:
    document = things.another(store)
    runs = [things.extraction("1"), things.extraction("2", "tiny@2")]
    saved = [store.answers.save_prediction("anna", document, run) for run in runs]
    found = store.answers.predictions_of("anna", document)
    assert found == saved
    assert [one.extraction for one in found] == runs


@same_store
@given(anything.ANY_EXTRACTION)
def test_any_prediction_comes_back(store: Store, extraction: Extraction) -> None:
    document = things.another(store)
    saved = store.answers.save_prediction("anna", document, extraction)
    assert saved.extraction == extraction
    assert store.answers.predictions_of("anna", document) == [saved]


@same_store
@given(anything.ANY_TEXT, anything.ANY_TEXT, anything.ANY_SOURCES, anything.ANY_TEXT)
def test_any_correction_comes_back(
    store: Store, key: str, value: str, sources: tuple[Source, ...], token: str
) -> None:
    document = things.another(store)
    saved = store.answers.save_correction(
        "anna",
        document,
        key=key,
        state="corrected",
        value=value,
        sources=sources,
        author=value,
        token=token,
    )
    assert (saved.key, saved.value, saved.sources, saved.author) == (key, value, sources, value)
    assert store.answers.corrections_of("anna", document) == [saved]


def test_the_newest_correction_of_each_key_is_its_state(store: Store) -> None:
    document = things.another(store)
    first = said(store, document, "12.50")
    company = said(store, document, None, "illegible", key="company")
    last = said(store, document, None, "absent")
    assert store.answers.fields_of("anna", document) == {"total": last, "company": company}
    assert store.answers.corrections_of("anna", document) == [first, company, last]


def test_a_token_saves_once(store: Store) -> None:
    document = things.another(store)
    one, again = (
        store.answers.save_correction(
            "anna", document, key="total", state=state, author="anna", token="click"
        )
        for state in ("confirmed", "absent")
    )
    assert one == again
    assert store.answers.corrections_of("anna", document) == [one]


def test_a_token_is_one_document_s_own(store: Store) -> None:
    for owner in ("anna", "bela"):
        document = things.document(store, owner)
        saved = store.answers.save_correction(
            owner, document, key="total", state="absent", author=owner, token="click"
        )
        assert saved.author == owner


def test_undo_brings_back_what_stood_before(store: Store) -> None:
    document = things.another(store)
    seen = store.answers.save_prediction("anna", document, things.extraction("12.50"))
    store.answers.save_correction(
        "anna",
        document,
        key="total",
        state="corrected",
        value="12.60",
        prediction=seen.id,
        author="anna",
        token="a",
    )
    said(store, document, None, "absent")

    back = undone(store, document)
    assert back is not None
    assert (back.state, back.value, back.author) == ("corrected", "12.60", "bela")
    back = undone(store, document)
    assert back is not None
    assert (back.state, back.value, back.sources) == ("predicted", "12.50", (things.SOURCE,))
    assert back.prediction == seen.id
    assert undone(store, document) is None
    assert store.answers.fields_of("anna", document)["total"] == back
    assert len(store.answers.corrections_of("anna", document)) == 4


def test_what_nobody_predicted_goes_back_to_no_value(store: Store) -> None:
    document = things.another(store)
    said(store, document, "12.60")
    back = undone(store, document)
    assert back is not None
    assert (back.state, back.value, back.prediction) == ("predicted", None, None)


def test_undo_leaves_other_keys_alone(store: Store) -> None:
    document = things.another(store)
    total = said(store, document, "12.60")
    said(store, document, "Green Leaf", key="company")
    undone(store, document, "company")
    assert store.answers.fields_of("anna", document)["total"] == total
    assert undone(store, document, "date") is None


def test_an_undo_saved_twice_takes_back_once(store: Store) -> None:
    document = things.another(store)
    for value in "123":
        said(store, document, value)
    for _ in range(2):
        store.answers.undo("anna", document, "total", author="anna", token="undo")
    assert store.answers.fields_of("anna", document)["total"].value == "2"


def test_what_somebody_did_not_know_of_is_not_overwritten(store: Store) -> None:
    document = things.another(store)
    said(store, document, "Green Leaf", key="company")
    said(store, document, "12.60", after=0)
    newest = said(store, document, "12.70", token="click")
    for after in (0, newest.id - 1, newest.id + 1):
        with pytest.raises(Overtaken, match="'total' meanwhile"):
            said(store, document, "9.99", after=after)
        with pytest.raises(Overtaken, match="'total' meanwhile"):
            undone(store, document, after=after)
    assert said(store, document, "12.70", token="click", after=0) == newest, "sent again"
    assert store.answers.saved("anna", document, "click") == newest
    assert store.answers.saved("anna", document, "another click") is None
    back = undone(store, document, after=newest.id)
    assert back is not None
    assert said(store, document, None, "absent", after=back.id).state == "absent"
    assert len(store.answers.corrections_of("anna", document)) == 5


@same_store
@given(st.lists(st.none() | st.text("abc", max_size=1), max_size=12))
def test_undo_is_that_of_a_stack(store: Store, steps: list[str | None]) -> None:
    """A value is said, None is an undo; the oracle is a list."""
    document = things.another(store)
    stack: list[str] = []
    for value in steps:
        if value is not None:
            stack.append(value)
            said(store, document, value)
        else:
            assert (undone(store, document) is not None) == bool(stack)
            del stack[-1:]
        state = store.answers.fields_of("anna", document).get("total")
        assert (state.value if state else None) == (stack[-1] if stack else None)


def test_a_correction_names_a_prediction_of_its_document(store: Store) -> None:
    document, other = things.another(store), things.another(store)
    seen = store.answers.save_prediction("anna", other, things.extraction())
    with pytest.raises(StoreError, match="no prediction"):
        store.answers.save_correction(
            "anna",
            document,
            key="total",
            state="confirmed",
            prediction=seen.id,
            author="anna",
            token="1",
        )
    assert store.answers.corrections_of("anna", document) == []
