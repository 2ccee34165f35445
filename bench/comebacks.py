"""Made-up agencies, honest ones and comebacks, for `make bench ONLY=links`. The same seed gives the same ones.

Family names, streets and building numbers are as unequal as real ones: few are very common. A comeback always has
another name, number, domain and mail address; what else it keeps of the agency that it was is drawn, too.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any
from uuid import UUID

_SYLLABLES = "ba be da de fo ga ha ja ka ki la lo ma me na no pa ra ro sa se ta te va ve vo wa wi za zo"
_ENDS = "man stra sma kamp hof berg veld ski ov escu enko ic dijk mans link ker"
_FIRST_NAMES = """
Jan Piet Kees Henk Sanne Lotte Emma Daan Bram Anouk Fatima Youssef Mehmet Ali Maria Anna Piotr Pawel Tomasz Agnieszka
Ion Elena Andrei Mihai Ivan Petar Dimitar Oleh Iryna Zoltan Laszlo Nikos Stavros Chen Priya Carlos Sofia Lucas Noah Eva
"""
SYLLABLES, ENDS, FIRST_NAMES = _SYLLABLES.split(), _ENDS.split(), _FIRST_NAMES.split()
NAME_WORDS = ["Flex", "Werk", "Staffing", "Personeel", "Uitzendbureau", "Payroll", "Detachering", "Jobs", "Diensten"]
PUBLIC = ["gmail.com", "hotmail.com", "outlook.com"]
DOORS = 6


@dataclass(frozen=True)
class Firm:
    """One agency: what its row and its lists have."""

    id: UUID
    name: str
    street: str
    number: int
    city: str
    phone: str
    iban: str
    domain: str
    directors: tuple[tuple[str, str], ...]  # first and family name
    contact: tuple[str, str]
    mail: str
    register_number: str
    origin: UUID | None = None  # of a comeback: which agency it was
    kept: tuple[str, ...] = field(default=())

    def facts(self) -> dict[str, Any]:
        """Return what the rules of links read."""
        return {
            "legal_name": self.name,
            "trade_names": [],
            "former_names": [],
            "street": f"{self.street} {self.number}",
            "city": self.city,
            "phone": self.phone,
            "website": f"https://www.{self.domain}",
            "iban": self.iban,
            "branches": [],
            "controlling_persons": [{"name": " ".join(each)} for each in self.directors],
            "contacts": [{"name": " ".join(self.contact), "email": self.mail, "phone": self.phone}],
        }


class Town:
    """Draws agencies."""

    def __init__(self, seed: int, agencies: int) -> None:
        self.random = random.Random(seed)
        self._families = self._names(max(400, agencies // 2))
        self._family_weights = list(accumulate(1 / (place + 12) for place in range(len(self._families))))
        self._cities = [name.capitalize() for name in self._names(max(20, agencies // 60))]
        self._streets = [f"{name.capitalize()}{end}" for name in self._names(max(40, agencies // 40))
                         for end in ("straat", "weg", "laan")]  # fmt: skip
        self._serial = 0

    def firms(self, count: int) -> Iterator[Firm]:
        """Yield honest agencies. One in thirty is in a building that others are in, too."""
        shared = [self._place() for _ in range(max(1, count // 300))]
        for _ in range(count):
            yield self._firm(self.random.choice(shared) if self._happens(1 / 30) else self._place())

    def comeback(self, was: Firm) -> Firm:
        """Return the agency under which the people of another come back."""
        new = replace(self._firm(self._place()), origin=was.id)
        first, family = was.directors[0]
        brother = self.random.choice([name for name in FIRST_NAMES if name != first]), family
        doors = self.random.choice([-1, 1]) * self.random.randint(1, DOORS)
        moved = {"street": was.street, "number": max(1, was.number + doors), "city": was.city}
        stayed = moved | {"number": was.number}
        new = self._keep(new, {"director": (0.2, {"directors": was.directors}),
                               "brother": (0.6, {"directors": (brother,)})})  # fmt: skip
        new = self._keep(new, {"address": (0.25, stayed), "a few doors": (0.6, moved)})
        new = self._keep(new, {"bank": (0.75, {"iban": was.iban})})
        new = self._keep(new, {"phone": (0.4, {"phone": _written(was.phone)})})
        return self._keep(new, {"contact": (0.3, {"contact": was.contact})})

    def _keep(self, new: Firm, ways: dict[str, tuple[float, dict[str, Any]]]) -> Firm:
        """Keep one thing in one of these ways, each with its probability, or not at all."""
        shares = [share for share, _ in ways.values()]
        chosen = self.random.choices([*ways, ""], weights=[*shares, 1 - sum(shares)])[0]
        return replace(new, kept=(*new.kept, chosen), **ways[chosen][1]) if chosen else new

    def _happens(self, share: float) -> bool:
        return self.random.random() < share

    def _firm(self, place: tuple[str, int, str]) -> Firm:
        self._serial += 1
        draw, serial = self.random, self._serial
        word = self._names(1)[0].capitalize()
        name = f"{word} {draw.choice(NAME_WORDS)} {draw.choice(['B.V.', 'B.V.', 'V.O.F.', ''])}".strip()
        directors = tuple(self._person() for _ in range(draw.choice([1, 1, 1, 2])))
        contact = directors[0] if self._happens(0.4) else self._person()
        domain = f"{word.lower()}{serial}.example"
        host = domain if self._happens(0.7) else draw.choice(PUBLIC)
        street, number, city = place
        return Firm(
            id=UUID(int=draw.getrandbits(128), version=4),
            name=name,
            street=street,
            number=number,
            city=city,
            phone=f"+31 {draw.randrange(100000000, 999999999)}",
            iban=f"NL{draw.randrange(10, 99)}KEUR{draw.randrange(10**9):010}",
            domain=domain,
            directors=directors,
            contact=contact,
            mail=f"{contact[0]}.{contact[1]}{serial}@{host}".lower(),
            register_number=f"{10_000_000 + serial}",
        )

    def _person(self) -> tuple[str, str]:
        family = self.random.choices(self._families, cum_weights=self._family_weights)[0]
        return self.random.choice(FIRST_NAMES), family.capitalize()

    def _place(self) -> tuple[str, int, str]:
        number = int(self.random.paretovariate(1.2) * 10)
        return self.random.choice(self._streets), number, self.random.choice(self._cities)

    def _names(self, count: int) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            middle = "".join(self.random.choice(SYLLABLES) for _ in range(self.random.choice([1, 2, 2, 3])))
            found[middle + self.random.choice(ENDS)] = None
        return list(found)


def _written(phone: str) -> str:
    """Return a telephone number as somebody else writes it."""
    return phone.replace("+31 ", "0")
