"""A value for every key, made by the rule that the label file names for it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from kie_app.datasets.synthetic.figures import Figures
from kie_app.datasets.synthetic.lexicon import LexiconKey, read
from kie_app.datasets.synthetic.parties import Parties
from kie_app.datasets.synthetic.sheet import Part, Parts

DAY_LATER = 45  # a due date, a flight's end: at most so many days on

SCHOOLS = ("College", "High School", "University", "Institute", "Academy")
INSURERS = ("Mutual", "Life", "Insurance", "Assurance", "General")
PROJECTS = ("House refit", "Phase 2", "Bridge", "extension", "Site B", "kitchen", "Car Park")
OFFICES = ("State Senate", "Congress", "US Senate", "Governor", "House")
SPOTS = ("Spring Sale", "Launch", "TV", "Awareness", "Grand Opening")
ISSUES = ("Issue", "Political", "POL", "General Election", "Measure 4")
IBANS: tuple[str, ...] = (
    "DE## #### #### #### #### ##",
    "GB##@@@@##############",
    "NL##@@@@##########",
)
IBANS += ("FR## #### #### #### #### #### ###", "AT##################")


class Facts:
    """What one document says: a country, its notation, its parties."""

    def __init__(self, rng: random.Random, country: str | None = None) -> None:
        self.rng = rng
        countries = read("places")["countries"]
        weights = [one["weight"] for one in countries.values()]
        self.code = country or rng.choices(list(countries), weights)[0]
        self.country = countries[self.code]
        self.figures = Figures(rng, self.country, self.code)
        self.parties = Parties(rng, self.country, self.code, self.figures)
        self._rules: dict[str, Callable[[], str]] = {
            "company": self.parties.company,
            "client": self.parties.client,
            "person": self.parties.person,
            "doctor": self.parties.doctor,
            "campaign": self.parties.campaign,
            "agency": self.parties.agency,
            "phone": self.parties.phone,
            "website": self.parties.website,
            "email": self.parties.email,
            "time": self.figures.time,
            "date": lambda: self.figures.write(self.figures.near(before=9)),
            "later": lambda: self.figures.write(self.figures.near(after=DAY_LATER)),
            "birth": lambda: self.figures.write(self._birth()),
            "taxid": lambda: self.figures.code(self.parties.of_country("taxid")),
            "iban": self._iban,
            "given": lambda: self.parties.pick("people", "given"),
            "family": lambda: self.parties.pick("people", "family"),
            "initial": lambda: self.figures.code(rng.choice(("@.", "@"))),
            "town": lambda: self.parties.of_country("towns"),
            "region": lambda: self.parties.of_country("regions"),
            "post": lambda: self.figures.code(self.parties.of_country("post")),
            "job": lambda: self._cased(self.parties.pick("people", "jobs")),
            "bank": lambda: self.parties.pick("companies", "banks"),
            "carrier": lambda: self.parties.pick("companies", "carriers"),
            "department": lambda: self.parties.pick("companies", "departments"),
            "nationality": lambda: self.parties.pick("places", "nationalities"),
            "law": lambda: self.parties.pick("places", "states"),
            "word": lambda: self.parties.pick("companies", "words"),
            "project": self._project,
            "advertised": self._advertised,
            "school": lambda: self._named(SCHOOLS),
            "insurer": lambda: self._named(INSURERS),
            "station": lambda: self.figures.code(
                rng.choice(("W@@@-TV", "K@@@", "W@@@", "K@@@-FM", "W@@@-DT", "K@@@ - @@@"))
            ),
            "market": self._market,
            "reading": lambda: self.figures.code(
                rng.choice(("#####", "%,###", "0####.#", "%####"))
            ),
            "usage": lambda: self.figures.code(
                rng.choice(("%## kWh", "%##", "%# m3", "%,###", "%##.# kWh"))
            ),
            "weight": lambda: self.figures.code(
                rng.choice(("%##.# kg", "%# KG", "%,### kg", "%#.## kg", "%## lbs"))
            ),
        }

    def lines(self, key: str | None, entry: LexiconKey) -> tuple[Parts, ...]:
        """The value as printed, a line at a time."""
        rule, _, rest = entry.value.partition(" ")
        if rule == "address":
            return tuple((Part(line, key),) for line in self.parties.address())
        if rule == "money":
            return (self.figures.money(key, self.cents()),)
        if rule == "spelled":
            return ((Part(self.figures.spelled(self.cents()), key),),)
        if rule in ("code", "pick"):
            text = self.rng.choice(rest.split(" | ")).strip()
            return ((Part(self.figures.code(text) if rule == "code" else text, key),),)
        return ((Part(self._rules[rule](), key),),)

    def cents(self) -> int:
        """An amount; small ones are the common ones."""
        top = self.rng.choice((2_000, 20_000, 20_000, 200_000, 2_000_000))
        cents = self.rng.randint(100, top)
        return cents - cents % 5 if self.rng.random() < 0.5 else cents

    def goods(self) -> str:
        """The name of something sold."""
        rng = self.rng
        noun = self.parties.pick("goods", "nouns")
        if rng.random() < 0.55:
            noun = f"{self.parties.pick('goods', 'kinds')} {noun}"
        if rng.random() < 0.35:
            noun = f"{noun} {self.parties.pick('goods', 'sizes')}"
        return noun

    def span(self) -> tuple[date, date]:
        """First and last day of something that lasts."""
        first = self.figures.near(after=20)
        return first, first + timedelta(days=self.rng.choice((0, 3, 5, 6, 6, 13, 20, 27, 60, 90)))

    def _birth(self) -> date:
        return date(1938, 1, 1) + timedelta(days=self.rng.randrange(24_500))

    def _iban(self) -> str:
        return self.figures.code(self.rng.choice(IBANS))

    def _cased(self, text: str) -> str:
        return self.rng.choice((text, text.capitalize(), text.title(), text.upper()))

    def _project(self) -> str:
        return f"{self.parties.pick('places', 'street_words')} {self.rng.choice(PROJECTS)}"

    def _named(self, ends: tuple[str, ...]) -> str:
        return f"{self.parties.pick('companies', 'words')} {self.rng.choice(ends)}"

    def _market(self) -> str:
        town, more = self.parties.of_country("towns"), self.parties.of_country("towns")
        region = self.parties.of_country("regions")
        return self.rng.choice((town, f"{town}-{more}", f"{town}, {region}"))

    def _advertised(self) -> str:
        rng = self.rng
        office = (
            f"{rng.choice(OFFICES)} {rng.choice(('', f'D{rng.randint(1, 40)}', '2020', 'Primary'))}"
        )
        goods = self._cased(self.goods())
        return rng.choice((office.strip(), self._named(SPOTS), rng.choice(ISSUES), goods))
