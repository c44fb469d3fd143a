"""Values are read strictly: what comes out is what was printed, or nothing; doubts are named."""

from __future__ import annotations

import time
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kie_app.config import ROOT
from kie_app.datasets.samples import Sample, load_samples
from kie_app.schemas.kinds import SLOTS_BY_KIND
from kie_app.values import Normalised, normalised, proven_order
from kie_app.values.amounts import CREDIT, THOUSANDS
from kie_app.values.dates import DAY_OR_MONTH, LANGUAGES

UNTIMED = settings(deadline=None)  # the machine may be busy; long texts have a test of their own
KINDS = sorted(SLOTS_BY_KIND)
ORDERS = st.sampled_from([None, True, False])
DATES = st.dates(date(1000, 1, 1))
PIECES = (
    "0123456789 0123456789 .,:;-/'()+%*$€£¥ \u00a0\u2009\u200e\u2212²½① RM USD KWD JPY CR DR T Z am"
)
TEXTS = st.one_of(
    st.text(),
    st.text(st.characters()),
    st.text(PIECES),
    st.lists(
        st.sampled_from(
            [*PIECES.split(), "1", "12", "345", "2018", " ", ".", ",", "-", "mar", "Fri"]
        )
    ).map("".join),
)


def read(text: str, kind: str, day_first: bool | None = None) -> Normalised:
    found = normalised(text, kind, day_first)
    assert found is not None, text
    return found


@UNTIMED
@given(TEXTS, st.one_of(st.sampled_from(KINDS), st.text()), ORDERS)
@example("2200000000MAR00", "date", None)
def test_no_text_and_no_kind_makes_it_raise(text: str, kind: str, day_first: bool | None) -> None:
    normalised(text, kind, day_first)
    proven_order([text])


@UNTIMED
@given(TEXTS, st.sampled_from(KINDS), ORDERS)
@example("0123.456", "amount", None)
@example("a \u0301", "id", None)
@example("KWD 1.234", "amount", None)
def test_a_normal_form_is_its_own_normal_form(text: str, kind: str, day_first: bool | None) -> None:
    if once := normalised(text, kind, day_first):
        again = read(once.text, kind, day_first)
        assert (again.text, again.value, again.currency) == (once.text, once.value, once.currency)
        assert again.doubt == ""


@UNTIMED
@given(DATES, st.sampled_from(LANGUAGES), st.sampled_from(["medium", "long", "full"]))
def test_a_date_written_in_any_language_is_read_back(day: date, language: str, layout: str) -> None:
    assert read(format_date(day, layout, Locale(language)), "date", day_first=True).value == day


@UNTIMED
@given(
    DATES,
    st.booleans(),
    st.sampled_from(["/", "-", ".", " / ", " "]),
    st.sampled_from(["", " 23:59", " 10:05:09 PM", " 9:05a"]),
)
def test_a_date_of_numbers_is_read_back_in_the_order_of_its_document(
    day: date, day_first: bool, mark: str, clock: str
) -> None:
    parts = [f"{day.day}", f"{day.month:02}"]
    text = mark.join([*(parts if day_first else reversed(parts)), f"{day.year}"])
    found = read(text + clock, "date", day_first)
    assert (found.value, found.doubt) == (day, "")


@UNTIMED
@given(DATES)
def test_iso_dates_are_read_back_whatever_the_order(day: date) -> None:
    for text in (f"{day}", f"{day}T10:20:30Z", f"{day}".replace("-", "/")):
        assert {read(text, "date", order).value for order in (None, True, False)} == {day}


@UNTIMED
@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_a_year_of_two_digits_is_of_the_century_around_2000(day: date) -> None:
    assert read(f"{day:%d/%m/%y}", "date", day_first=True).value == day
    assert read(f"{day:%d%b%y}", "date").value == day


