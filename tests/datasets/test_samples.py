"""The committed samples are what their labels say; templates round-trip; errors explain."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kie_app.config import ROOT, Settings
from kie_app.datasets.samples import Sample, load_samples
from kie_app.errors import DataError
from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.schemas.templates import dump_template, load_paraphrases, load_template, load_templates
from kie_app.types import Key, Schema

ANNOTATIONS = ROOT / "annotations"
LARGEST = 300_000  # bytes of one sample: the repository carries them
SAMPLES = load_samples(ANNOTATIONS)
ROWS = (ANNOTATIONS / "samples" / "labels.jsonl").read_text("utf-8").splitlines()
LABELS: dict[str, dict[str, Any]] = {row["id"]: row for row in map(json.loads, ROWS)}
KEY = "{name: total, kind: amount}"

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


def test_receipts_are_asked_for_company_date_address_total() -> None:
    receipt = load_template(ANNOTATIONS / "templates" / "receipt.yaml")
    assert [key.name for key in receipt.keys] == ["company", "date", "address", "total"]


@pytest.mark.parametrize(
    "path", sorted((ANNOTATIONS / "templates").iterdir()), ids=lambda p: p.name
)
def test_a_template_is_named_like_its_file_and_its_keys_are_lower_case_words(path: Path) -> None:
    schema = load_template(path)
    assert schema.name == path.stem
    for key in schema.keys:
        assert key.name.replace(" ", "").isalpha(), key
        assert key.name == key.name.lower(), key


keys = st.builds(
    Key,
    name=st.text(min_size=1, max_size=20).filter(str.strip),
    description=st.text(max_size=40),
    kind=st.sampled_from(sorted(SLOTS_BY_KIND)),
    slots=st.none() | st.integers(1, 99),
)
schemas = st.builds(
    Schema,
    name=st.text(min_size=1, max_size=20).filter(str.strip),
    keys=st.lists(
        keys, min_size=1, max_size=6, unique_by=lambda key: " ".join(key.name.split()).casefold()
    ).map(tuple),
)


@given(schemas, st.text(max_size=40))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_dumped_template_loads_as_the_same_schema(
    tmp_path: Path, schema: Schema, description: str
) -> None:
    path = tmp_path / "template.yaml"
    path.write_bytes(dump_template(schema, description).encode())
    assert load_template(path) == schema


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["None", "mapping"]),
        ("- total", ["['total']", "mapping"]),
        (f"keys: [{KEY}]", ["no name", "add one"]),
        (f"name: ' '\nkeys: [{KEY}]", ["' '", "fill it in"]),
        (f"name: no\nkeys: [{KEY}]", ["False", "quotes"]),
        (f"name: a\ntitle: b\nkeys: [{KEY}]", ["'title'", "name, description, keys"]),
        ("name: a", ["keys is None", "at least one"]),
        ("name: a\nkeys: []", ["keys is []", "at least one"]),
        ("name: a\nkeys: total", ["keys is 'total'", "list"]),
        ("name: a\nkeys: [total]", ["key 1 is 'total'", "mapping"]),
        ("name: a\nkeys: [{kind: date}]", ["key 1 has no name", "add one"]),
        ("name: a\nkeys: [{name: 2024-01-31}]", ["datetime.date(2024, 1, 31)", "quotes"]),
        ("name: a\nkeys: [{name: 2024-13-45}]", ["month", "quotes"]),
        ("name: a\nkeys: [{name: b, kind: money}]", ["'money'", "amount", "address"]),
        ("name: a\nkeys: [{name: b, kind: [date]}]", ["['date']", "not a text"]),
        ("name: a\nkeys: [{name: b, slots: 0}]", ["0 slots", "from 1 up"]),
        ("name: a\nkeys: [{name: b, slots: true}]", ["True slots", "whole number"]),
        ("name: a\nkeys: [{name: b, knd: date}]", ["'knd'", "kind"]),
        ("name: a\nkeys: [{name: total}, {name: ' Total'}]", ["' Total'", "twice", "rename"]),
        ("name: a\nname: b\nkeys: [{name: c}]", ["'name'", "twice", "remove one"]),
        (f"name: &a [x, x]\nkeys: [*a, *a]\n{KEY}", ["bad.yaml:2", "*a", "write out"]),
        ("name: a\n  keys: [", [":2", "not YAML", "indent"]),
        ("name: a\x00", ["not YAML"]),
        (f"name: a\nkeys: {'[' * 5000}", ["nested"]),
        (f"name: a\nkeys: {'x' * 500}", ["xxx..."]),
    ],
)
def test_a_bad_template_is_explained_in_one_line(
    tmp_path: Path, text: str, parts: list[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        load_template(path)
    message = str(caught.value)
    assert "bad.yaml" in message
    assert "\n" not in message
    assert len(message) < 300 + len(str(path))
    assert [part for part in parts if part not in message] == []


def test_a_missing_or_latin_1_template_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.yaml cannot be read"):
        load_template(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: café".encode("latin-1"))
    with pytest.raises(DataError, match="not UTF-8"):
        load_template(tmp_path / "latin.yaml")


def test_two_templates_of_one_name_and_a_folder_without_any_are_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no key template"):
        load_templates(tmp_path)
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(f"name: same\nkeys: [{KEY}]")
    with pytest.raises(DataError, match=r"two\.yaml: the name 'same' is taken"):
        load_templates(tmp_path)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"template": "letter"}, "names the template 'letter'; choose one of"),
        ({"image": "gone.png"}, "gone.png, which does not exist"),
        ({"image": None}, "has no image or pdf"),
        ({"title": None}, "has no title"),
        ({"entities": {"total": 9}}, "key to text"),
        ({"entities": None}, "key to text"),
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
    with pytest.raises(DataError, match=r"labels\.jsonl:1 is .*one (JSON )?object a line"):
        load_samples(tmp_path)


def test_an_annotations_folder_without_samples_is_explained(tmp_path: Path) -> None:
    shutil.copytree(ANNOTATIONS / "templates", tmp_path / "templates")
    with pytest.raises(DataError, match=r"labels\.jsonl cannot be read.*ONEPASS_ANNOTATIONS_DIR"):
        load_samples(tmp_path)


def write_labels(folder: Path, row: str) -> None:
    """An annotations folder with all templates, one document and one label row."""
    shutil.copytree(ANNOTATIONS / "templates", folder / "templates")
    (folder / "samples").mkdir()
    shutil.copy(ANNOTATIONS / "samples" / "invoice.png", folder / "samples")
    (folder / "samples" / "labels.jsonl").write_text(row + "\n", "utf-8")


def test_the_projects_paraphrases_name_each_other_name_once() -> None:
    found = load_paraphrases(Settings().annotations_dir)
    others = [other for names in found.values() for other in names]
    assert found["company"]
    assert len(others) == len(set(others))


@pytest.mark.parametrize("text", ["", "[]", "company: shop", "company: [a", "company: {a: b}"])
def test_damaged_paraphrases_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "paraphrases.yaml").write_text(text)
    with pytest.raises(DataError, match=r"paraphrases\.yaml"):
        load_paraphrases(tmp_path)
