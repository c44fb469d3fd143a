"""Costs follow the formula on the screen, and an arm that is not compared says why."""

from __future__ import annotations

import pytest

from kie_app.race.throughput import Comparison, Throughput
from kie_app.ui.insights import cost_table
from tests.ui.hostile import Markup

PIP = Throughput("mask_parallel", 4, 8, 1.0, 2.0, 1.0)
BASE = Throughput("autoregressive", 4, 8, 1.0, 2.0, 9.0)
DONE = Comparison((PIP, BASE))


def text(html: str) -> str:
    return Markup(html).text


def test_costs_follow_the_formula_on_the_screen() -> None:
    shown = text(cost_table.costs(DONE, 4, 7.2))
    assert "3,600 \N{MULTIPLICATION SIGN} 4 \N{DIVISION SIGN} 4.000 s = 3,600 documents" in shown
    seconds_a_page = 4.0 / 8
    assert cost_table.money(7.2 / 3600 * seconds_a_page * 1000) in shown
    assert cost_table.money(7.2 / 3600 * (12.0 / 8) * 1000) in shown
    assert "OCR + prefill + decode" in shown


def test_an_arm_that_shares_no_race_has_a_line_of_its_own() -> None:
    own = Throughput("verified", 1, 2, 0.5, 0.3, 0.2)
    shown = text(cost_table.costs(Comparison((PIP, BASE), (own,)), 5, 7.2))
    assert "sums over 4 of 5 races, those in which all these arms ran" in shown
    assert "Verified has no race together with PIP and AR" in shown
    assert "1 race in 1.000 s: 3,600 documents an hour, 1.00 for 1,000 pages" in shown
    alone = text(cost_table.costs(Comparison((), (own,)), 1, None))
    assert "Verified has no race together with AR" in alone


def test_without_a_price_nothing_costs_anything() -> None:
    shown = text(cost_table.costs(DONE, 4, None))
    assert "3,600 documents an hour" in shown
    assert "type a price" in shown
    assert shown.count("\N{DIVISION SIGN} 8 ") == 0  # no cost is put into figures
    assert "run a race" in text(cost_table.costs(Comparison(), 0, 5.0))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(0.0, "0.00"), (1234.5, "1,234.50"), (0.03141, "0.0314"), (1.0, "1.00")],
)
def test_small_amounts_keep_their_digits(amount: float, expected: str) -> None:
    assert cost_table.money(amount) == expected
