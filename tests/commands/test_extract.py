"""Extraction from the command line: every field of every file, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kie_app.decoding import DECODERS
from kie_app.export.field import FIELD_COLUMNS
from tests.commands.calling import picture, refusal, run

ANSWER = ("file", "document", "schema", "decoder", "model", "fields")


@pytest.mark.parametrize("decoder", DECODERS)
def test_extract_gives_every_key_of_every_file(receipt: Path, decoder: str) -> None:
    keys = "company,total,<b>&amp;</b>,🧾"
    result = run("extract", receipt, receipt, "--keys", keys, "--decoder", decoder, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [one["file"] for one in found] == [str(receipt)] * 2
    for one in found:
        assert list(one) == [
            *("file", "document", "schema", "decoder"),
            "model",
            "fields",
            "seconds",
        ]
        assert one["decoder"] == decoder
        assert [field["key"] for field in one["fields"]] == keys.split(",")
        assert list(one["seconds"]) == ["ocr", "prefill", "decode", "total"]
        for field in one["fields"]:
            assert list(field) == list(FIELD_COLUMNS)
            assert 0 <= field["confidence"] <= 1
            assert field["pages"] == [1] * len(field["boxes"])
            assert all(0 <= edge <= 1 for box in field["boxes"] for edge in box)


def test_extract_prints_a_table(receipt: Path) -> None:
    result = run("extract", receipt, "--keys", "company, total,")
    assert result.exit_code == 0, result.output
    head, columns, *rows = result.stdout.strip().splitlines()
    assert head.startswith(f"{receipt}  mask_parallel  (ocr ")
    assert columns.split() == ["key", "value", "confidence", "origin", "page"]
    assert [row.split()[0] for row in rows] == ["company", "total"]


def test_a_page_without_text_has_every_field_absent(tmp_path: Path) -> None:
    (tmp_path / "blank.png").write_bytes(picture())
    result = run("extract", tmp_path / "blank.png", "--keys", "total", "--json")
    [one] = json.loads(result.stdout)
    assert [field["value"] for field in one["fields"]] == [None]


def test_one_bad_file_does_not_stop_the_others(receipt: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    files = (tmp_path / "empty.png", receipt, tmp_path / "missing.png")
    result = run("extract", *files, "--keys", "total", "--json")
    assert result.exit_code == 2
    assert [one["file"] for one in json.loads(result.stdout)] == [str(receipt)]
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error: ") for line in lines)
    assert "empty.png" in lines[0]
    assert "missing.png" in lines[1]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("words.png", b"no picture at all"),
        ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        ("cut.png", picture("TOTAL")[:200]),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj"),
    ],
)
def test_a_file_that_is_no_document_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert name in refusal(run("extract", tmp_path / name, "--keys", "total"))


def test_a_file_over_the_limit_is_refused_with_its_size_and_the_limit(
    receipt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEPASS_MAX_FILE_MB", "1")
    with receipt.open("ab") as stream:
        stream.truncate(3_500_000)
    line = refusal(run("extract", receipt, "--keys", "total"))
    assert "3." in line
    assert "ONEPASS_MAX_FILE_MB" in line


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("", "No keys"),
        (" , ,", "No keys"),
        ("total,date,Total", "twice"),
        (",".join(f"key {number}" for number in range(200)), "200 keys"),
        ("k" * 10_000, "10000 characters"),
    ],
)
def test_keys_that_cannot_be_asked_are_refused_before_anything_is_read(
    keys: str, said: str
) -> None:
    line = refusal(run("extract", "missing.png", "--keys", keys))
    assert said in line
    assert len(line) < 300


def test_extract_asks_the_keys_of_a_schema(receipt: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("name: own\nkeys:\n- name: sum, paid\n  kind: amount\n", "utf-8")
    found = json.loads(run("extract", receipt, "--schema", own, "--json").stdout)
    assert [field["key"] for field in found[0]["fields"]] == ["sum, paid"]
    found = json.loads(run("extract", receipt, "--schema", "receipt", "--json").stdout)
    assert "total" in [field["key"] for field in found[0]["fields"]]


def test_extract_takes_keys_or_a_schema() -> None:
    line = refusal(run("extract", "missing.png", "--keys", "total", "--schema", "receipt"))
    assert "--keys total" in line
    assert "leave one out" in line
    line = refusal(run("extract", "missing.png", "--schema", "none.yaml"))
    assert "none.yaml" in line
    assert "receipt" in line


def test_help_names_every_decoder() -> None:
    words = run("extract", "--help").output.replace("│", " ").split()
    assert {word.strip(".,") for word in words} >= set(DECODERS)
