"""A row of slots shows those that the value used; the others are folded away, not lost."""

from __future__ import annotations

from dataclasses import replace

from kie_app.extraction import END_MARK
from kie_app.race.running import RaceFinished
from kie_app.types import Candidate, Extraction, Field, Slot
from kie_app.ui.race import arms, slots
from kie_app.ui.race.state import Race
from tests.ui import recorded
from tests.ui.hostile import ATTACK, Markup, harmless


def with_slots(*texts: str, origin: str = "pointer") -> Field:
    """A recorded field whose slots hold these tokens."""
    held = tuple(Slot(text, 0.9, (Candidate(text, 0.9),)) for text in texts)
    return replace(recorded.extractions()[0].fields[0], slots=held, origin=origin, value="TAN")


def shown(*fields: Field) -> str:
    """PIP's arm with these answers."""
    pip = recorded.extractions()[0]
    done: Extraction = replace(pip, fields=fields)
    race = Race.of(done.schema, [done.decoder]).after(RaceFinished(done.decoder, done))
    return arms.render(race.arms[0], race)


def test_the_row_ends_with_the_end_of_the_value() -> None:
    field = with_slots(" T", "AN", END_MARK, "x", "y")
    assert [cell.text for cell in slots.written(0, field, (), 1.0)] == [" T", "AN", END_MARK]


def test_unused_slots_are_folded_away_and_keep_their_numbers() -> None:
    html = slots.candidates(with_slots(" T", "AN", END_MARK, "x", "y"))
    used, unused = html.split('<details class="unused">')
    assert "slot 3" in used
    assert "slot 4" not in used
    assert "2 unused slots" in unused
    assert "slot 4" in unused
    assert "slot 5" in unused


def test_without_unused_slots_nothing_is_folded_away() -> None:
    assert "unused" not in slots.candidates(with_slots(" T", "AN"))


def test_the_page_says_in_plain_words_what_wrote_a_value() -> None:
    copied = with_slots(" T", "AN", END_MARK)
    for origin, words in (
        ("pointer", "copied from the page"),
        ("slots", "written by the slots"),
        ("tokens", "token by token"),
    ):
        assert words in Markup(shown(replace(copied, origin=origin))).text
    assert "copied" not in Markup(shown(replace(copied, value=None))).text


def test_what_the_slots_wrote_is_said_where_it_differs_from_what_was_copied() -> None:
    assert "slots wrote: TOM" in Markup(shown(with_slots(" TOM", END_MARK))).text
    assert "slots wrote nothing" in Markup(shown(with_slots(END_MARK))).text
    same = Markup(shown(with_slots(" T", "AN", END_MARK))).text
    assert "slots agree" in same
    assert "slots wrote" not in same


def test_of_a_value_that_was_written_nothing_is_said_beside() -> None:
    text = Markup(shown(with_slots(" TOM", END_MARK, origin="slots"))).text
    assert "slots wrote" not in text
    assert "slots agree" not in text


def test_what_the_slots_wrote_stays_text() -> None:
    html = shown(with_slots(ATTACK, END_MARK))
    assert harmless(html)
    assert f"slots wrote: {' '.join(ATTACK.split())}" in Markup(html).text
