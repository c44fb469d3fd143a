"""The committed samples are what their labels say; a bad label is explained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from kie_app.config import ROOT
from kie_app.datasets.samples import Sample, load_samples
from kie_app.errors import DataError
from kie_app.schemas.templates import load_templates

ANNOTATIONS = ROOT / "annotations"
LARGEST = 300_000  # bytes of one sample: the repository carries them
SAMPLES = load_samples(ANNOTATIONS)
ROWS = (ANNOTATIONS / "samples" / "labels.jsonl").read_text("utf-8").splitlines()
LABELS: dict[str, dict[str, Any]] = {row["id"]: row for row in map(json.loads, ROWS)}

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def pages(sample: Sample) -> list[Image.Image]:
    """The pages as grey images; a PDF's at 150 dots an inch."""
    if sample.path.suffix != ".pdf":
        return [Image.open(sample.path).convert("L")]
    with pypdfium2.PdfDocument(sample.path) as pdf:
        return [page.render(scale=150 / 72).to_pil().convert("L") for page in pdf]


def text_layer(sample: Sample) -> list[str]:
    """The text of each page of a PDF, its blanks and line breaks made one blank."""
    with pypdfium2.PdfDocument(sample.path) as pdf:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf]


def printed(sample: Sample) -> str:
    lines = LABELS[sample.name].get("lines")
    return " ".join(line["text"] for line in lines) if lines else " ".join(text_layer(sample))


def test_there_are_receipts_an_invoice_a_form_an_order_and_pdfs() -> None:
    assert len(SAMPLES) >= 7
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
    assert len({sample.title for sample in SAMPLES}) == len(SAMPLES)
    assert {sample.path.suffix for sample in SAMPLES} == {".jpg", ".png", ".pdf"}
    assert {sample.schema.name for sample in SAMPLES} == set(
        load_templates(ANNOTATIONS / "templates")
    )


@every_sample
def test_a_sample_opens_and_is_small_and_of_the_labelled_size(sample: Sample) -> None:
    row = LABELS[sample.name]
    assert sample.path.stat().st_size <= LARGEST
    first = pages(sample)[0]
    shape = row["width"] / row["height"]
    assert first.width / first.height == pytest.approx(shape, rel=0.002)
    if sample.path.suffix != ".pdf":
        assert first.size == (row["width"], row["height"])


@every_sample
def test_every_key_of_a_sample_has_a_value_that_is_printed_on_it(sample: Sample) -> None:
    assert list(sample.entities) == [key.name for key in sample.schema.keys]
    missing = {key: value for key, value in sample.entities.items() if value not in printed(sample)}
    assert missing == {}


@every_sample
def test_boxes_lie_on_the_page_and_hold_ink(sample: Sample) -> None:
    page = pages(sample)[0]
    for line in LABELS[sample.name].get("lines", ()):
        x0, y0, x1, y1 = line["box"]
        assert 0 <= x0 < x1 <= 1, line
        assert 0 <= y0 < y1 <= 1, line
        edges = (x0 * page.width, y0 * page.height, x1 * page.width, y1 * page.height)
        shades = page.crop(edges).histogram()
        used = [shade for shade, count in enumerate(shades) if count]
        assert used[-1] - used[0] > 60, line


def test_the_purchase_order_has_its_total_on_the_second_page_alone() -> None:
    order = next(sample for sample in SAMPLES if sample.name == "purchase_order")
    first, second = text_layer(order)
    assert order.entities["total"] in second
    assert order.entities["total"] not in first


def test_the_scan_has_no_text_layer() -> None:
    scan = next(sample for sample in SAMPLES if sample.name == "agreement")
    assert text_layer(scan) == [""]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"template": "letter"}, 'template is "letter", none of ad_order'),
        ({"image": "gone.png"}, "gone.png does not exist"),
        ({"image": None}, "its image or pdf does not exist"),
        ({"image": None, "lines": None}, "pdf is null"),
        ({"title": None}, "title is null"),
        ({"entities": {"total": ["9"]}}, 'the entity "total" is a list'),
        ({"entities": {"total": {}}}, 'the entity "total" is {}, no string'),
        ({"entities": None}, "entities is null"),
    ],
)
def test_a_bad_label_row_is_explained(tmp_path: Path, change: dict[str, Any], part: str) -> None:
    row = LABELS["invoice"] | change
    write_labels(tmp_path, json.dumps({key: value for key, value in row.items() if value}))
    with pytest.raises(DataError, match=part) as caught:
        load_samples(tmp_path)
    assert "labels.jsonl:1" in str(caught.value)


@pytest.mark.parametrize("row", ["{", "[]", "7"])
def test_a_label_row_that_is_no_object_is_explained(tmp_path: Path, row: str) -> None:
    write_labels(tmp_path, row)
    with pytest.raises(DataError, match=r"labels\.jsonl:1 is .*(no JSON|no JSON object)"):
        load_samples(tmp_path)


def test_an_annotations_folder_without_samples_is_explained(tmp_path: Path) -> None:
    shutil.copytree(ANNOTATIONS / "templates", tmp_path / "templates")
    with pytest.raises(DataError, match=r"labels\.jsonl does not exist.*ONEPASS_ANNOTATIONS_DIR"):
        load_samples(tmp_path)


def write_labels(folder: Path, row: str) -> None:
    """An annotations folder with all templates, one document and one label row."""
    shutil.copytree(ANNOTATIONS / "templates", folder / "templates")
    (folder / "samples").mkdir()
    shutil.copy(ANNOTATIONS / "samples" / "invoice.png", folder / "samples")
    (folder / "samples" / "labels.jsonl").write_text(row + "\n", "utf-8")
