"""What an example asks is what its document says."""

from __future__ import annotations

import random
import re

from kie_app.text import find_runs, words_of
from kie_app.training.examples import Naming, example
from kie_app.types import Box, Document, Line, Page

TEXTS = ("ACME SDN BHD", "CASHIER: MANIS", "DOC NO: CS-1", "TEH AIS 2.50", "TABLE 23", "TOTAL 2.50")
LINES = tuple(Line(text, Box(0.1, y / 10, 0.9, y / 10 + 0.05)) for y, text in enumerate(TEXTS))
DOCUMENT = Document("d", "d", (Page(0, 9, 9),), LINES, "given")
VALUES = {"company": "ACME SDN BHD", "total": "2.50", "fax": None}


def test_what_is_left_out_is_not_asked_beside_an_invented_word_either() -> None:
    naming, asked = Naming(left_out=re.compile("no")), set[str]()
    for seed in range(60):
        one = example(DOCUMENT, {"company": "ACME SDN BHD"}, random.Random(seed), naming)
        asked |= {key.name for key in one.schema.keys} | {key.name for key, _ in one.pointed}
    assert [name for name in asked if name.endswith(" no")] == []
    assert len(asked) > 20, "other labels are still replaced by invented words"


def test_what_is_asked_is_printed_and_labels_of_labelled_values_stay() -> None:
    renamed = 0
    for seed in range(60):
        one = example(DOCUMENT, VALUES, random.Random(seed), Naming())
        words = [word.text for word in words_of(one.document.lines)]
        told = [*zip(one.schema.keys, one.values, strict=True), *one.pointed]
        assert all(find_runs(words, value) for _, value in told if value)
        assert one.document.lines[5] == LINES[5]
        renamed += one.document != DOCUMENT
        if one.document != DOCUMENT:
            absent = [key for key, value in one.pointed if value is None]
            assert absent, "a key that nobody printed"
    assert 20 < renamed < 55
