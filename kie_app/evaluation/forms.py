"""Documents made up for the speed table: a receipt and a form, always the same ones.

They are as long as a scanned receipt (some 420 tokens of the bundled backbone, 70 of them in the
receipt's four values); the values are known, so that every decoder can be made to write the same.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from kie_app.types import Box, Document, Key, Line, Page, Schema

RECEIPT_KEYS = (
    Key("company"),
    Key("date", kind="date"),
    Key("address", kind="address"),
    Key("total", kind="amount"),
)
SHOPS = ("HARBOUR STATIONERY", "GREEN VALLEY HARDWARE", "OLD MILL BAKERY", "SUNRISE ELECTRICAL")
STREETS = ("JALAN MELATI", "ORCHARD ROAD", "CHURCH LANE", "RIVERSIDE AVENUE")
PARKS = ("TAMAN DAYA", "TAMAN MELATI", "BANDAR BARU", "DESA INDAH")
TOWNS = ("81100 JOHOR BAHRU, JOHOR", "50480 KUALA LUMPUR", "46300 PETALING JAYA, SELANGOR")
GOODS = ("NOTEBOOK A5", "WOOD GLUE", "RYE BREAD", "LED BULB", "RULER 30CM", "PAINT BRUSH", "MILK")
NAMES = ("Alder", "Birch", "Cedar", "Maple", "Olive", "Poplar", "Rowan", "Willow")
LABELS = (
    *("account", "agent", "batch", "branch", "case", "claim", "client", "clinic"),
    *("contract", "depot", "driver", "invoice", "job", "licence", "lot", "meter"),
    *("order", "owner", "permit", "policy", "project", "route", "sample", "site"),
)
FILLER = "Signed before a witness and filed with the county office within ten days."
FILLER_TOKENS, RECEIPT_TOKENS = 16, 400
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_WORD = 4  # characters
TOKENS_BESIDE_CODE = 5  # of a labelled field: label, colon and the ends of two lines


@dataclass(frozen=True)
class Form:
    """A made-up document, its keys in the order they are asked, and the value of each."""

    document: Document
    keys: tuple[Key, ...]
    values: dict[str, str]

    def schema(self, keys: int) -> Schema:
        """The first `keys` keys."""
        return Schema("benchmark", self.keys[:keys])


def receipt(seed: int = 0) -> Form:
    """A shop receipt with the four receipt keys; every seed is another shop."""
    draw = random.Random(seed)
    company = f"{draw.choice(SHOPS)} SDN BHD"
    date = f"{draw.randint(10, 28)}/{draw.randint(10, 12)}/2018"
    number = draw.randint(10, 89)
    address = [
        f"NO {number}, {number + 2} & {number + 4}, {draw.choice(STREETS)} {draw.randint(1, 99)},",
        f"{draw.choice(PARKS)},",
        draw.choice(TOWNS),
    ]
    lines = [company, *address, f"BILL NO: {draw.randint(10**5, 10**6 - 1)}", f"DATE: {date}"]
    total = 0.0
    for _ in range(14):
        pieces, price = draw.randint(1, 9), draw.randint(100, 999) / 100
        lines += [draw.choice(GOODS), f"{pieces} x {price:.2f}    {pieces * price:.2f}"]
        total += pieces * price
    lines += [f"TOTAL: {total:.2f}", f"CASH: {total:.2f}", "CHANGE: 0.00"]
    lines += ["GOODS SOLD ARE NOT RETURNABLE", "THANK YOU, PLEASE COME AGAIN"]
    values = {"company": company, "date": date, "address": " ".join(address)}
    values["total"] = f"{total:.2f}"
    return Form(_document(f"receipt {seed}", lines), RECEIPT_KEYS, values)


def form() -> Form:
    """A form of labelled fields, whose values are of like length."""
    draw = random.Random(0)
    values = {label: f"{draw.choice(NAMES)} {draw.randint(100, 999)}" for label in LABELS}
    lines = ["REGISTRATION", "Fill in every field in block letters."]
    for label, value in values.items():
        lines += [f"{label.capitalize()}:", value]
    lines += [FILLER] * 11
    return Form(_document("form", lines), tuple(map(Key, LABELS)), values)


def coded(keys: int, length: int, seed: int = 0) -> Form:
    """A form of `keys` labelled codes, each of `length` letters and digits, a token each for the
    bundled backbone; every seed is another form. As long as a receipt, longer where its codes are.
    """
    draw = random.Random(f"{keys} {length} {seed}")
    values = {label: _code(draw, length) for label in LABELS[:keys]}
    lines = ["REGISTRATION", "Fill in every field in block letters."]
    for label, value in values.items():
        lines += [f"{label.capitalize()}:", value]
    written = keys * (length + TOKENS_BESIDE_CODE)
    lines += [FILLER] * max(0, (RECEIPT_TOKENS - written) // FILLER_TOKENS)
    name = f"codes {keys} {length} {seed}"
    return Form(_document(name, lines), tuple(map(Key, values)), values)


def _code(draw: random.Random, length: int) -> str:
    """Words of a letter and up to three digits: `K482 B9`."""
    signs = [
        draw.choice(LETTERS) if at % CODE_WORD == 0 else str(draw.randint(0, 9))
        for at in range(length)
    ]
    return " ".join("".join(signs[at : at + CODE_WORD]) for at in range(0, length, CODE_WORD))


def _document(name: str, lines: Sequence[str]) -> Document:
    """One line under the other on one page, as wide as they are long."""
    height, widest = 1 / len(lines), max(map(len, lines))
    placed = tuple(
        Line(text, Box(0.0, index * height, len(text) / widest, (index + 0.8) * height))
        for index, text in enumerate(lines)
    )
    return Document(f"benchmark {name}", name, (Page(0, 1000, 1400),), placed, "given")
