"""What to look at first, in every order."""

from __future__ import annotations

from kie_app.library.library import Library
from kie_app.library.queue import ORDERS, queue
from tests.library.conftest import SCHEMA, picture
from tests.ui.kept import Guess, correct, keep, predict


def test_the_queue_holds_open_documents_in_its_order(library: Library) -> None:
    ids = []
    for number in range(3):
        kept = library.add("ann", f"{number}.png", picture(f"TOTAL {number}.50"))
        ids.append(library.fill("ann", kept.id, SCHEMA).document.id)
    library.add("ann", "unfilled.png", picture("DATE 03/04/2018"))
    records = library.all("ann")
    least = queue(records, "least certain")
    assert {one.document.id for one in least} == set(ids)
    assert [one.least for one in least] == sorted(one.least for one in least)
    assert [one.document.id for one in queue(records, "newest")] == ids[::-1]
    assert queue(records, "decoders disagree") == []
    for key in ("total", "date"):
        correct(library, "ann", ids[0], key, "absent")
    for order in ORDERS:
        assert ids[0] not in [one.document.id for one in queue(library.all("ann"), order)]


def test_documents_on_which_decoders_disagree_come_first_where_most_is_disputed(
    library: Library,
) -> None:
    guesses = (Guess("total", "29.35", 0.9), Guess("date", "1 May", 0.8), Guess("tip", None, 0.7))
    others = (Guess("total", "29.85", 0.9), Guess("date", "7 May", 0.8), Guess("tip", "", 0.7))
    ids = []
    for disputed, sample in enumerate(("cafe_receipt", "hardware_receipt", "garden_receipt")):
        kept = keep(library.store, "ann", guesses, sample, decoder="autoregressive")
        read = library.open("ann", kept)
        predict(library.store, "ann", kept, read, (*others[:disputed], *guesses[disputed:]))
        ids.append(kept)

    def waiting() -> list[str]:
        return [one.document.id for one in queue(library.all("ann"), "decoders disagree")]

    assert waiting() == [ids[2], ids[1]]
    for key in ("total", "date"):
        correct(library, "ann", ids[2], key, "absent")
    assert waiting() == ids[1:2], "what a person settled is disputed no more"


def test_documents_that_break_rules_come_first_where_most_are_broken(library: Library) -> None:
    due = (Guess("date", "yesterday", 0.8), Guess("due date", "tomorrow", 0.8))
    fine = (Guess("date", "1 May 2018", 0.8), Guess("due date", "2 May 2018", 0.8))
    samples = ("cafe_receipt", "hardware_receipt", "garden_receipt")
    ids = [
        keep(library.store, "ann", (*due[:wrong], *fine[wrong:]), sample)
        for wrong, sample in enumerate(samples)
    ]

    def waiting() -> list[str]:
        return [one.document.id for one in queue(library.all("ann"), "failed rule")]

    assert waiting() == [ids[2], ids[1]]
    for key in ("date", "due date"):
        correct(library, "ann", ids[2], key, "corrected", "1 May 2018")
    assert waiting() == ids[1:2]