@UNTIMED
@given(DATES)
def test_a_date_that_can_be_read_two_ways_is_marked(day: date) -> None:
    found = read(f"{day.day}/{day.month}/{day.year}", "date")
    assert found.value == day
    assert bool(found.doubt) == (day.day <= 12 and day.day != day.month)
    assert found.doubt in ("", DAY_OR_MONTH)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("05MAR18", "2018-03-05"),
        ("Jul12'18", "2018-07-12"),
        ("5th of March, 2018", "2018-03-05"),
        ("FRI11-12-13", "2013-12-11"),
        ("(25/12/2018)", "2018-12-25"),
        ("12/25/2018", "2018-12-25"),
        ("20180305", "2018-03-05"),
        ("25122018", "2018-12-25"),
        ("85/03/05", "1985-03-05"),
        ("25/12/201812:30", "2018-12-25"),
        ("2\u200e5/12/2018", "2018-12-25"),
        ("１２/２５/２０１８", "2018-12-25"),
        ("1 fevrier 2020", "2020-02-01"),
    ],
)
def test_dates_as_receipts_print_them(text: str, iso: str) -> None:
    assert read(text, "date").text == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12:30",
        "March 2018",
        "29/02/2019",
        "1 2 3",
        "12.50",
        "12345678",
        "05/03/201",
        "05/2018",
        "01/02/2018 - 03/02/2018",
        "Invoice 05/03/2018",
        "31/31/2018",
        "0018-03-05",
        "5²/3/2018",
    ],
)
def test_what_is_not_one_whole_date_is_none(text: str) -> None:
    assert normalised(text, "date") is None


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["25/12/2018", "05/03/2018"], True),
        (["12/25/2018", "05/03/2018"], False),
        (["05/03/2018", "2018-12-25", "25 Dec 2018", "never"], None),
        (["25/12/2018", "12/25/2018"], None),
        ([], None),
    ],
)
def test_the_order_is_what_every_unambiguous_date_agrees_on(
    dates: list[str], order: bool | None
) -> None:
    assert proven_order(dates) is order


def test_no_name_stands_for_two_months_or_for_a_word_that_is_skipped() -> None:
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for month, name in Locale(language).months["format"][width].items():
                assert read(f"7 {name} 2018", "date").value == date(2018, month, 7)


FIGURES = st.decimals(0, 10**12, places=2)
MARKS = [(",", "."), (".", ","), (" ", ","), (" ", "."), ("\u202f", ","), ("'", "."), ("’", ".")]
MARKS += [("", "."), ("", ",")]
NEGATIVES = ["-{}", "{}-", "({})", "\u2212{}", "- {}"]


def printed(value: Decimal, group: str, point: str) -> str:
    return f"{value:,.2f}".translate(str.maketrans({",": group, ".": point}))


@UNTIMED
@given(
    FIGURES,
    st.sampled_from(MARKS),
    st.sampled_from(["{}", *NEGATIVES]),
    st.sampled_from(["amount", "number"]),
)
def test_a_figure_in_any_layout_is_read_back(
    value: Decimal, marks: tuple[str, str], layout: str, kind: str
) -> None:
    found = read(layout.format(printed(value, *marks)), kind)
    assert found == Normalised(value if layout == "{}" else -value)
    assert Decimal(found.text) == found.value


@UNTIMED
@given(
    FIGURES,
    st.sampled_from([("RM", "MYR"), ("€", "EUR"), ("usd", "USD"), ("US$", "USD"), ("CHF", "CHF")]),
    st.sampled_from(["{1}{0}", "{1} {0}", "{0}{1}", "{0} {1}"]),
    st.sampled_from(["{}", *NEGATIVES]),
)
def test_an_amount_with_its_currency_on_either_side_is_read_back(
    value: Decimal, currency: tuple[str, str], side: str, sign: str
) -> None:
    mark, code = currency
    found = read(sign.format(side.format(printed(value, ",", "."), mark)), "amount")
    assert found == Normalised(value if sign == "{}" else -value, code)


COUNTRIES = "en_IE=EUR de_DE=EUR fr_FR=EUR de_CH=CHF en_GB=GBP en_IN=INR ms_MY=MYR pt_BR=BRL"
COUNTRIES += " pl_PL=PLN id_ID=IDR fr_FR=USD en=KWD"


@UNTIMED
@given(st.sampled_from(COUNTRIES.split()), st.decimals(-(10**12), 10**12, places=2))
def test_amounts_as_countries_print_them_are_read_back(country: str, value: Decimal) -> None:
    locale, code = country.split("=")
    text = format_currency(value, code, locale=locale)
    assert read(text, "amount") == Normalised(value, code), text


@pytest.mark.parametrize("text", ["$5.00", "¥5", "5,00 kr", "Rs. 5"])
def test_a_sign_that_currencies_share_names_none(text: str) -> None:
    found = read(text, "amount")
    assert (found.value, found.currency) == (5, None)


