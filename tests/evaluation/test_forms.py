"""The made-up documents of the speed table."""

from __future__ import annotations

from kie_app.evaluation.forms import LABELS, RECEIPT_KEYS, Form, form, receipt
from kie_app.text import words_of


def printed(made: Form) -> bool:
    """Every value stands on the document as one run of words."""
    text = " ".join(word.text for word in words_of(made.document.lines))
    return all(f" {value} " in f" {text} " for value in made.values.values())


def test_documents_are_always_the_same() -> None:
    assert receipt(3) == receipt(3)
    assert form() == form()


def test_every_seed_is_another_receipt() -> None:
    made = [receipt(seed) for seed in range(16)]
    assert len({one.document.id for one in made}) == 16
    assert len({one.values["address"] for one in made}) == 16


def test_values_are_printed_on_their_document() -> None:
    assert all(printed(receipt(seed)) for seed in range(16))
    assert printed(form())


def test_boxes_lie_on_the_page() -> None:
    for made in (receipt(), form()):
        for line in made.document.lines:
            assert 0 <= line.box.x0 < line.box.x1 <= 1
            assert 0 <= line.box.y0 < line.box.y1 <= 1


def test_keys_are_asked_in_order() -> None:
    assert receipt().schema(4).keys == RECEIPT_KEYS
    assert [key.name for key in RECEIPT_KEYS] == list(receipt().values)
    assert len(set(LABELS)) == len(LABELS) == 24
    assert [key.name for key in form().schema(8).keys] == list(LABELS[:8])


def test_form_values_are_of_like_length() -> None:
    lengths = [len(value) for value in form().values.values()]
    assert max(lengths) - min(lengths) <= 2
