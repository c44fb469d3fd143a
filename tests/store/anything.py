"""Whatever may have to be stored, for property tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kie_app.types import (
    Box,
    Candidate,
    Document,
    Event,
    Extraction,
    Field,
    Key,
    Line,
    Page,
    Pass,
    Schema,
    Slot,
    Source,
    Stats,
)

# Examples share the store that the test was given, which may be slow.
same_store = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Any characters at all, with those that databases refuse more often than chance would have them.
ANY_TEXT = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from("\0\x10\ud83d\ude00"))
)
_NUMBERS = st.floats(allow_nan=False)
_BOXES = st.builds(Box, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS)
ANY_SOURCES = st.lists(st.builds(Source, st.integers(0, 99), _BOXES), max_size=2).map(tuple)
_KEYS = st.builds(Key, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.none() | st.integers(1, 99))
ANY_SCHEMA = st.builds(Schema, ANY_TEXT, st.lists(_KEYS, max_size=3).map(tuple))
_TOP = st.lists(st.builds(Candidate, ANY_TEXT, _NUMBERS), max_size=2).map(tuple)
_SLOTS = st.lists(st.builds(Slot, ANY_TEXT, _NUMBERS, _TOP), max_size=2).map(tuple)
_FIELDS = st.builds(
    Field, _KEYS, st.none() | ANY_TEXT, _NUMBERS, ANY_SOURCES, _SLOTS, st.just("slots")
)
_PASSES = st.builds(Pass, st.just("fill"), _NUMBERS, _NUMBERS, st.integers(0))
_STATS = st.builds(
    Stats, st.lists(_PASSES, max_size=2).map(tuple), _NUMBERS, _NUMBERS, st.booleans()
)
_EVENTS = st.builds(Event, _NUMBERS, st.integers(0), st.integers(0), ANY_TEXT)
ANY_EXTRACTION = st.builds(
    Extraction,
    ANY_TEXT,
    ANY_TEXT,
    ANY_SCHEMA,
    st.lists(_FIELDS, max_size=3).map(tuple),
    _STATS,
    st.lists(_EVENTS, max_size=3).map(tuple),
    ANY_TEXT,
)
_PAGES = st.builds(Page, st.integers(0, 99), st.integers(1), st.integers(1))
ANY_DOCUMENT = st.builds(
    Document,
    ANY_TEXT,
    ANY_TEXT,
    st.lists(_PAGES, max_size=2).map(tuple),
    st.lists(st.builds(Line, ANY_TEXT, _BOXES, st.integers(0, 99)), max_size=3).map(tuple),
    st.sampled_from(["given", "text layer", "ocr", "mixed"]),
    _NUMBERS,
)
