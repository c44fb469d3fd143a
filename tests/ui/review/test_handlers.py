"""What a person says of a field is saved once, with its place, and overwrites nothing unseen."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import gradio as gr
import pytest
from PIL import Image
from starlette.requests import Request

from kie_app.access.users import User
from kie_app.config import Settings
from kie_app.library.corrections import LONGEST
from kie_app.library.library import Library
from kie_app.library.standing import Record
from kie_app.types import Key, Schema
from kie_app.ui.review.handlers import ReviewHandlers, refused, server_functions
from tests.conftest import save_backbone
from tests.ui.kept import RECEIPT, Guess, bare_library, keep, predict
from tests.ui.race.test_handlers import asked_by

ADDRESS = ("NO. 27, JALAN CEMPAKA 4/3,", "TAMAN SERI PELITA,", "43000 KAJANG, SELANGOR.")


@pytest.fixture
def handlers(library: Library) -> ReviewHandlers:
    return ReviewHandlers(library)


@pytest.fixture
def receipt(library: Library) -> str:
    return keep(library.store, "ada")


Say = Callable[..., dict[str, Any]]


@pytest.fixture
def say(handlers: ReviewHandlers, library: Library, receipt: str) -> Say:
    """Say something of the receipt, having seen it as it stands unless `seen` is given."""

    def said(key: str, how: str, text: str = "", **other: Any) -> dict[str, Any]:
        sent = {"document": receipt, "key": key, "how": how, "text": text, "lines": []}
        sent |= {"token": uuid4().hex, "seen": mark(library, receipt, key)}
        return handlers.correct("ada", sent | other)

    return said


def record(library: Library, document: str) -> Record:
    return library.one("ada", document)


def field(library: Library, document: str, key: str) -> Any:
    return record(library, document).field(key)


def mark(library: Library, document: str, key: str) -> str:
    """How the field stands, as the board marks it."""
    parts = ReviewHandlers(library).open("ada", {"document": document})["parts"]
    field = parts["fields"].partition(f'data-key="{key}"')[2]
    return str(field.partition('data-seen="')[2].partition('"')[0])


def corrections(library: Library, document: str) -> list[tuple[str, str | None]]:
    written = library.store.answers.corrections_of("ada", document)
    return [(one.state, one.value) for one in written]


@pytest.mark.parametrize(
    ("how", "text", "stands"),
    [
        ("confirm", "75.75", ("confirmed", "75.75")),
        ("confirm", " 75.75 ", ("confirmed", "75.75")),
        ("confirm", "80.00", ("corrected", "80.00")),
        ("confirm", "80\n 00", ("corrected", "80 00")),
        ("confirm", "", ("absent", None)),
        ("absent", "75.75", ("absent", None)),
        ("illegible", "75.75", ("illegible", None)),
    ],
)
def test_a_text_confirms_or_corrects_and_none_is_absent(
    library: Library, receipt: str, say: Say, how: str, text: str, stands: tuple[str, str | None]
) -> None:
    assert "changed" not in say("total", how, text)
    assert corrections(library, receipt) == [stands]


def test_an_absence_that_was_predicted_is_confirmed(
    library: Library, receipt: str, say: Say
) -> None:
    say("tip", "confirm", "")
    assert corrections(library, receipt) == [("confirmed", None)]


def test_a_value_stands_where_the_model_saw_it(library: Library, receipt: str, say: Say) -> None:
    before = field(library, receipt, "total")
    say("total", "confirm", "75.75")
    assert field(library, receipt, "total").sources == before.sources
    reading = field(library, receipt, "company").readings[1]
    say("company", "confirm", reading.value)
    assert field(library, receipt, "company").sources == reading.sources != ()


def test_a_typed_value_is_found_on_the_page_or_has_no_place(
    library: Library, receipt: str, say: Say
) -> None:
    say("address", "confirm", " ".join(ADDRESS))
    assert len(field(library, receipt, "address").sources) == 3
    say("company", "confirm", "nothing like it on this page")
    assert field(library, receipt, "company").sources == ()


def test_the_same_value_on_another_line_is_another_place(
    library: Library, receipt: str, say: Say
) -> None:
    say("total", "confirm", "75.75")
    lines = library.open("ada", receipt).lines
    say("total", "confirm", "75.75", lines=[0])
    (place,) = field(library, receipt, "total").sources
    assert place.box == pytest.approx(lines[0].box, abs=0.001)
    say("total", "confirm", "75.75", lines=[0])
    assert corrections(library, receipt) == [("confirmed", "75.75")] * 2


def test_lines_are_the_place_of_what_was_taken_from_them(
    library: Library, receipt: str, say: Say
) -> None:
    lines = library.open("ada", receipt).lines
    taken = [number for number, line in enumerate(lines) if line.text in ADDRESS]
    say("address", "confirm", " ".join(ADDRESS), lines=taken)
    places = field(library, receipt, "address").sources
    for place, number in zip(places, taken, strict=True):
        assert place.box == pytest.approx(lines[number].box, abs=0.001)
    line = lines[taken[0]]
    say("company", "confirm", "JALAN CEMPAKA", lines=taken[:1])
    (part,) = field(library, receipt, "company").sources
    assert line.box.x0 < part.box.x0 < part.box.x1 < line.box.x1
    say("company", "confirm", "quite something else", lines=[*taken[:1], 10_000])
    (whole,) = field(library, receipt, "company").sources
    assert whole.box == line.box


def test_the_same_token_saves_once(library: Library, receipt: str, say: Say) -> None:
    seen = mark(library, receipt, "total")
    for _ in range(3):
        answer = say("total", "confirm", "80.00", token="click", seen=seen)
        assert "changed" not in answer
    for _ in range(3):
        say("total", "undo", token="second click")
    assert corrections(library, receipt) == [("corrected", "80.00"), ("predicted", "75.75")]


def test_what_was_said_elsewhere_is_shown_and_not_overwritten(
    library: Library, receipt: str, say: Say
) -> None:
    old = mark(library, receipt, "total")
    say("total", "confirm", "80.00")
    answer = say("total", "confirm", "90.00", seen=old)
    assert answer["changed"]
    assert 'data-value="80.00"' in answer["parts"]["fields"]
    assert corrections(library, receipt) == [("corrected", "80.00")]
    assert "changed" not in say("total", "confirm", "90.00")
    assert corrections(library, receipt)[-1] == ("corrected", "90.00")


def test_what_stands_already_is_not_said_again(library: Library, receipt: str, say: Say) -> None:
    old = mark(library, receipt, "total")
    say("total", "confirm", "80.00")
    assert "changed" not in say("total", "confirm", "80.00", seen=old)
    assert corrections(library, receipt) == [("corrected", "80.00")]


def test_an_undo_takes_back_nothing_that_was_not_seen(
    library: Library, receipt: str, say: Say
) -> None:
    say("total", "confirm", "80.00")
    stale = mark(library, receipt, "total")
    say("total", "confirm", "90.00")
    answer = say("total", "undo", seen=stale)
    assert answer["changed"]
    assert 'data-value="90.00"' in answer["parts"]["fields"]
    assert corrections(library, receipt) == [("corrected", "80.00"), ("corrected", "90.00")]
    assert "changed" not in say("total", "undo")
    assert corrections(library, receipt)[-1] == ("corrected", "80.00")


@pytest.mark.parametrize("how", ["confirm", "undo"])
def test_a_correction_that_is_sent_again_says_nothing_over_what_came_after_it(
    library: Library, receipt: str, say: Say, how: str
) -> None:
    say("total", "confirm", "80.00")
    seen = mark(library, receipt, "total")
    say("total", how, "85.00", token="click", seen=seen)
    stands = corrections(library, receipt)
    assert "changed" not in say("total", how, "85.00", token="click", seen=seen)
    say("total", "confirm", "90.00")
    answer = say("total", how, "85.00", token="click", seen=seen)
    assert answer["changed"], "its author has not seen the newest"
    assert 'data-value="90.00"' in answer["parts"]["fields"]
    assert corrections(library, receipt) == [*stands, ("corrected", "90.00")]


def overtaken(settings: Settings, meanwhile: Callable[[], object]) -> Library:
    """The library of another server, before whose first writing, and after all looking, something
    else happens."""
    library, left = bare_library(settings), [meanwhile]
    answers = library.store.answers

    def late(write: Callable[..., Any]) -> Callable[..., Any]:
        def writing(*args: Any, **named: Any) -> Any:
            if left:
                left.pop()()
            return write(*args, **named)

        return writing

    answers.save_correction = late(answers.save_correction)  # type: ignore[method-assign]
    answers.undo = late(answers.undo)  # type: ignore[method-assign]
    return library


@pytest.mark.parametrize("how", ["confirm", "undo"])
def test_two_servers_on_one_store_overwrite_nothing_that_was_not_seen(
    library: Library, settings: Settings, receipt: str, say: Say, how: str
) -> None:
    say("total", "confirm", "80.00")
    sent = {"document": receipt, "key": "total", "how": how, "text": "85.00", "token": "slow"}
    sent["seen"] = mark(library, receipt, "total")
    other = overtaken(settings, lambda: say("total", "confirm", "90.00"))
    assert ReviewHandlers(other).correct("ada", sent)["changed"]
    assert corrections(library, receipt) == [("corrected", "80.00"), ("corrected", "90.00")]
    other.store.close()


def test_two_servers_that_save_the_same_at_once_save_it_once(
    library: Library, settings: Settings, receipt: str, say: Say
) -> None:
    sent = {"document": receipt, "key": "total", "how": "confirm", "text": "80.00", "token": "slow"}
    sent["seen"] = mark(library, receipt, "total")
    other = overtaken(settings, lambda: say("total", "confirm", "80.00"))
    assert "changed" not in ReviewHandlers(other).correct("ada", sent)
    assert corrections(library, receipt) == [("corrected", "80.00")]
    other.store.close()


def test_a_correction_names_the_prediction_that_its_page_showed(
    library: Library, receipt: str, say: Say
) -> None:
    seen = field(library, receipt, "total").prediction
    predict(library.store, "ada", receipt, library.open("ada", receipt), RECEIPT)
    say("total", "confirm", "80.00", prediction=seen)
    say("date", "absent")
    written = library.store.answers.corrections_of("ada", receipt)
    assert [one.prediction for one in written] == [seen, seen + 1]


def test_undo_takes_the_last_correction_back_and_then_the_one_before(
    library: Library, receipt: str, say: Say
) -> None:
    say("total", "confirm", "75.75")
    say("total", "absent")
    say("total", "undo")
    assert field(library, receipt, "total").state == "confirmed"
    say("total", "undo")
    say("total", "undo")
    stands = field(library, receipt, "total")
    assert (stands.state, stands.value) == ("predicted", "75.75")
    assert len(corrections(library, receipt)) == 4


def test_the_board_opens_the_named_document_else_the_first_of_the_queue(
    library: Library, handlers: ReviewHandlers, receipt: str
) -> None:
    sure = keep(library.store, "ada", (Guess("total", "29.35", 0.99),), "cafe_receipt")
    assert handlers.open("ada", {})["parts"]["document"] == receipt
    assert handlers.open("ada", {"order": "newest"})["parts"]["document"] == sure
    assert handlers.open("ada", {"order": "nonsense"})["parts"]["document"] == receipt
    named = handlers.open("ada", {"document": sure, "order": "failed rule"})["parts"]
    assert (named["document"], named["order"]) == (sure, "failed rule")
    assert handlers.open("bob", {})["parts"]["document"] == ""
    queued = handlers.queue("ada", {"document": sure})["parts"]["queue"]
    assert queued.index(receipt) < queued.index(sure)
    assert queued.count('aria-current="true"') == 1


def bare(name: str) -> Any:
    """The HTTP request itself, as Gradio hands it to a server function."""
    return Request({"type": "http", "headers": [], "user": User(name)})


def test_the_browser_acts_for_the_visitor_of_its_request(
    library: Library, handlers: ReviewHandlers, receipt: str
) -> None:
    functions = {one.__name__: one for one in server_functions(handlers)}
    assert functions["review_open"]({}, bare("ada"))["parts"]["document"] == receipt
    assert receipt in functions["review_queue"]({}, bare("ada"))["parts"]["queue"]
    sent = {"document": receipt, "key": "total", "how": "absent", "token": "t"}
    sent["seen"] = mark(library, receipt, "total")
    assert "no document" in functions["review_correct"](sent, bare("bob"))["error"].lower()
    assert "parts" in functions["review_correct"](sent, bare("ada"))
    (written,) = library.store.answers.corrections_of("ada", receipt)
    assert written.author == "ada"
    nobody = Request({"type": "http", "headers": []})
    assert "logged in" in functions["review_open"]({}, nobody)["error"]


@pytest.mark.parametrize(
    "change",
    [
        {"how": "delete"},
        {"how": ["undo"]},
        {"lines": [-1]},
        {"lines": [None]},
        {"prediction": True},
        {"token": ""},
        {"token": "t" * 101},
        {"lines": "all"},
        {"lines": ["0"]},
        {"prediction": "1"},
        {"prediction": 2**63},
        {"text": "x" * (LONGEST + 1)},
        {"key": "nothing"},
        {"document": "nothing"},
    ],
)
def test_what_cannot_be_saved_is_one_line(
    library: Library, handlers: ReviewHandlers, receipt: str, change: dict[str, Any]
) -> None:
    review_correct = server_functions(handlers)[2]
    sent = {"document": receipt, "key": "total", "how": "confirm", "text": "1", "token": "t"}
    error = review_correct(sent | change, bare("ada"))["error"]
    assert "\n" not in error
    assert len(error) < 200
    assert corrections(library, receipt) == []
    assert "error" in review_correct(None, bare("ada"))


def test_another_tab_opens_a_document_here(
    handlers: ReviewHandlers, library: Library, receipt: str
) -> None:
    tabs, parts = handlers.open_document(receipt, asked_by("ada"))
    assert tabs.selected == "review"
    assert parts["document"] == receipt
    with pytest.raises(gr.Error, match="&lt;b&gt;"):
        refused(SimpleNamespace(message="<b>"))


def test_a_document_that_a_model_filled_is_reviewed(tmp_path: Path) -> None:
    save_backbone(tmp_path)
    library = bare_library(
        Settings(backbone=str(tmp_path), models_dir=tmp_path, dtype="float32", data_dir=tmp_path)
    )
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    handlers = ReviewHandlers(library)
    kept = library.add("ada", "blank.png", out.getvalue())
    schema = Schema("s", (Key("total", kind="amount"), Key("date", kind="date")))
    filled = library.fill("ada", kept.id, schema)
    for number, key in enumerate(("total", "date")):
        seen = mark(library, kept.id, key)
        sent = {"document": kept.id, "key": key, "how": "absent", "token": str(number)}
        handlers.correct("ada", {**sent, "seen": seen})
    assert len(filled.fields) == 2
    assert library.one("ada", kept.id).done
    assert "1 of 1 document done" in handlers.open("ada", {})["parts"]["progress"]
