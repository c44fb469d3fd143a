"""What a person's answer to a field means: one meaning for the page, the API and other tools.

A sent correction wants a state, or leaves it to its value: the predicted value again confirms, no
value says absent, any other corrects. Values are compared and kept without line breaks and double
blanks. What cannot be saved is a StoreError of one line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

from kie_app.documents import locate
from kie_app.errors import Overtaken, StoreError
from kie_app.library.standing import StandingField
from kie_app.store import CorrectionState
from kie_app.types import Document, Source

LONGEST = 10_000  # characters of a value
TOKEN_CHARS = 100
SHOWN = 40  # characters of a wrong value that a message repeats
LARGEST = 2**63 - 1  # id of a row

STATES: tuple[CorrectionState, ...] = get_args(CorrectionState)


@dataclass(frozen=True)
class Edit:
    """What comes with everything that is said of a field: its key, who says so (`author`), and a
    name of this saying alone (`token`), by which it changes nothing more when it is sent again.

    What the author saw, and so may overwrite, is the field's `correction` (`after`) or its `mark`
    (`seen`). Without both, whatever was said before is taken over.
    """

    key: str
    token: str
    author: str
    after: int | None = None
    seen: str | None = None

    def __post_init__(self) -> None:
        """StoreError for what cannot be used; types too, since JSON may hold any."""
        _check_text("key", self.key)
        _check_text("token", self.token)
        if not 0 < len(self.token) <= TOKEN_CHARS:
            raise StoreError(
                f"The token has {len(self.token)} characters, the limits are 1 and {TOKEN_CHARS}: "
                "give each correction one of its own, such as a UUID."
            )
        if self.after is not None:
            _check_number("after", self.after, "the field's correction as it is listed")

    @property
    def looked(self) -> bool:
        """Whether the author said what they saw."""
        return self.after is not None or self.seen is not None


@dataclass(frozen=True)
class SentCorrection(Edit):
    """What a person says of a field: its `value`, with the document's `lines` (indices) that it was
    taken from, and the `state` that they want; None leaves that to the value. `prediction` is the
    id of the one that they saw, by default that which stands."""

    value: str | None = None
    state: str | None = None
    lines: tuple[int, ...] = ()
    prediction: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.state is not None and self.state not in STATES:
            raise StoreError(
                f"There is no state {_shown(self.state)} to say: use one of {', '.join(STATES)}."
            )
        if self.value is not None:
            _check_text("value", self.value)
        length = len(flat(self.value))
        if length > LONGEST:
            raise StoreError(
                f"The value has {length} characters, the limit is {LONGEST}: shorten it."
            )
        for number in self.lines:
            _check_number("a line", number, "its place on the document, counted from 0")
        if self.prediction is not None:
            _check_number("prediction", self.prediction, "the id of one of the document's")


@dataclass(frozen=True)
class Meaning:
    """What a sent correction makes of a field."""

    state: CorrectionState
    value: str | None
    sources: tuple[Source, ...]


def meaning(field: StandingField, sent: SentCorrection, read: Callable[[], Document]) -> Meaning:
    """What is to be saved of `field` as it stands. `read` gives the document's text, where that is
    needed to find the value. StoreError when the wanted state and the value do not go together."""
    state, value = _decided(field, sent)
    return Meaning(state, value, _places(field, sent, value, read) if value else ())


def stands_already(field: StandingField, made: Meaning, sent: SentCorrection) -> bool:
    """Whether the field says this already; another place counts where it was named by lines."""
    same = field.verified and (field.state, field.value) == (made.state, made.value)
    return same and (not sent.lines or field.sources == made.sources)


def check_seen(field: StandingField, edit: Edit) -> None:
    """Overtaken when the field is not as the author saw it."""
    unseen = edit.seen is not None and edit.seen != mark(field)
    if unseen or edit.after not in (None, field.correction):
        raise Overtaken(edit.key)


def mark(field: StandingField) -> str:
    """How a field stands, as a short text to compare by."""
    stands = json.dumps([field.state, field.value])
    return hashlib.sha256(stands.encode()).hexdigest()[:16]


def flat(value: str | None) -> str:
    """The value without line breaks and double blanks; "" for none."""
    return " ".join((value or "").split())


def _decided(field: StandingField, sent: SentCorrection) -> tuple[CorrectionState, str | None]:
    """The state and the value that go together."""
    value, predicted = flat(sent.value), flat(field.predicted)
    by_value = "corrected" if value else "absent"
    state = sent.state or ("confirmed" if value == predicted else by_value)
    if state == "confirmed" and value == predicted:
        return "confirmed", field.predicted
    if state == "corrected" and value and value != predicted:
        return "corrected", value
    if state == "absent" and not value:
        return "absent", None
    if state == "illegible" and not value:
        return "illegible", None
    raise StoreError(
        f"The value {value[:SHOWN]!r} does not go with {state}: confirmed takes the predicted one, "
        f"{predicted[:SHOWN]!r}, corrected another, absent and illegible none."
    )


def _places(
    field: StandingField, sent: SentCorrection, value: str, read: Callable[[], Document]
) -> tuple[Source, ...]:
    """Where the value stands: on the lines that it was taken from, where the model saw it, or where
    the document has its text."""
    known = {reading.value: reading.sources for reading in field.readings}
    if not sent.lines and value in known:
        return known[value]
    document = read()
    numbers = [number for number in sent.lines if number < len(document.lines)]
    taken = tuple(document.lines[number] for number in numbers)
    if not taken:
        return locate(value, document)
    # All of these lines where the value is not like their text any more.
    within = locate(value, replace(document, lines=taken))
    return within or tuple(Source(line.page, line.box) for line in taken)


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise StoreError(f"{name} is {_shown(value)}: give it as text.")


def _check_number(name: str, value: Any, remedy: str) -> None:
    """An id of a row or an index."""
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise StoreError(f"{name} is {_shown(value)}: give {remedy}.")


def _shown(value: Any) -> str:
    return repr(str(value)[:SHOWN])
