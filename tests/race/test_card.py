"""A race card is whole, can be drawn whatever it holds, and keeps what is private to itself."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image, ImageFont

from kie_app.datasets.synthetic import faces
from kie_app.race import card as race_card
from kie_app.race import picture as race_picture
from kie_app.schemas.kinds import schema_of
from kie_app.schemas.templates import load_template
from kie_app.store import StoredRace
from kie_app.types import Document, Extraction, Key, Page, Schema, Stats
from tests.ui import hostile, recorded

FACTS = {
    "machine": "A processor, 2 cores",
    "device": "cpu",
    "dtype": "bfloat16",
    "threads": "2",
    "backbone": "SmolLM2-135M-Instruct",
    "checkpoint": "documents-135m",
}
SECRETS = ("PELITA", "24/02/2018", "75.75", "receipt", "KAJANG")


def race(result: tuple[Extraction, ...] | None = None) -> StoredRace:
    done = recorded.extractions() if result is None else result
    made = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return StoredRace("0" * 32, "anna", "d", recorded.extractions()[0].schema, done, FACTS, made)


def named(names: list[str]) -> StoredRace:
    """A race for keys of these names."""
    keys = tuple(Key(name) for name in names)
    done = tuple(
        replace(
            one,
            fields=tuple(replace(one.fields[0], key=key, value=key.name) for key in keys),
        )
        for one in recorded.extractions()
    )
    return replace(race(done), schema=Schema("own", keys))


def drawn(made: race_card.Card) -> Image.Image:
    picture = Image.open(io.BytesIO(race_picture.to_png(made)))
    picture.load()
    return picture


def test_a_card_says_what_was_measured_on_what_and_how_to_again() -> None:
    made = race_card.card(race(), recorded.document())
    assert made["measured_on"] == FACTS
    assert made["keys"] == ["company", "date", "address", "total"]
    assert [arm["title"] for arm in made["arms"]] == ["PIP", "Autoregressive", "HPD", "Verified"]
    for arm, one in zip(made["arms"], recorded.extractions(), strict=True):
        seconds = arm["seconds"]
        assert seconds["decode"] == round(one.stats.decode, race_card.DIGITS)
        parts = seconds["ocr"] + seconds["prefill"] + seconds["decode"]
        assert seconds["total"] == pytest.approx(parts, abs=0.001)
        assert arm["passes"] == len(one.stats.passes)
        assert 0 <= arm["same_as_autoregressive"] <= 4
    assert made["arms"][1]["speed_up"] == {"decode": 1.0, "total": 1.0}
    tokens = [(arm["written_tokens"], arm["copied_tokens"]) for arm in made["arms"]]
    assert tokens[0] == (0, tokens[1][0])
    assert all(copied == 0 for _, copied in tokens[1:])


def test_json_comes_back_as_it_was() -> None:
    for values in (False, True):
        made = race_card.card(race(), recorded.document(), values)
        assert json.loads(race_card.to_json(made)) == made


def test_a_card_is_private_unless_values_are_asked_for() -> None:
    private = race_card.card(race(), recorded.document())
    text = race_card.to_json(private).decode() + race_card.summary(private)
    assert not any(secret in text for secret in SECRETS)
    open_ = race_card.card(race(), recorded.document(), values=True)
    assert all(secret in race_card.to_json(open_).decode() for secret in SECRETS)
    assert not any(secret in race_card.summary(open_) for secret in SECRETS)


def test_the_picture_of_a_private_card_does_not_depend_on_what_the_document_says() -> None:
    other = tuple(
        replace(one, fields=tuple(replace(field, value="else") for field in one.fields))
        for one in recorded.extractions()
    )
    document = replace(recorded.document(), name="other.pdf", lines=())
    same = tuple(
        replace(one, fields=tuple(replace(field, value="same") for field in one.fields))
        for one in recorded.extractions()
    )
    first = race_picture.to_png(race_card.card(race(same), recorded.document()))
    assert first == race_picture.to_png(race_card.card(race(other), document))


def test_a_picture_is_as_wide_as_said_and_higher_with_values() -> None:
    private = drawn(race_card.card(race(), recorded.document()))
    open_ = drawn(race_card.card(race(), recorded.document(), values=True))
    assert private.format == open_.format == "PNG"
    assert private.size[0] == open_.size[0] == race_picture.WIDTH
    assert 500 < private.size[1] < open_.size[1] < race_picture.TALLEST


def test_a_card_of_one_arm_without_a_baseline_or_a_pass_is_drawn() -> None:
    alone = recorded.extractions()[:1]
    untimed = tuple(replace(one, stats=Stats((), 0.0, 0.0)) for one in recorded.extractions())
    document = Document("0", "empty.png", (Page(0, 9, 9),), (), "ocr", 0.0)
    for result in (alone, untimed, ()):
        assert drawn(race_card.card(race(result), document)).size[0] == race_picture.WIDTH


def test_a_hostile_race_is_drawn_and_stays_text_in_json() -> None:
    done = hostile.extractions()
    made = replace(race(done), schema=done[0].schema, facts={hostile.ATTACK: hostile.ATTACK})
    card = race_card.card(made, hostile.document(), values=True)
    assert drawn(card).size[0] == race_picture.WIDTH
    assert json.loads(race_card.to_json(card))["document"]["name"] == f"{hostile.ATTACK}.png"


@settings(max_examples=15, deadline=None)
@given(some.lists(some.text(min_size=1, max_size=300), min_size=1, max_size=64, unique=True))
def test_keys_of_any_text_can_be_drawn_and_read_back(names: list[str]) -> None:
    made = race_card.card(named(names), recorded.document(), values=True)
    assert drawn(made).size[1] <= race_picture.TALLEST
    assert json.loads(race_card.to_json(made))["keys"] == names


def test_text_that_steers_is_not_drawn() -> None:
    steering = "a\x00b\u202ec\ud800d\ne"
    assert race_picture.printable(steering) == "a b c d e"


@settings(deadline=None)
@given(some.text(max_size=60), some.integers(30, 400))
def test_what_is_too_wide_is_cut_as_late_as_can_be(text: str, width: int) -> None:
    font = ImageFont.load_default(16)
    whole, cut = race_picture.printable(text), race_picture.fitted(text, font, width)
    if font.getlength(whole) <= width:
        assert cut == whole
        return
    kept = cut.removesuffix("...")
    assert whole.startswith(kept)
    assert font.getlength(cut) <= width or not kept
    assert font.getlength(whole[: len(kept) + 1] + "...") > width


def test_a_paragraph_keeps_its_words_within_the_width() -> None:
    font = ImageFont.load_default(16)
    lines = list(race_picture.wrapped("one two three four five six", font, 80))
    assert " ".join(lines) == "one two three four five six"
    assert all(font.getlength(line) <= 80 for line in lines)


def test_without_fonts_on_the_machine_pillow_s_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "FOLDERS", ())
    assert drawn(race_card.card(race(), recorded.document())).size[0] == race_picture.WIDTH


def test_the_command_names_arms_keys_and_settings_for_a_shell() -> None:
    words = shlex.split(race_card.command(race()))
    assert words[:7] == [
        "for",
        "arm",
        "in",
        *(one.decoder for one in race().result[:3]),
        "verified;",
    ]
    assert {"ONEPASS_DTYPE=bfloat16", "ONEPASS_THREADS=2", "ONEPASS_DEVICE=cpu"} <= set(words)
    assert words[words.index("--keys") + 1] == "company,date,address,total"


def test_a_hostile_key_stays_one_word_of_the_command() -> None:
    schema = schema_of("own", ["$(rm -rf /); '", "total"])
    words = shlex.split(race_card.command(replace(race(), schema=schema)))
    assert words[words.index("--keys") + 1] == "$(rm -rf /); ',total"


def test_keys_that_names_alone_do_not_ask_are_written_to_a_file_by_the_command(
    tmp_path: Path,
) -> None:
    keys = (
        Key("total", "what 'was' paid \N{EURO SIGN}"),
        Key("a, b", kind="id", slots=3),
        Key("$(rm -rf /); '"),
    )
    line = race_card.command(replace(race(), schema=Schema("own keys", keys)))
    written, file, arms = line.partition(" > race.yaml; ")
    subprocess.run(["sh", "-c", written + file], cwd=tmp_path, check=True)
    assert load_template(tmp_path / "race.yaml").keys == keys
    assert "--schema race.yaml" in arms
    assert "--keys" not in line
