"""Made-up people, companies and addresses of one country."""

from __future__ import annotations

import random
from typing import Any

from kie_app.datasets.synthetic.figures import Figures
from kie_app.datasets.synthetic.lexicon import words


class Parties:
    """Names and places. Each call makes another one."""

    def __init__(
        self, rng: random.Random, country: dict[str, Any], code: str, figures: Figures
    ) -> None:
        self.rng, self.country, self.country_code, self.figures = rng, country, code, figures

    def pick(self, file: str, name: str) -> str:
        return str(self.rng.choice(words(file, name)))

    def of_country(self, name: str) -> str:
        return str(self.rng.choice(self.country[name]))

    def person(self) -> str:
        given, family = self.pick("people", "given"), self.pick("people", "family")
        draw = self.rng.random()
        if draw < 0.62:
            text = f"{given} {family}"
        elif draw < 0.72:
            text = f"{family}, {given}"
        elif draw < 0.80:
            text = f"{given[0]}. {family}"
        elif draw < 0.90:
            text = f"{given} {self.figures.code('@')}. {family}"
        else:
            text = f"{self.pick('people', 'titles')} {given} {family}"
        return text.upper() if self.rng.random() < 0.15 else text

    def doctor(self) -> str:
        return f"{self.rng.choice(('Dr.', 'Dr', 'DR.'))} {self.person().replace(',', '')}"

    def company(self) -> str:
        first, other = self.pick("companies", "words"), self.pick("companies", "words")
        trade, family = self.pick("companies", "trades"), self.pick("people", "family")
        town, code = self.of_country("towns").title(), self.figures.code("@@")
        text = self.rng.choice(
            (
                f"{first} {trade}",
                f"{first} {trade}",
                f"{first} {other} {trade}",
                f"{family} {trade}",
                f"{family} & {self.pick('people', 'family')}",
                f"{first} & {other} {trade}",
                f"{first}{other.lower()}",
                f"{first}{other.lower()} {trade}",
                f"{town} {trade}",
                f"{code} {trade}",
                f"{code[0]} & {code[1]} {first} {trade}",
                f"{self.pick('companies', 'fronts')} {first}",
                f"{self.pick('companies', 'fronts')} {first} {other}",
                f"{family}'s {trade}",
                f"{self.figures.code('%##')} {first} {trade}",
                f"{trade} {first}",
            )
        )
        end = self.of_country("company")
        text = f"{text} {end}".strip()
        return text.upper() if self.rng.random() < 0.45 else text

    def client(self) -> str:
        return self.person() if self.rng.random() < 0.25 else self.company()

    def campaign(self) -> str:
        text = self.pick("companies", "campaigns").format(
            given=self.pick("people", "given"),
            family=self.pick("people", "family"),
            word=self.pick("companies", "words"),
            town=self.of_country("towns").title(),
            n=self.rng.randint(2, 47),
        )
        draw = self.rng.random()
        text = self.company() if draw < 0.25 else text
        return text.upper() if draw > 0.9 else text

    def agency(self) -> str:
        return self.pick("companies", "agencies").format(
            family=self.pick("people", "family"),
            family2=self.pick("people", "family"),
            word=self.pick("companies", "words"),
        )

    def address(self, lines: int | None = None) -> list[str]:
        """One to four lines, each ending as that country ends it."""
        rng = self.rng
        count = lines or rng.choice((1, 2, 2, 2, 3, 3, 4))
        malay = words("places", "malay_words")
        fill: dict[str, object] = {
            "n": rng.randint(1, rng.choice((99, 999, 9999))),
            "m": rng.randint(100, 990),
            "m2": rng.randint(1, 60),
            "d": rng.randint(1, 9),
            "l": rng.choice("ABC"),
            "street": self.pick("places", "street_words"),
            "malay": rng.choice(malay),
            "malay2": rng.choice(malay),
            "indian": self.pick("places", "indian_words"),
            "german": self.pick("places", "german_words"),
            "way": self.of_country("way"),
            "town": self.of_country("towns"),
            "region": self.of_country("regions"),
            "post": self.figures.code(self.of_country("post")),
        }
        out = [self.of_country("line").format(**fill)]
        if count > 2:
            out += [self.of_country("inner").format(**fill) for _ in range(count - 2)]
        out.append(self.of_country("last").format(**fill))
        if self.country_code != "US" and rng.random() < 0.4:
            out[:-1] = [line if line.endswith(",") else f"{line}," for line in out[:-1]]
        if count == 1:
            out = [f"{out[0].rstrip(',')}, {out[1]}"]
        return [line.upper() for line in out] if rng.random() < 0.3 else out

    def phone(self) -> str:
        return self.figures.code(self.of_country("phone"))

    def website(self) -> str:
        end = self.rng.choice(("", "-shop", "online", "24"))
        text = f"{self.pick('companies', 'words')}{end}".lower()
        return f"{self.rng.choice(('www.', 'www.', 'https://', ''))}{text}.example"

    def email(self) -> str:
        draw = self.rng.random()
        given, family = self.pick("people", "given"), self.pick("people", "family")
        name = (
            f"{given.split()[0]}.{family}" if draw < 0.5 else f"{family}{self.rng.randint(1, 99)}"
        )
        name = self.rng.choice(("info", "sales", "office", "accounts")) if draw > 0.8 else name
        host = self.pick("companies", "words")
        return (
            f"{name}@{host}.{self.rng.choice(('example', 'test', 'example.com'))}".lower().replace(
                "'", ""
            )
        )
