"""Amounts and numbers as printed: thousands and decimals, signs, currencies."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import NamedTuple

from babel.numbers import get_currency_precision, list_currencies

from kie_app.values.characters import legible
from kie_app.values.value import Normalised

THOUSANDS = "thousands may be decimals"
CREDIT = "credit or debit depends on the account"

# What is printed for a currency beside its code, in upper case, and signs that several share.
_PRINTED = (
    "US$=USD $US=USD C$=CAD CA$=CAD A$=AUD NZ$=NZD HK$=HKD S$=SGD R$=BRL RM=MYR RP=IDR RMB=CNY "
    "SFR=CHF ZŁ=PLN KČ=CZK €=EUR £=GBP ₹=INR ₩=KRW ฿=THB ₫=VND ₱=PHP ₺=TRY ₪=ILS ₦=NGN ₴=UAH ₽=RUB"
)
SIGNS = dict(pair.split("=") for pair in _PRINTED.split())
SHARED_SIGNS = ("$", "¥", "KR", "RS")

_NUMBER = re.compile(r"[.,]?\d(?:[\d.,' ]*\d)?")
_WHOLE = re.compile(r"(\d)[.,] ?-{1,2}(?!\d)")  # "12,-": a whole amount, not a negative one
_PLAIN = re.compile(r"(?P<whole>\d{1,3}|[1-9]\d*)?(?:[.,](?P<part>\d+))?")
_GROUPED = re.compile(
    r"(?P<whole>\d{1,3}(?P<mark>[.,' ])\d{3}(?:(?P=mark)\d{3})*)(?:(?!(?P=mark))[.,](?P<part>\d+))?"
)
_LAKHS = re.compile(r"(?P<whole>\d{1,2}(?:,\d\d)+,\d{3})(?:\.(?P<part>\d+))?")


def read_number(text: str) -> Normalised | None:
    """A number; a percent sign is taken for its unit and goes."""
    signed = _signed(text)
    if signed is None or signed.words not in ([], ["%"]):
        return None
    return _figure(signed.figure, signed.negative, None)


def read_amount(text: str) -> Normalised | None:
    """An amount, with its currency where the print tells."""
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


class _Signed(NamedTuple):
    """The only number of a text, unsigned, whether it is negative, and the words around it."""

    figure: str
    negative: bool
    words: list[str]


def _signed(text: str) -> _Signed | None:
    """None where there is no such number, or its signs contradict each other."""
    bare = _WHOLE.sub(r"\1", legible(text)).strip(" *·").rstrip(".,")
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
