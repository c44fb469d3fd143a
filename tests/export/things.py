"""Extractions of any content, nasty ones among it, for the tests of the export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from kie_app.export import (
    Grid,
    long_grid,
    wide_grid,
)
from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.types import Box, Extraction, Field, Key, Schema, Source, Stats

NASTY = ["=1+1", "+1-1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " \n =1", "＝1+1", "\u200b=1", "−1+1"]
NASTY += [
    "﹣1",
    "\U00018d09=1",
    "\ue000\u2028=1",
    "\ufeff@x",
    "\x00=1",
    "\x1f=1",
    "#N/A",
    "'=1",
    "_x003D_1",
    "a\r\nb\rc",
    "\ud800=1",
]
NASTY += ["\ufffe", "x" * 40_000, "😀" * 20_000, "-12.50", "+60123", "12/05/2018", " ", "<b>&amp;"]
TEXTS = st.one_of(st.text(), st.text(st.characters(), max_size=9), st.sampled_from(NASTY))
FIELDS = st.builds(
    Field,
    key=st.builds(
        Key, st.one_of(st.text(min_size=1), TEXTS), kind=st.sampled_from([*SLOTS_BY_KIND])
    ),
    value=st.one_of(st.none(), TEXTS, st.sampled_from(["5/3/2018", "RM 1,234.50", "(5)", "1e5"])),
    confidence=st.floats(0, 1),
    sources=st.lists(st.builds(Source, st.integers(0, 9), st.just(Box(0.1, 0.2, 0.5, 1)))).map(
        tuple
    ),
    slots=st.just(()),
    origin=st.sampled_from(["pointer", "slots", "tokens"]),
)


def extraction(*fields: Field, document: str = "d", decoder: str = "verified") -> Extraction:
    schema = Schema("any", tuple(field.key for field in fields))
    return Extraction(decoder, document, schema, fields, Stats((), 0.0, 0.0), (), "model@1")


EXTRACTIONS = st.lists(
    st.builds(
        lambda fields, document: extraction(*fields, document=document),
        st.lists(FIELDS, max_size=4, unique_by=lambda field: field.key.name),
        st.one_of(st.sampled_from("ab"), TEXTS),
    ),
    max_size=3,
)
slow = settings(max_examples=50, deadline=None)


def field(name: str, value: str | None, kind: str = "text") -> Field:
    return Field(Key(name, kind=kind), value, 0.98765, (Source(1, Box(0, 0, 0.5, 1)),), (), "slots")


def cells(grid: Grid, row: int = 0) -> dict[str, Any]:
    return dict(zip(grid.columns, grid.rows[row], strict=True))


def grids(some: Sequence[Extraction]) -> Iterator[Grid]:
    yield from (long_grid(some), wide_grid(some))
