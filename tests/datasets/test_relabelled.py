"""Places stand for words of the given lines; damaged ones are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kie_app.datasets.labelled import Labelled
from kie_app.datasets.relabelled import relabelled
from kie_app.errors import DataError
from tests.datasets.test_labelled import COLUMNS


def test_places_stand_for_the_words_of_the_given_lines(tmp_path: Path) -> None:
    places = tmp_path / "keys.jsonl"
    places.write_text('{"id": "a", "keys": {"sum": [3, 3], "both": [0, 1]}}\n')
    items = [Labelled(i, Path("a"), {"total": "9.50"}, COLUMNS, 400, 800) for i in "ab"]
    [one] = relabelled(items, places)
    assert one.entities == {"sum": "9.50", "both": "SUBTOTAL TOTAL"}


@pytest.mark.parametrize("text", ["{", "[]", '{"id": "a"}', '{"id": "a", "keys": 3}'])
def test_damaged_places_are_refused(tmp_path: Path, text: str) -> None:
    places = tmp_path / "keys.jsonl"
    places.write_text(text)
    with pytest.raises(DataError, match=r"keys\.jsonl"):
        list(relabelled([], places))


@pytest.mark.parametrize(
    "span", [3, None, "0-1", [0], [0, 1.5], [True, 1], [2, 1], [-1, 1], [0, 4]]
)
def test_a_place_that_is_no_words_of_the_document_is_named(tmp_path: Path, span: object) -> None:
    places = tmp_path / "keys.jsonl"
    places.write_text(json.dumps({"id": "a", "keys": {"sum": span}}))
    item = Labelled("a", Path("a"), {}, COLUMNS, 400, 800)
    with pytest.raises(DataError, match=r'keys\.jsonl:1 .*"sum".*first word, last word') as caught:
        list(relabelled([item], places))
    assert json.dumps(span) in str(caught.value)


def test_a_label_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for file in (tmp_path / "folder", tmp_path / "nowhere"):
        with pytest.raises(DataError, match=file.name):
            list(relabelled([], file))
