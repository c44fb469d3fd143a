"""What the exact and the normalised match forgive, and what they do not."""

from __future__ import annotations

import pytest
from hypothesis import given

from kie_app.evaluation.matching import similarity
from kie_app.evaluation.metrics import Judged, score
from kie_app.values import clean
from tests.evaluation.test_metrics import said, text


@pytest.mark.parametrize(
    ("label", "predicted", "same"),
    [
        ("RM 9.00", "RM  9.00 ", True),
        ("RM\u00a09.00", "RM 9.00", True),
        ("\uff19\uff0e\uff10\uff10", "9.00", True),  # full-width digits
        ("Cafe\u0301", "Caf\u00e9", True),
        ("A B", "A\nB", True),
        ("A B", "AB", False),
        ("Tesco", "TESCO", False),
        ("9.00", "9,00", False),
        ("9.00", "9.0", False),
        ("01/02/2018", "1/2/2018", False),
    ],
)
def test_only_unicode_form_and_white_space_are_forgiven(
    label: str, predicted: str, same: bool
) -> None:
    found = score([Judged({"total": label}, said(total=predicted))], ["total"])
    assert (found.micro_f1 == 1) is same


@given(text, text)
def test_similarity_is_symmetric_and_one_only_for_equals(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert (similarity(one, other) == 1) is (clean(one) == clean(other))


@pytest.mark.parametrize(
    ("key", "label", "predicted", "same"),
    [
        ("address", "NO. 5,JALAN BESAR, 81100", "No.5, Jalan Besar 81100", True),
        ("company", "A B SDN. BHD.", "AB SDN BHD", True),
        ("company", "A", "B", False),
        ("company", "&", "!", False),
        ("total", "RM 9.00", "RM9.00", True),
        ("total", "9.00", "900", False),
        ("total", "9.00", "9,00", True),
        ("total", "RM 3.90", "3.90", True),
        ("total", "43.7", "43.70", True),
        ("total", "-3.90", "3.90", False),
        ("total", "1.234", "12.34", False),
        ("date", "1/12/2018", "11/2/2018", False),
        ("date", "01-02-2018", "01/02/2018", True),
        ("invoice number", "A-17/3", "A173", True),
        ("address", "LOT 1/23", "LOT 12/3", True),  # forgiven, as the module says
        ("item count", "1.5", "15", False),
    ],
)
def test_the_normalised_match_forgives_what_labels_and_print_differ_in(
    key: str, label: str, predicted: str, same: bool
) -> None:
    found = score([Judged({key: label}, said(**{key: predicted}))], [key])
    assert (found.normalised_f1 == 1) is same