@pytest.mark.parametrize(
    ("text", "normal", "doubt"),
    [
        ("1,234", "1234", THOUSANDS),
        ("1.234", "1234", THOUSANDS),
        ("RM 1,234", "1234 MYR", THOUSANDS),
        ("JPY 12,800", "12800 JPY", ""),
        ("KWD 12.345", "12.345 KWD", ""),
        ("KWD 1,234", "1234 KWD", THOUSANDS),
        ("0.125", "0.125", ""),
        ("1,23", "1.23", ""),
        ("1234.567", "1234.567", ""),
        ("1.234.567", "1234567", ""),
        ("1 234", "1234", ""),
        ("1,23,456.78", "123456.78", ""),
        ("12.50 CR", "-12.50", CREDIT),
        ("12.50DR", "12.50", CREDIT),
        ("1,234 CR", "-1234", f"{THOUSANDS}; {CREDIT}"),
        ("12,-", "12", ""),
        ("5.- CHF", "5 CHF", ""),
        ("**12.50**", "12.50", ""),
        (".99", "0.99", ""),
        ("-0.00", "0.00", ""),
        ("$9.99", "9.99", ""),
        ("¥980", "980", ""),
        ("$12.50 USD", "12.50 USD", ""),
        ("１２．５０", "12.50", ""),
    ],
)
def test_what_print_leaves_open_is_read_by_rule_and_marked(
    text: str, normal: str, doubt: str
) -> None:
    found = read(text, "amount")
    assert (found.text, found.doubt) == (normal, doubt)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RM",
        "12.50 13.50",
        "TOTAL 12.50",
        "TAX 6% 3.20",
        "(12.50",
        "12.50)",
        "--5",
        "-5 CR",
        "5 EUR USD",
        "10²",
        "1½",
        "3.2.2018",
        "12:50",
        "1,23.456",
        "0,123,456",
        "XXX 5",
        "12.50%",
    ],
)
def test_what_is_not_one_whole_amount_is_none(text: str) -> None:
    assert normalised(text, "amount") is None


@pytest.mark.parametrize(
    ("text", "normal"), [("6%", "6"), ("007", "7"), ("-3", "-3"), ("2,5", "2.5")]
)
def test_numbers_are_read_without_their_percent_sign(text: str, normal: str) -> None:
    assert read(text, "number").text == normal


@pytest.mark.parametrize("text", ["RM 5", "5 CR", "3 pcs", "0001", ""])
def test_numbers_have_no_unit_and_no_code(text: str) -> None:
    assert normalised(text, "number") is None


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("NL97 VLDB 0417 6082 35", "NL97VLDB0417608235"),
        ("+60 12\u201134\u20135 6", "+6012-34-56"),
        ("in_1MtHb\u200b 007", "in_1MtHb007"),
    ],
)
def test_ids_lose_blanks_and_keep_case_zeros_and_punctuation(text: str, normal: str) -> None:
    assert read(text, "id").text == normal


@UNTIMED
@given(TEXTS)
def test_text_keeps_every_word(text: str) -> None:
    found = normalised(text, "address")
    assert (found.text.split() if found else []) == unicodedata.normalize("NFKC", text).split()


def test_white_space_and_widths_are_one_in_text() -> None:
    assert read(" ＳＤＮ\u00a0 BHD\n5 ", "text").text == "SDN BHD 5"
    assert normalised(" \u3000\t", "text") is None


LONG = {
    **{"digits": "1" * 40_000, "blanks": "1 " * 20_000, "groups": "1,234" * 8_000},
    **{"letters": "t" * 40_000, "signs": "(-" * 20_000, "times": " 1:1" * 10_000},
    **{"ends": "1.-" * 13_000, "gap": "1" + "., " * 13_000 + "x", "zeros": "0" * 40_000 + ".1"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_long_texts_take_no_time(kind: str, text: str) -> None:
    began = time.process_time()
    normalised(text, kind)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("sample", load_samples(ROOT / "annotations"), ids=lambda one: one.name)
def test_every_value_of_the_samples_can_be_read(sample: Sample) -> None:
    for key in sample.schema.keys:
        if text := sample.entities.get(key.name):
            assert normalised(text, key.kind), (key, text)
