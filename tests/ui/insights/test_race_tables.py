"""Accuracy stands beside speed, and races of other machines are counted, not mixed."""

from __future__ import annotations

import base64
import re

from kie_app.race.spread import ENOUGH, speed_up_spreads
from kie_app.ui.insights import race_tables, tables
from tests.ui.hostile import ATTACK, Markup
from tests.ui.insights.test_charts import races


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


def test_a_race_has_a_line_for_each_arm_under_what_was_raced() -> None:
    shown = race_tables.races(races(2))
    assert shown.count("<tr") == 1 + 2 * (1 + 4)
    assert "receipt.jpg" in text(shown)
    assert text(shown).count("reference") == 2


def test_only_the_newest_races_are_listed_and_the_table_says_so() -> None:
    shown = race_tables.races(races(race_tables.SHOWN + 5))
    assert text(shown).count("receipt.jpg") == race_tables.SHOWN
    assert f"the newest {race_tables.SHOWN} of {race_tables.SHOWN + 5}" in text(shown)


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
