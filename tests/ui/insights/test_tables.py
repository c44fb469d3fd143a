"""The tables of the Insights tab: accuracy beside speed, AR's wins in words, formulas that hold."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest

from kie_app.race.spread import ENOUGH, speed_up_spreads
from kie_app.race.throughput import Comparison, Throughput, compare
from kie_app.ui.insights import cost_table, race_tables, sweep_tables, tables
from tests.ui.hostile import ATTACK, Markup, harmless
from tests.ui.insights.test_charts import races, sweep

PIP = Throughput("mask_parallel", 4, 8, 1.0, 2.0, 1.0)
BASE = Throughput("autoregressive", 4, 8, 1.0, 2.0, 9.0)
DONE = Comparison((PIP, BASE))


def text(html: str) -> str:
    return Markup(html).text


def test_speed_ups_stand_beside_agreement_and_losses() -> None:
    slow = races(2, slow=99)
    shown = text(race_tables.spreads(speed_up_spreads(slow, "decode"), "decode"))
    assert "8 of 8" in shown
    assert "2 of 2" in shown
    assert "AR wins" in shown
    assert "in decoding" in shown


def test_a_p95_is_shown_from_enough_races_on() -> None:
    for number, dashes in ((ENOUGH - 1, 3), (ENOUGH, 0)):
        html = race_tables.spreads(speed_up_spreads(races(number), "decode"), "decode")
        cells = re.findall("<td>(.*?)</td>", html)
        assert sum(cell == tables.DASH for cell in cells[3::8]) == dashes


def test_an_arm_that_shares_no_race_has_a_line_of_its_own() -> None:
    own = Throughput("verified", 1, 2, 0.5, 0.3, 0.2)
    shown = text(cost_table.costs(Comparison((PIP, BASE), (own,)), 5, 7.2))
    assert "sums over 4 of 5 races, those in which all these arms ran" in shown
    assert "Verified has no race together with PIP and AR" in shown
    assert "1 race in 1.000 s: 3,600 documents an hour, 1.00 for 1,000 pages" in shown
    alone = text(cost_table.costs(Comparison((), (own,)), 1, None))
    assert "Verified has no race together with AR" in alone


def test_a_race_has_a_line_for_each_arm_under_what_was_raced() -> None:
    shown = race_tables.races(races(2))
    assert shown.count("<tr") == 1 + 2 * (1 + 4)
    assert "receipt.jpg" in text(shown)
    assert text(shown).count("reference") == 2


def test_only_the_newest_races_are_listed_and_the_table_says_so() -> None:
    shown = race_tables.races(races(race_tables.SHOWN + 5))
    assert text(shown).count("receipt.jpg") == race_tables.SHOWN
    assert f"the newest {race_tables.SHOWN} of {race_tables.SHOWN + 5}" in text(shown)


def test_costs_follow_the_formula_on_the_screen() -> None:
    shown = text(cost_table.costs(DONE, 4, 7.2))
    assert "3,600 \N{MULTIPLICATION SIGN} 4 \N{DIVISION SIGN} 4.000 s = 3,600 documents" in shown
    seconds_a_page = 4.0 / 8
    assert cost_table.money(7.2 / 3600 * seconds_a_page * 1000) in shown
    assert cost_table.money(7.2 / 3600 * (12.0 / 8) * 1000) in shown
    assert "OCR + prefill + decode" in shown


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


def test_where_the_baseline_wins_is_told_for_each_arm() -> None:
    shown = text(sweep_tables.losses(sweep(), "decode"))
    assert "PIP: AR wins in decoding at none of 8 measured points" in shown
    assert (
        "Verified: AR wins in decoding at 4 of 4 measured points: 1 key, 1 token a value" in shown
    )


def test_a_point_that_was_not_asked_for_is_called_the_nearest() -> None:
    point = sweep().nearest(4, 8, 1)
    there = sweep_tables.point(point, {"keys": 4, "length": 8, "documents": 1}, "")
    near = sweep_tables.point(point, {"keys": 5, "length": 8, "documents": 1}, "")
    assert "Measured point: 4 keys, 8 tokens a value, 1 document" in text(there)
    assert "Nearest measured point: 4 keys" in text(near)
    assert "values forced" in text(there)
    assert "4 of 4 exact" in text(there)


def test_a_sweep_says_where_it_was_measured_and_what_was_forced() -> None:
    here, elsewhere = (text(sweep_tables.about(sweep(), own)) for own in (True, False))
    assert "Measured on this machine" in here
    assert "Measured on another machine" in elsewhere
    assert "2 cores" in elsewhere
    assert "made to write the printed values" in here


def test_without_a_sweep_the_command_is_told() -> None:
    shown = text(sweep_tables.no_sweep(Path("/data of mine")))
    assert "python -m kie_app bench --sweep '/data of mine/sweep.json'" in shown


def test_other_machines_are_counted_not_mixed() -> None:
    facts = (("machine", "2 cores"),)
    assert "3 races on other machines" in text(race_tables.about(facts, 2, 3))
    assert "other machines" not in text(race_tables.about(facts, 2, 0))


def test_a_download_carries_its_content() -> None:
    files = {"json": ("application/json", b"{}"), "png": ("image/png", b"picture")}
    html = race_tables.card_downloads("race", files, ATTACK)
    links = re.findall(r'download="([^"]+)" href="data:([^;]+);base64,([^"]+)"', html)
    assert [(name, kind, base64.b64decode(data)) for name, kind, data in links] == [
        ("race.json", "application/json", b"{}"),
        ("race.png", "image/png", b"picture"),
    ]
    assert {"onerror", "onload"}.isdisjoint(Markup(html).attributes)


def test_text_of_documents_and_facts_stays_text() -> None:
    hostile = [
        replace(race, name=ATTACK, keys=(ATTACK,), runs=(replace(race.runs[0], decoder=ATTACK),))
        for race in races(1)
    ]
    facts = ((ATTACK, ATTACK),)
    for html in (
        race_tables.races(hostile),
        race_tables.about(facts, 1, 1),
        race_tables.spreads(speed_up_spreads(hostile, "decode"), "decode"),
        cost_table.costs(compare(hostile), 1, 1.0),
        sweep_tables.about(replace(sweep(), facts=dict(facts)), True),
    ):
        assert harmless(html)
        assert ATTACK in text(html)
    assert harmless(sweep_tables.no_sweep(Path(f"/{ATTACK}")))
