"""Made-up documents are what training may trust: every value is printed, every box is right."""

from __future__ import annotations

import re
from collections import Counter
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kie_app.datasets.synthetic import SYNONYMS, SyntheticDocument, generate, render
from kie_app.datasets.synthetic.documents import kinds, layout
from kie_app.datasets.synthetic.lexicon import keys, words
from kie_app.text import words_of

seeds = st.integers(0, 10**9)
KEPT_BACK = re.compile(  # keys that test what training has not met
    r"cashier|served|gst|\bfax|tendered|change|rounding|company registration|table"
    r"|number of items|receipt number",
    re.IGNORECASE,
)
DRAWN = range(40, 44)


@pytest.fixture(scope="module")
def many() -> list[SyntheticDocument]:
    return [generate(seed) for seed in range(700)]


def printed(made: SyntheticDocument) -> str:
    return f" {' '.join(word.text for word in words_of(made.document.lines))} "


@settings(deadline=None, max_examples=60)  # the first one reads the words
@given(seeds)
def test_every_value_is_a_run_of_words(seed: int) -> None:
    made = generate(seed)
    text = printed(made)
    assert made.values
    for key, value in made.values.items():
        assert f" {value} " in text, key
        assert value == " ".join(value.split())


@settings(deadline=None, max_examples=60)
@given(seeds)
def test_boxes_lie_on_the_page_in_reading_order(seed: int) -> None:
    document = generate(seed).document
    assert 1 <= len(document.pages) <= 2
    before = None
    for line in document.lines:
        assert line.text.strip()
        x0, y0, x1, y1 = line.box
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert line.page < len(document.pages)
        if before:
            assert line.page >= before.page
            if line.page == before.page:
                row = max(line.box.y1 - line.box.y0, before.box.y1 - before.box.y0)
                assert line.box.y0 > before.box.y0 - row
        before = line


@settings(deadline=None, max_examples=60)
@given(seeds)
def test_a_seed_makes_one_document(seed: int) -> None:
    made = generate(seed)
    assert made == generate(seed)
    assert made.document.id == f"synthetic-{seed}"
    assert made.document.text_source == "given"
    assert made.document.lines != generate(seed + 1).document.lines


@settings(deadline=None, max_examples=60)
@given(seeds)
def test_keys_are_known_and_none_is_kept_back(seed: int) -> None:
    made = generate(seed)
    asked = {*made.values, *made.absent}
    assert asked <= SYNONYMS.keys()
    assert not set(made.values) & set(made.absent)
    assert [key for key in asked if KEPT_BACK.search(key)] == []


def test_no_name_of_a_key_is_kept_back_or_stands_twice() -> None:
    names = [*SYNONYMS, *(name for other in SYNONYMS.values() for name in other)]
    assert [name for name in names if KEPT_BACK.search(name)] == []
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert min(len(entry.printed) for entry in keys().values()) >= 4


def test_lists_of_words_are_long() -> None:
    people = [word for name in ("given", "family") for word in words("people", name)]
    firms = [word for name in ("words", "trades", "fronts") for word in words("companies", name)]
    goods = [word for name in ("nouns", "kinds", "services") for word in words("goods", name)]
    notices = [
        w for name in ("shop", "trade", "form", "air", "bill") for w in words("notices", name)
    ]
    assert len(set(people)) >= 150
    assert len(set(firms)) >= 150
    assert len(set(goods)) >= 200
    assert len(set(words("places", "street_words"))) >= 90
    assert len(set(notices)) >= 100


def test_all_kinds_and_nearly_all_keys_occur(many: list[SyntheticDocument]) -> None:
    assert {one.kind for one in many} == kinds().keys()
    met = {key for one in many for key in one.values}
    assert len(keys().keys() - met) <= 3
    assert mean(len(one.values) for one in many) > 8
    assert sum(len(one.document.pages) == 2 for one in many) > 20


def test_a_flight_of_two_dates_in_one_cell_is_two_values(
    many: list[SyntheticDocument],
) -> None:
    tight = [
        made
        for made in many
        if made.kind == "airtime order"
        and any(
            f"{made.values['flight from']}-{made.values['flight to']}" in line.text
            for line in made.document.lines
        )
    ]
    assert tight
    for made in tight:
        assert f" {made.values['flight from']} " in printed(made)


@pytest.mark.parametrize("seed", DRAWN)
def test_drawn_boxes_hold_ink_and_the_same_text(seed: int) -> None:
    image, drawn = render(seed)
    plain = generate(seed)
    assert drawn.values == plain.values
    assert [line.text for line in drawn.document.lines] == [
        line.text for line in plain.document.lines
    ]
    assert image.size == (drawn.document.pages[0].width, drawn.document.pages[0].height)
    pages = [
        np.asarray(page.image.convert("L"), np.float32)
        for page in drawn.document.pages
        if page.image is not None
    ]
    assert len(pages) == len(drawn.document.pages)
    for line in drawn.document.lines:
        pixels = pages[line.page]
        height, width = pixels.shape
        x0, y0, x1, y1 = line.box
        inside = pixels[
            int(y0 * height) : int(np.ceil(y1 * height)), int(x0 * width) : int(np.ceil(x1 * width))
        ]
        assert inside.size
        assert np.median(inside) - inside.min() > 25, line.text


@pytest.mark.parametrize("seed", [seed for seed in range(60) if not layout(seed).marks][:3])
def test_no_ink_lies_outside_the_boxes(seed: int) -> None:
    image, drawn = render(seed)
    pixels = np.asarray(image.convert("L"), np.float32)
    ink = pixels < np.median(pixels) - 80
    inside = np.zeros_like(ink)
    height, width = ink.shape
    for line in drawn.document.lines:
        if line.page == 0:
            x0, y0, x1, y1 = line.box
            rows = slice(int(y0 * height), int(np.ceil(y1 * height)))
            inside[rows, int(x0 * width) : int(np.ceil(x1 * width))] = True
    assert (ink & ~inside).sum() <= 0.01 * ink.sum()


def test_without_fonts_pillows_own_is_used() -> None:
    image, drawn = render(7, font_dirs=[])
    assert image.width == drawn.document.pages[0].width


def test_a_drawing_is_the_same_each_time() -> None:
    first, again = render(3), render(3)
    assert first[0].tobytes() == again[0].tobytes()
    assert first[1] == again[1]
