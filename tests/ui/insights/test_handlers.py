"""The Insights tab answers the visitor of each event, with their own races alone."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from kie_app.config import Settings
from kie_app.evaluation import break_even
from kie_app.store import Store
from kie_app.ui.insights import tab as insights
from kie_app.ui.insights.handlers import InsightsHandlers, InsightsView, Seen
from tests.ui import recorded
from tests.ui.hostile import ATTACK, Markup, harmless
from tests.ui.insights.test_charts import sweep
from tests.ui.race.test_handlers import asked_by

FACTS = {"machine": "2 cores", "dtype": "bfloat16", "threads": "2"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, models_dir=tmp_path / "models")


@pytest.fixture
def store(settings: Settings) -> Store:
    store = Store.of(settings)
    done = recorded.extractions()
    for owner, name, facts in (
        ("ada", "old.png", {**FACTS, "dtype": "float32"}),
        ("ada", "receipt.png", FACTS),
        ("bob", "secret.png", FACTS),
    ):
        kept = store.documents.add(owner, name, name.encode())
        store.documents.save_content(owner, kept.id, recorded.document())
        store.races.save(owner, kept.id, done[0].schema, done, facts)
    return store


@pytest.fixture
def handlers(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> InsightsHandlers:
    """Those of the tab as it is laid out."""
    bound: list[InsightsHandlers] = []
    monkeypatch.setattr(insights, "_bind", lambda tab, view, handlers: bound.append(handlers))
    with gr.Blocks(), gr.Tab("Insights") as tab:
        insights.build_insights(tab, settings, store)
    return bound[0]


def read(handlers: InsightsHandlers, name: str = "ada", facts: str | None = None) -> Any:
    return handlers.read(facts, "decode", None, asked_by(name))


def setting(update: Any, name: str) -> Any:
    """What an update sets, in an event or out of one."""
    return getattr(update, name) if hasattr(update, name) else update[name]


def choices(update: Any) -> list[tuple[str, str]]:
    return list(setting(update, "choices"))


def text(html: str) -> str:
    return Markup(html).text


def test_a_visitor_sees_their_own_races_alone(handlers: InsightsHandlers) -> None:
    view = handlers.view
    found = read(handlers)
    assert "receipt.png" in text(found[view.races])
    assert "secret.png" not in text(found[view.races])
    assert found[view.seen].owner == "ada"
    assert len(found[view.seen].races) == 2


def test_races_of_another_dtype_are_another_group(handlers: InsightsHandlers) -> None:
    view = handlers.view
    found = read(handlers)
    assert "old.png" not in text(found[view.races])
    assert "1 race on other machines or settings" in text(found[view.about])
    names = choices(found[view.facts])
    assert [name.split(":")[0] for name, _ in names] == ["1 race", "1 race"]
    other = read(handlers, facts=names[1][1])
    assert "old.png" in text(other[view.races])
    assert "receipt.png" not in text(other[view.races])


def test_without_races_the_tab_says_how_to_get_one(handlers: InsightsHandlers) -> None:
    view = handlers.view
    found = read(handlers, "eve")
    assert "Run one on the Race tab" in text(found[view.about])
    assert found[view.races] == found[view.spreads] == ""
    costs = handlers.reckon(found[view.seen], None, None, asked_by("eve"))
    assert "run a race" in text(costs)


def test_what_one_visitor_read_is_not_shown_to_another(handlers: InsightsHandlers) -> None:
    view = handlers.view
    seen = read(handlers)[view.seen]
    stolen = handlers.compare(seen, None, "decode", None, asked_by("bob"))
    assert stolen[view.races] == ""
    assert "run a race" in text(handlers.reckon(seen, None, 1.0, asked_by("bob")))


def test_a_price_is_reckoned_and_a_wrong_one_told(handlers: InsightsHandlers) -> None:
    seen = read(handlers)[handlers.view.seen]
    assert "cost of 1,000 pages" in text(handlers.reckon(seen, None, 2.0, asked_by("ada")))
    with pytest.raises(gr.Error, match="not below 0"):
        handlers.reckon(seen, None, -2.0, asked_by("ada"))


def card(handlers: InsightsHandlers, name: str, race: str, values: bool = False) -> Any:
    html = handlers.make_card(race, values, asked_by(name))
    data = html.split("data:application/json;base64,")[1].split('"')[0]
    return json.loads(base64.b64decode(data))


def test_a_card_is_private_until_values_are_ticked(handlers: InsightsHandlers) -> None:
    [(_, race)] = choices(read(handlers)[handlers.view.race])
    private, open_ = card(handlers, "ada", race), card(handlers, "ada", race, values=True)
    assert "values" not in private["arms"][0]
    assert "name" not in private["document"]
    assert open_["document"]["name"] == "receipt.png"
    assert open_["arms"][0]["values"]["total"] == "75.75"
    assert handlers.make_card(None, False, asked_by("ada")) == ""


def test_a_card_of_another_s_race_is_refused(handlers: InsightsHandlers) -> None:
    [(_, race)] = choices(read(handlers)[handlers.view.race])
    with pytest.raises(gr.Error, match="no race"):
        handlers.make_card(race, True, asked_by("bob"))


def test_a_race_that_was_chosen_stays_so_while_it_is_shown(handlers: InsightsHandlers) -> None:
    view = handlers.view
    found = read(handlers)
    [(_, race)] = choices(found[view.race])
    other = choices(found[view.facts])[1][1]
    kept = handlers.compare(found[view.seen], None, "total", race, asked_by("ada"))
    gone = handlers.compare(found[view.seen], other, "total", race, asked_by("ada"))
    assert kept[view.card] != ""
    assert gone[view.card] == ""


def test_without_a_sweep_the_explorer_is_hidden_and_the_command_told(
    handlers: InsightsHandlers,
) -> None:
    found = handlers.open_sweep(4, 12, 1, "decode", asked_by("ada"))
    assert "python -m kie_app bench --sweep" in text(found[handlers.view.origin])
    assert handlers.view.point not in found


def test_the_sliders_lead_to_measured_points(
    handlers: InsightsHandlers, settings: Settings
) -> None:
    file = settings.data_dir / "sweep.json"
    file.write_text(json.dumps(break_even.dump(sweep())), "utf-8")
    view = handlers.view
    found = handlers.open_sweep(16, 9, 1, "decode", asked_by("ada"))
    assert "Nearest measured point: 4 keys, 8 tokens a value, 1 document" in text(found[view.point])
    assert len([plot for plot in view.along if plot in found]) == 3
    stands = [setting(found[one], "value") for one in (view.keys, view.length, view.documents)]
    assert stands == [4, 8, 1]  # not beyond what was measured
    moved = handlers.explore(1, 1, 2, "total", asked_by("ada"))
    assert "Measured point: 1 key, 1 token a value, 2 documents" in text(moved[view.point])
    file.write_text("damaged", "utf-8")
    with pytest.raises(gr.Error, match="sweep"):
        handlers.explore(1, 1, 1, "decode", asked_by("ada"))


def test_whoever_is_not_known_gets_nothing(handlers: InsightsHandlers) -> None:
    stranger = asked_by("ada")
    stranger.username = "bob"
    seen = replace(Seen(), owner="ada")
    for call in (
        lambda: handlers.read(None, "decode", None, stranger),
        lambda: handlers.compare(seen, None, "decode", None, stranger),
        lambda: handlers.reckon(seen, None, 1.0, stranger),
        lambda: handlers.make_card("r", True, stranger),
        lambda: handlers.open_sweep(1, 1, 1, "decode", stranger),
        lambda: handlers.explore(1, 1, 1, "decode", stranger),
    ):
        with pytest.raises(gr.Error, match="Nobody is logged in"):
            call()


def test_every_component_that_an_event_answers_is_one_of_its_outputs(
    handlers: InsightsHandlers, settings: Settings
) -> None:
    view: InsightsView = handlers.view
    file = settings.data_dir / "sweep.json"
    file.write_text(json.dumps(break_even.dump(sweep())), "utf-8")
    assert set(read(handlers)) <= {view.seen, *view.figures}
    explored = handlers.open_sweep(1, 1, 1, "decode", asked_by("ada"))
    assert set(explored) <= set(view.explored)


def test_admins_alone_see_what_the_server_holds_and_everybodys_jobs(
    store: Store, handlers: InsightsHandlers
) -> None:
    assert handlers.oversee(asked_by("ada")) == ""
    root = asked_by("root", "admin")
    assert "No job was started yet" in Markup(handlers.oversee(root)).text
    store.jobs.add("ada", "fine-tune", total=70)
    store.jobs.add("bob", ATTACK)
    held = store.jobs.claim(["fine-tune"], 60)
    assert held is not None
    store.jobs.finish(held, f"stopped by {ATTACK}")
    shown = handlers.oversee(root)
    assert harmless(shown)
    words = Markup(shown).text
    for part in ("fine-tune", "ada", "failed", "0 of 70", "bob", "waiting", "0 of 0"):
        assert part in words
    assert store.counts().races == 3
    assert "race-card" not in shown
    assert handlers.oversee(asked_by("bob")) == ""
