"""The board says what waits, how every field stands, and shows no text as markup."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kie_app.library.library import Library
from kie_app.library.queue import ORDERS
from kie_app.library.standing import Record
from kie_app.store import CorrectionState
from kie_app.ui.review import board as review_board
from kie_app.ui.review.board import Board, blank, line_up, queue_parts, render
from tests.ui import hostile
from tests.ui.hostile import ATTACK, Markup
from tests.ui.kept import RECEIPT, Guess, correct, keep, predict

TAGS = hostile.ALLOWED_TAGS | {"textarea"}


def board(library: Library, document: str, order: str = ORDERS[0]) -> Board:
    read = library.open("ada", document)
    return Board(order, tuple(library.all("ada")), library.one("ada", document), read)


def fields(library: Library, *guesses: Guess) -> str:
    """The fields of a receipt with these predictions."""
    return render(board(library, keep(library.store, "ada", guesses)))["fields"]


def test_hostile_text_becomes_no_markup(library: Library) -> None:
    guess = Guess(ATTACK, ATTACK, 0.5, (f"{ATTACK} too",))
    document = keep(library.store, "ada", (guess,), name=ATTACK)
    correct(library, "ada", document, ATTACK, "corrected", f"{ATTACK} again")
    shown = board(library, document, "done")
    poisoned = tuple(replace(line, text=ATTACK) for line in hostile.document().lines)
    assert shown.read is not None
    parts = render(replace(shown, read=replace(shown.read, lines=poisoned)))
    for name, html in parts.items():
        if name in ("document", "order"):
            continue
        markup = Markup(html)
        assert markup.tags <= TAGS, name
        assert not [one for one in markup.attributes if one.startswith("on")]
        assert all(source.startswith("documents/") for source in markup.images)
        if name in ("title", "queue", "fields", "leaves"):
            assert ATTACK in markup.text


def test_the_template_never_evaluates_what_it_inserts() -> None:
    assert "{{" not in review_board.TEMPLATE
    assert "`" not in review_board.TEMPLATE
    assert set(re.findall(r"\$\{value\.(\w+)\}", review_board.TEMPLATE)) < blank().keys()


def test_the_least_certain_field_comes_first(library: Library) -> None:
    html = fields(library, *RECEIPT)
    shown = re.findall(r'data-key="(\w+)"', html)
    assert shown == [one.key for one in sorted(RECEIPT, key=lambda one: one.confidence)]


def test_every_field_says_its_state_and_its_box_has_a_label(library: Library) -> None:
    document = keep(library.store, "ada")
    said: dict[str, CorrectionState] = {
        "company": "confirmed",
        "date": "corrected",
        "address": "absent",
        "total": "illegible",
    }
    for key, state in said.items():
        correct(library, "ada", document, key, state, "x" if state == "corrected" else None)
    html = render(board(library, document))["fields"]
    for key, state in {**said, "tip": "predicted"}.items():
        field = html.partition(f'data-key="{key}"')[2].partition("</li>")[0]
        assert f'<span class="state">{state}</span>' in field
        assert f'data-state="{state}"' in html
    ids = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'(?:for|aria-describedby)="([^"]+)"', html)) == ids
    assert html.count("Undo<") == 4
    made = board(library, document).record
    assert made is not None
    assert made.prediction is not None
    assert html.count(f'data-prediction="{made.prediction.id}"') == len(RECEIPT)


def test_a_value_is_shown_as_it_reads_with_its_doubt(library: Library) -> None:
    html = fields(library, Guess("date", "05/03/2018", 0.5), Guess("total", "1,234", 0.6))
    assert "reads as <b>2018-03-05</b>" in html
    assert "day and month may be swapped" in html
    assert "reads as <b>1234</b>" in html
    assert "thousands may be decimals" in html
    assert "does not read as date" in fields(library, Guess("date", "yesterday", 0.5))


def test_rules_that_break_stand_above_the_fields(library: Library) -> None:
    guesses = (Guess("subtotal", "20.00", 0.5), Guess("total", "29.35", 0.5))
    parts = render(board(library, keep(library.store, "ada", guesses)))
    assert "total 29.35 is not subtotal 20.00" in parts["rules"]
    assert "1 broken rule" in parts["queue"]


def test_readings_are_offered_where_there_is_a_choice(library: Library) -> None:
    html = fields(library, Guess("total", "75.75", 0.8, ("80.00",)), Guess("date", "1", 0.9))
    assert html.count('class="readings"') == 1
    assert "<b>80.00</b><span>40 %</span>" in html


def test_decoders_that_disagree_are_named(library: Library) -> None:
    document = keep(library.store, "ada", (Guess("total", "80.00", 0.8),), decoder="autoregressive")
    read = library.open("ada", document)
    predict(library.store, "ada", document, read, (Guess("total", "75.75", 0.9),))
    parts = render(board(library, document))
    assert "decoders disagree" in parts["fields"]
    assert "1 disputed" in parts["queue"]
    assert "<b>80.00</b>" in parts["fields"]


def test_progress_counts_documents_and_fields(library: Library) -> None:
    document = keep(library.store, "ada", (Guess("total", "1", 0.5), Guess("date", "2", 0.5)))
    keep(library.store, "ada", (Guess("total", "1", 0.5),), "cafe_receipt")
    library.store.documents.add("ada", "unread.png", b"not filled")
    correct(library, "ada", document, "total", "confirmed")
    html = render(board(library, document))["progress"]
    assert "0 of 2 documents done" in html
    assert "1 of 3 fields verified" in html
    assert "1 more document has no fields yet" in html
    correct(library, "ada", document, "date", "confirmed")
    shown = board(library, document)
    assert "1 of 2 documents done" in render(shown)["progress"]
    assert "Next document" in render(shown)["foot"]
    assert [one.document.id for one in line_up(shown.records, "done")] == [document]


def none_waits(records: tuple[Record, ...], order: str = ORDERS[0]) -> str:
    return queue_parts(Board(order, records))["queue"]


def test_an_empty_queue_says_why_and_what_to_do(library: Library) -> None:
    texts = [none_waits(())]
    library.store.documents.add("ada", "unread.png", b"not filled")
    texts.append(none_waits(tuple(library.all("ada"))))
    document = keep(library.store, "ada", (Guess("total", "1", 0.5),))
    open_still = tuple(library.all("ada"))
    texts += [none_waits(open_still, order) for order in ("decoders disagree", "done")]
    correct(library, "ada", document, "total", "confirmed")
    texts.append(none_waits(tuple(library.all("ada"))))
    parts = ["Add documents on the Extract tab", "Fill on the Extract tab", "choose another order"]
    parts += ["No document is done yet", "nothing waits"]
    for text, part in zip(texts, parts, strict=True):
        assert part in text
    unread = next(one for one in library.all("ada") if not one.fields)
    shown = replace(board(library, document), record=unread)
    assert "fill it on the Extract tab" in render(shown)["foot"]


def test_a_long_queue_is_cut(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_board, "SHOWN", 1)
    for _ in range(3):
        keep(library.store, "ada", (Guess("total", "1", 0.5),))
    html = none_waits(tuple(library.all("ada")))
    assert html.count('class="item"') == 1
    assert "and 2 more" in html
