"""A field's text as a value that can be computed with: dates, amounts, numbers, ids, clean text.

`normalised` is strict. It reads a text that is one value and nothing else, and says None to all
other text, since a wrong amount that looks right costs more than one that a person reads off the
page. What print leaves open is read by a fixed rule, and `doubt` says so:

- date: `05/03/2018` is read day first unless the caller knows better (`proven_order` finds what the
  other dates of a document prove). A two-digit year stands last unless the first number can be no
  day; it is of this century up to 49, of the last from 50 on (RFC 5322, section 4.3). Times and
  weekdays are dropped. Months are read by name in the languages of `LANGUAGES`.
- amount and number: of two different marks the last one is the decimal point. A single `,` or `.`
  before exactly three digits separates thousands (`1,234` and `1.234` are 1234), unless a zero
  stands before it or the currency has three decimals and the mark is a point. Blanks and
  apostrophes separate thousands only.
- sign: brackets, a leading or a trailing minus make an amount negative, and so does CR (a credit to
  the reader of an invoice or card statement); DR does not. Bank statements say it the other way.
- currency: a code or a sign that only one currency has; `$`, `kr`, `Rs` and the yen sign are shared
  by several, so the currency stays unknown.
- id: blanks and invisible characters go, dashes become one kind. Case, punctuation and leading
  zeros stay, since they may tell two ids apart.
- text and address: Unicode NFKC, every run of white space one blank.

Currency codes, their decimals and the names of months are those of Unicode CLDR (Babel).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import NamedTuple

from babel import Locale
from babel.numbers import get_currency_precision, list_currencies

DAY_OR_MONTH = "day and month may be swapped"
THOUSANDS = "thousands may be decimals"
CREDIT = "credit or debit depends on the account"

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ms", "id")

# What is printed for a currency beside its code, in upper case, and signs that several share.
_PRINTED = (
    "US$=USD $US=USD C$=CAD CA$=CAD A$=AUD NZ$=NZD HK$=HKD S$=SGD R$=BRL RM=MYR RP=IDR RMB=CNY "
    "SFR=CHF ZŁ=PLN KČ=CZK €=EUR £=GBP ₹=INR ₩=KRW ฿=THB ₫=VND ₱=PHP ₺=TRY ₪=ILS ₦=NGN ₴=UAH ₽=RUB"
)
SIGNS = dict(pair.split("=") for pair in _PRINTED.split())
SHARED_SIGNS = ("$", "¥", "KR", "RS")

_LONGEST_DATE = 64  # characters; keeps the search for a time of day short on any text
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc`", "'"))

_TIME = re.compile(
    r"[ t@,]*(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?"
    r"(?: ?[ap](?:\.?m)?\.?(?![a-z]))?(?: ?(?:z|utc|gmt|[+-]\d\d:?\d\d)(?![a-z]))?"
)
_WORD = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})")
_YEAR = re.compile(r"[1-9]\d{3}|\d\d")
_FILLERS = "of the day st nd rd th de del er den le tues thur thurs"

_NUMBER = re.compile(r"[.,]?\d(?:[\d.,' ]*\d)?")
_WHOLE = re.compile(r"(\d)[.,] ?-{1,2}(?!\d)")  # "12,-": a whole amount, not a negative one
_PLAIN = re.compile(r"(?P<whole>\d{1,3}|[1-9]\d*)?(?:[.,](?P<part>\d+))?")
_GROUPED = re.compile(
    r"(?P<whole>\d{1,3}(?P<mark>[.,' ])\d{3}(?:(?P=mark)\d{3})*)(?:(?!(?P=mark))[.,](?P<part>\d+))?"
)
_LAKHS = re.compile(r"(?P<whole>\d{1,2}(?:,\d\d)+,\d{3})(?:\.(?P<part>\d+))?")


@dataclass(frozen=True)
class Normalised:
    """A value that was read from text. `currency` is an ISO 4217 code, None where unknown or not
    an amount; `doubt` says what a rule decided that print leaves open, "" where nothing was."""

    value: str | date | Decimal
    currency: str | None = None
    doubt: str = ""

    @property
    def text(self) -> str:
        """The one normal form; reading it again gives the same value, and no doubt."""
        return f"{plain(self.value)} {self.currency}" if self.currency else plain(self.value)


def plain(value: str | date | Decimal) -> str:
    """A value as text without loss: dates in ISO 8601, numbers with a dot and no exponent."""
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def normalised(text: str, kind: str, day_first: bool | None = None) -> Normalised | None:
    """A field's text read as a value of its key's kind, by the rules above; it never raises.

    None where the text cannot be read as that kind. `day_first` says how the document writes dates
    of numbers alone, None where that is not known.
    """
    if kind == "date":
        return _date(text, day_first)
    reader = _READERS.get(kind)
    return reader(text) if reader else None


def proven_order(dates: Iterable[str]) -> bool | None:
    """Whether the dates of one document are written day first, as those prove that can be read in
    one way only (`25/12/2018`); None where none does, or where they contradict each other."""
    read = [both for text in dates if (both := _readings(text))]
    proofs = {bool(day) for day, month in read if bool(day) != bool(month)}
    return proofs.pop() if len(proofs) == 1 else None


def _clean(text: str) -> str:
    """NFKC, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _text(text: str) -> Normalised | None:
    return Normalised(clean) if (clean := _clean(text)) else None


def _id(text: str) -> Normalised | None:
    shown = "".join(
        c for c in _clean(text) if c != " " and unicodedata.category(c) not in ("Cc", "Cf")
    )
    # Letters and accents that a blank parted may now compose.
    bare = unicodedata.normalize("NFKC", shown).translate(_DASHES)
    return Normalised(bare) if bare else None


