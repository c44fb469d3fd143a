"""Keys are read from text as people write it."""

from __future__ import annotations

from kie_app.schemas.naming import joined_names, parse_keys, with_details
from kie_app.types import Key


def test_commas_and_line_breaks_separate_and_blanks_are_trimmed() -> None:
    assert [key.name for key in parse_keys(" company ,date\n invoice   number,, ")] == [
        "company",
        "date",
        "invoice number",
    ]


def test_a_known_name_keeps_its_details_and_order_is_as_typed() -> None:
    known = (Key("total", "what was paid", "amount"), Key("date", kind="date"))
    assert parse_keys("date, total, else", known) == (known[1], known[0], Key("else"))


def test_duplicates_stay_for_the_schema_check_to_name() -> None:
    assert len(parse_keys("a, a")) == 2


def test_text_and_keys_round_trip() -> None:
    named = (Key("company"), Key("invoice number", kind="id"))
    assert parse_keys(joined_names(named), named) == named


def test_an_edit_changes_one_key() -> None:
    named = (Key("a"), Key("b"))
    assert with_details(named, "b", kind="date", description=" when ") == (
        Key("a"),
        Key("b", "when", "date"),
    )
