"""A race whose every text is an attack, and a parser that finds whatever became markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from kie_app.types import Box, Candidate, Document, Event, Extraction, Key, Line, Page, Schema
from tests.ui import recorded

ATTACK = "<img src=x onerror=\"alert('1')\">${alert(1)}{{alert}}`</script><script>alert(2)</script>"
ALLOWED_TAGS = frozenset(
    (
        *("a", "article", "aside", "b", "button", "caption", "code", "div", "dd", "details", "dl"),
        *("dt", "em", "footer", "form", "h3", "header", "i", "img", "input", "label", "li", "nav"),
        *(
            "ol",
            "option",
            "p",
            "section",
            "select",
            "small",
            "span",
            "summary",
            "table",
            "tbody",
            "td",
            "th",
        ),
        *("thead", "tr", "ul", "h2"),
    )
)


def document() -> Document:
    lines = (Line(ATTACK, Box(0.1, 0.1, 0.9, 0.2)),)
    return Document("0" * 64, f"{ATTACK}.png", (Page(0, 100, 200),), lines, "ocr", 0.1)


def extractions() -> tuple[Extraction, ...]:
    """The recorded extractions with every text replaced."""
    return tuple(_poisoned(one) for one in recorded.extractions())


def _poisoned(one: Extraction) -> Extraction:
    fields = tuple(
        replace(
            field,
            key=Key(ATTACK, ATTACK, "address"),
            value=ATTACK,
            origin=ATTACK,
            slots=tuple(
                replace(slot, text=ATTACK, top=(Candidate(ATTACK, 0.5),)) for slot in field.slots
            ),
        )
        for field in one.fields
    )
    events = tuple(Event(one.at, one.key, one.position, ATTACK) for one in one.events)
    schema = Schema(ATTACK, tuple(field.key for field in fields))
    return replace(one, fields=fields, schema=schema, events=events, model=ATTACK)


class Markup(HTMLParser):
    """Collects the tags and attributes of some HTML, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.images: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "img":
            self.images |= {value or "" for name, value in attrs if name == "src"}

    def handle_data(self, data: str) -> None:
        self.text += data


def harmless(html: str) -> bool:
    """Whether only the page's own markup is in it."""
    markup = Markup(html)
    scripted = [name for name in markup.attributes if name.startswith("on")]
    foreign = [source for source in markup.images if not source.startswith("documents/")]
    return markup.tags <= ALLOWED_TAGS and not scripted and not foreign