def _legible(text: str) -> str:
    """A date or number with one kind of digits, dashes and apostrophes, and nothing invisible.

    "" for a text with raised or ringed digits: they are exponents and notes, not parts of a number.
    """
    if any(c.isdigit() and not c.isdecimal() for c in text):
        return ""
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(_QUOTES)
    return "".join(str(unicodedata.decimal(c, c)) for c in _clean(shown).translate(_DASHES))


def _date(text: str, order: bool | None) -> Normalised | None:
    by_day, by_month = _readings(text) or (None, None)
    if by_day and by_month and by_day != by_month:
        doubt = DAY_OR_MONTH if order is None else ""
        return Normalised(by_month if order is False else by_day, doubt=doubt)
    sure = by_day or by_month
    return Normalised(sure) if sure else None


def _readings(text: str) -> tuple[date | None, date | None] | None:
    """A date read day first and month first, each None where that is no date."""
    if len(text) > _LONGEST_DATE:
        return None
    bare = _TIME.sub(" ", _folded(_legible(text)), count=1)
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


def _folded(text: str) -> str:
    """Lower case without accents, which recognition often loses."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


@cache
def _months() -> dict[str, int]:
    """Names and abbreviations of months, folded; in `LANGUAGES` none stands for two of them."""
    formats = [Locale(language).months["format"] for language in LANGUAGES]
    names = [item for one in formats for w in ("wide", "abbreviated") for item in one[w].items()]
    return {_folded(name).rstrip("."): month for month, name in names}


@cache
def _skipped() -> frozenset[str]:
    """Words of a date that say nothing new: weekdays (abbreviated in English alone) and fillers."""
    days = [name for one in LANGUAGES for name in Locale(one).days["format"]["wide"].values()]
    short = list(Locale("en").days["format"]["abbreviated"].values())
    return frozenset(_WORD.findall(_folded(" ".join([*days, *short, _FILLERS]))))


class _Signed(NamedTuple):
    """The only number of a text, unsigned, whether it is negative, and the words around it."""

    figure: str
    negative: bool
    words: list[str]


def _signed(text: str) -> _Signed | None:
    """None where there is no such number, or its signs contradict each other."""
    bare = _WHOLE.sub(r"\1", _legible(text)).strip(" *·").rstrip(".,")
    found = list(islice(_NUMBER.finditer(bare), 2))
    if len(found) != 1:
        return None
    before, after = bare[: found[0].start()], bare[found[0].end() :]
    minus = (before + after).count("-")
    brackets = before.count("("), after.count(")")
    if minus > 1 or brackets not in ((0, 0), (1, 1)) or "(" in after or ")" in before:
        return None
    words = re.sub(r"[-+().:]", " ", f"{before} {after}").upper().split()
    return _Signed(found[0][0], minus + brackets[0] > 0, words)


def _number(text: str) -> Normalised | None:
    """A number; a percent sign is taken for its unit and goes."""
    signed = _signed(text)
    if signed is None or signed.words not in ([], ["%"]):
        return None
    return _figure(signed.figure, signed.negative, None)


def _amount(text: str) -> Normalised | None:
    signed = _signed(text)
    if signed is None:
        return None
    entries = [word for word in signed.words if word in ("CR", "DR")]
    marks = set(signed.words).difference(entries)
    if len(entries) + signed.negative > 1 or not marks <= _currencies().keys():
        return None
    codes = {code for mark in marks if (code := _currencies()[mark])}
    if len(codes) > 1:
        return None
    negative = signed.negative or entries == ["CR"]
    read = _figure(signed.figure, negative, codes.pop() if codes else None)
    if read is None or not entries:
        return read
    return replace(read, doubt="; ".join(filter(None, (read.doubt, CREDIT))))


@cache
def _currencies() -> dict[str, str | None]:
    """Codes and signs in upper case -> code; not the codes for "none" and "a test"."""
    codes = {code: code for code in list_currencies() - {"XXX", "XTS"}}
    return codes | SIGNS | dict.fromkeys(SHARED_SIGNS)


def _figure(figure: str, negative: bool, currency: str | None) -> Normalised | None:
    """An unsigned number as printed -> its value."""
    grouped = _GROUPED.fullmatch(figure)
    doubt = ""
    if grouped and int(re.split(r"\D", figure)[0]) and not _is_point(grouped, currency):
        found: re.Match[str] | None = grouped
        doubt = THOUSANDS if _is_single(grouped) and _places(currency) != 0 else ""
    else:
        found = _LAKHS.fullmatch(figure) or _PLAIN.fullmatch(figure)
    if found is None:
        return None
    whole, part = re.sub(r"\D", "", found["whole"] or "0"), found["part"]
    value = Decimal(f"{whole}.{part}" if part else whole)
    return Normalised(value.copy_negate() if negative and value else value, currency, doubt)


def _is_point(grouped: re.Match[str], currency: str | None) -> bool:
    """Whether the mark before three digits is the point of a currency with three decimals."""
    return _is_single(grouped) and grouped["mark"] == "." and _places(currency) == 3


def _is_single(grouped: re.Match[str]) -> bool:
    """Whether a number has one mark in all, and one that can be a decimal point."""
    return (
        grouped["mark"] in ".," and not grouped["part"] and grouped[0].count(grouped["mark"]) == 1
    )


def _places(currency: str | None) -> int | None:
    return get_currency_precision(currency) if currency else None


_READERS: dict[str, Callable[[str], Normalised | None]] = {
    "text": _text,
    "address": _text,
    "id": _id,
    "amount": _amount,
    "number": _number,
}
