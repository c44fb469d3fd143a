"""Templates round-trip, and what is wrong with one is explained in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kie_app.config import ROOT, Settings
from kie_app.errors import DataError
from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.schemas.templates import dump_template, load_paraphrases, load_template, load_templates
from kie_app.types import Key, Schema

ANNOTATIONS = ROOT / "annotations"
KEY = "{name: total, kind: amount}"


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
