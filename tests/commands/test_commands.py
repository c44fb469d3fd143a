"""The command line in process, on a tiny random model: what it prints, and how it refuses."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner, Result

from kie_app.commands.main import app
from kie_app.decoding import DECODERS
from kie_app.evaluation import benchmark
from kie_app.model import loading
from tests.conftest import make_backbone, make_document


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def refusal(result: Result) -> str:
    """The one line of an error that ended in exit code 2."""
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    [line] = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def picture(*lines: str) -> bytes:
    """Lines of text as a PNG."""
    image = Image.new("RGB", (640, 80 + 60 * len(lines)), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((40, 40 + 60 * number), line, "black", ImageFont.load_default(32))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def tiny_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load", lambda settings: make_backbone())


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.png"
    path.write_bytes(picture("OLD MILL BAKERY", "TOTAL 12.50"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for number in range(3):
        lines = make_document(number).lines
        rows.append(
            {
                "id": f"document {number}",
                "image": f"{number}.png",
                "lines": [{"text": line.text, "box": line.box} for line in lines],
                "entities": {"total": lines[0].text, "items": ["a"]},
            }
        )
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "labels.jsonl").write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("decoder", DECODERS)
def test_extract_gives_every_key_of_every_file(receipt: Path, decoder: str) -> None:
    keys = "company,total,<b>&amp;</b>,🧾"
    result = run("extract", receipt, receipt, "--keys", keys, "--decoder", decoder, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [one["file"] for one in found] == [str(receipt)] * 2
    for one in found:
        assert list(one) == ["file", "decoder", "fields", "seconds"]
        assert one["decoder"] == decoder
        assert [field["name"] for field in one["fields"]] == keys.split(",")
        assert list(one["seconds"]) == ["ocr", "prefill", "decode", "total"]
        for field in one["fields"]:
            assert list(field) == ["name", "value", "confidence", "origin", "sources"]
            assert 0 <= field["confidence"] <= 1
            for source in field["sources"]:
                assert source["page"] == 1
                assert all(0 <= edge <= 1 for edge in source["box"])


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
    assert [field["name"] for field in found[0]["fields"]] == ["sum, paid"]
    found = json.loads(run("extract", receipt, "--schema", "receipt", "--json").stdout)
    assert "total" in [field["name"] for field in found[0]["fields"]]


def test_extract_takes_keys_or_a_schema() -> None:
    line = refusal(run("extract", "missing.png", "--keys", "total", "--schema", "receipt"))
    assert "--keys total" in line
    assert "leave one out" in line
    line = refusal(run("extract", "missing.png", "--schema", "none.yaml"))
    assert "none.yaml" in line
    assert "receipt" in line


def test_pointers_alone_are_trained_of_a_checkpoint_only(tmp_path: Path) -> None:
    line = refusal(run("train", "kv", "sroie", "--out", tmp_path / "out", "--pointers-only"))
    assert "--from" in line
    assert not (tmp_path / "out").exists()


def test_an_unknown_decoder_is_refused_with_the_known_ones(folder: Path) -> None:
    for arguments in (
        ("extract", "missing.png", "--keys", "total", "--decoder", "telepathy"),
        ("evaluate", folder, "--decoders", "mask_parallel,telepathy"),
    ):
        line = refusal(run(*arguments))
        assert "telepathy" in line
        assert all(name in line for name in DECODERS)
    assert "--decoders" in refusal(run("evaluate", folder, "--decoders", ","))


def test_evaluate_prints_and_writes_its_figures(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    page = tmp_path / "plot.html"
    decoders = "mask_parallel,verified"
    wrong = tmp_path / "wrong.jsonl"
    files = ("--json", out, "--plot", page, "--wrong", wrong)
    result = run("evaluate", folder, "--decoders", decoders, *files)
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text("utf-8"))
    mistakes = [json.loads(line) for line in wrong.read_text("utf-8").splitlines()]
    assert {one["decoder"] for one in mistakes} <= set(figures["decoders"])
    for name, scores in figures["decoders"].items():
        assert (scores["micro_f1"] == 1.0) == (name not in [one["decoder"] for one in mistakes])
    assert figures["documents"] == 3
    assert list(figures["decoders"]) == ["mask_parallel", "verified"]
    assert list(figures["decoders"]["verified"]["keys"]) == ["total"]
    run_of = figures["run"]
    assert (run_of["folder"], run_of["documents"], run_of["failed"]) == (folder.name, 3, 0)
    command = f"ONEPASS_DTYPE=float32 python -m kie_app evaluate {folder.name} --decoders"
    assert run_of["command"].startswith(command)
    assert str(folder.parent) not in json.dumps(figures)
    assert "micro F1" in result.stdout
    assert result.stderr == ""
    assert f"Reliability on {folder.name}: 3 documents" in page.read_text("utf-8")


def test_evaluate_goes_on_past_a_document_without_its_file(folder: Path) -> None:
    result = run("evaluate", folder, "--lines", "ocr", "--limit", "1")
    assert result.exit_code == 0, result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("warning: document 0: ")
    assert "0.png" in line


def test_a_folder_without_labels_is_refused_with_what_to_pass(tmp_path: Path) -> None:
    line = refusal(run("evaluate", tmp_path / "nowhere"))
    assert "nowhere" in line
    assert "labels.jsonl" in line


def test_a_result_that_could_not_be_written_is_refused_before_the_work(folder: Path) -> None:
    for command in (("evaluate", folder), ("bench",)):
        line = refusal(run(*command, "--json", folder / "nowhere" / "figures.json"))
        assert "figures.json" in line
        assert "--json" in line
    for option in ("--plot", "--wrong"):
        assert option in refusal(run("evaluate", folder, option, folder))


def test_bench_writes_rows_ratios_and_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a short table: the full one takes minutes
    monkeypatch.setattr(benchmark, "FORM_KEYS", (8,))
    monkeypatch.setattr(benchmark, "STACKS", (2,))
    out = tmp_path / "speed.json"
    result = run("bench", "--repeats", "1", "--json", out)
    assert result.exit_code == 0, result.output
    speed = json.loads(out.read_text("utf-8"))
    assert {"rows", "pip_over_forward", "rekey_over_first", "machine"} <= speed.keys()
    for row in speed["rows"]:
        assert {"decoder", "keys", "documents", "passes", "decode_ratio", "total_ratio"} <= set(row)
    assert "cores" in speed["machine"]
    assert 0 < speed["rekey_over_first"] < 1
    assert "forced values" in result.stdout


def test_a_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEPASS_MAX_KEYS", "many")
    line = refusal(run("extract", "missing.png", "--keys", "total"))
    assert "ONEPASS_MAX_KEYS is 'many'" in line


def test_bench_needs_the_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEPASS_ANNOTATIONS_DIR", str(tmp_path))
    assert "ONEPASS_ANNOTATIONS_DIR" in refusal(run("bench"))


@pytest.mark.parametrize("command", ["extract", "evaluate", "bench", "train", "serve"])
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output
