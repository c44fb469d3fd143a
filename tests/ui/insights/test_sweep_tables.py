"""A point is called what it is, and where AR wins stands in words."""

from __future__ import annotations

from pathlib import Path

from kie_app.ui.insights import sweep_tables
from tests.ui.hostile import Markup
from tests.ui.insights.test_charts import sweep


def text(html: str) -> str:
    return Markup(html).text


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
