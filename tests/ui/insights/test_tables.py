"""Text of documents and people stays text in every table of the tab."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kie_app.race.spread import speed_up_spreads
from kie_app.race.throughput import compare
from kie_app.ui.insights import cost_table, race_tables, sweep_tables
from tests.ui.hostile import ATTACK, Markup, harmless
from tests.ui.insights.test_charts import races, sweep


def text(html: str) -> str:
    return Markup(html).text


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
