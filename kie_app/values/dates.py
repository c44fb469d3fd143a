"""Dates as printed: day first or month first, months by name in several languages, no times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from babel import Locale

from kie_app.values.characters import folded, legible
from kie_app.values.value import Normalised

DAY_OR_MONTH = "day and month may be swapped"
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ms", "id")

_LONGEST = 64  # characters; keeps the search for a time of day short on any text
_TIME = re.compile(
    r"[ t@,]*(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
    r"(?: ?[ap](?:\.?m)?\.?(?![a-z]))?(?: ?(?:z|utc|gmt|[+-]\d\d:?\d\d)(?![a-z]))?"
)
_WORD = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})")
_YEAR = re.compile(r"[1-9]\d{3}|\d\d")
_FILLERS = "of the day st nd rd th de del er den le tues thur thurs"


def read_date(text: str, day_first: bool | None) -> Normalised | None:
    """The date that a text is; `day_first` as for `normalised`."""
    by_day, by_month = _readings(text) or (None, None)
    if by_day and by_month and by_day != by_month:
        doubt = DAY_OR_MONTH if day_first is None else ""
        return Normalised(by_month if day_first is False else by_day, doubt=doubt)
    sure = by_day or by_month
    return Normalised(sure) if sure else None


def proven_order(dates: Iterable[str]) -> bool | None:
    """Whether the dates of one document are written day first, as those prove that can be read in
    one way only (`25/12/2018`); None where none does, or where they contradict each other."""
    read = [both for text in dates if (both := _readings(text))]
    proofs = {bool(day) for day, month in read if bool(day) != bool(month)}
    return proofs.pop() if len(proofs) == 1 else None


def _readings(text: str) -> tuple[date | None, date | None] | None:
    """A date read day first and month first, each None where that is no date."""
    if len(text) > _LONGEST:
        return None
    bare = _TIME.sub(" ", folded(legible(text)), count=1)
    bare = _WORD.sub(lambda word: "" if word[0] in _skipped() else word[0], bare)
    bare = re.sub(r" ?([-/.]) ?", r"\1", " ".join(bare.split())).strip(" .,;:()[]")
    if _WORD.search(bare):
        named = _named(bare)
        return named, named
    if re.fullmatch(r"\d{8}", bare):
        return _compact(bare)
    if parts := _PARTS.fullmatch(bare):
        first, mark, second, third = parts.groups()
        years_open = mark == " " and len(first) < 4 and len(third) < 4  # three loose numbers
        return None if years_open else _numeric(first, second, third)
    return None


def _named(text: str) -> date | None:
    """`5 march 2018`, `march 5, 2018`, `2018 march 5`, `05mar18`."""
    words, numbers = _WORD.findall(text), re.findall(r"\d+", text)
    month = _months().get(words[0]) if len(words) == 1 else None
    if month is None or len(numbers) != 2 or not re.fullmatch(r"[\w ,./'()-]*", text):
        return None
    year, day = numbers if len(numbers[0]) == 4 else reversed(numbers)
    return _day(year, month, day)


def _compact(text: str) -> tuple[date | None, date | None] | None:
    """Eight digits, the year at the start or the end: never both, since no month is 19 or 20."""
    if text[:2] in ("19", "20") and (iso := _day(text[:4], text[4:6], text[6:])):
        return iso, iso
    return _numeric(text[:2], text[2:4], text[4:]) if text[4:6] in ("19", "20") else None


def _numeric(first: str, second: str, third: str) -> tuple[date | None, date | None]:
    if len(first) == 4 or int(first) > 31:
        iso = _day(first, second, third)
        return iso, iso
    return _day(third, second, first), _day(third, first, second)


def _day(year: str, month: str | int, day: str) -> date | None:
    """A date; None where there is no such day, or the year has neither two digits nor four."""
    if not _YEAR.fullmatch(year) or len(day) > 2:
        return None
    century = 0 if len(year) == 4 else 2000 if int(year) < 50 else 1900
    try:
        return date(century + int(year), int(month), int(day))
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Names and abbreviations of months, folded; in `LANGUAGES` none stands for two of them."""
    formats = [Locale(language).months["format"] for language in LANGUAGES]
    names = [item for one in formats for w in ("wide", "abbreviated") for item in one[w].items()]
    return {folded(name).rstrip("."): month for month, name in names}


@cache
def _skipped() -> frozenset[str]:
    """Words of a date that say nothing new: weekdays (abbreviated in English alone) and fillers."""
    days = [name for one in LANGUAGES for name in Locale(one).days["format"]["wide"].values()]
    short = list(Locale("en").days["format"]["abbreviated"].values())
    return frozenset(_WORD.findall(folded(" ".join([*days, *short, _FILLERS]))))
