"""The traces that an agency leaves: what a comeback under another name often keeps. Pure.

Each trace has a key, which is equal for spellings of the same. Keys are for comparing, `shown` is for people.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from anyascii import anyascii


class TraceKind(StrEnum):
    """What a trace is made of."""

    BANK = "bank"  # the account, as a keyed hash
    PERSON = "person"  # a person in control, or a contact
    FAMILY = "family"  # the family name of such a person
    ADDRESS = "address"  # seat or branch, with its house number
    STREET = "street"  # the street of one, to see that somebody moved a few doors
    PHONE = "phone"
    MAIL = "mail"  # the address of a contact
    DOMAIN = "domain"  # of website or mail
    NAME = "name"  # legal, trade and former names


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace. `number` is the house number of a street, else None."""

    kind: TraceKind
    key: str
    shown: str
    number: int | None = None


# Letters that different romanisations and spellings of one name write differently.
_SAME = [
    ("shch", "s"), ("tsch", "c"), ("sch", "s"), ("cz", "c"), ("ch", "c"), ("sh", "s"), ("sz", "s"), ("kh", "h"),
    ("zh", "z"), ("ts", "c"), ("tz", "c"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("x", "ks"), ("q", "k"), ("w", "v"),
    ("ij", "i"), ("ei", "i"), ("y", "i"), ("j", "i"), ("ou", "u"), ("oe", "u"), ("ae", "e"), ("ue", "u"),
    ("g", "h"),
]  # fmt: skip
_DOUBLE = re.compile(r"(.)\1+")
_WORD = re.compile(r"[a-z0-9]+")
_APOSTROPHE = re.compile(r"['`]")
_DIGITS = re.compile(r"\D")
_EXTENSION = re.compile(r"(?i)(?:ext|tst|toestel|intern|x|#).*$")
_HOUSE = re.compile(r"^(?P<street>.*?\D)\s*(?P<number>[0-9]{1,5})(?P<more>.*)$")
# Women's forms of family names, which a brother does not have.
_WOMEN = (("ska", "ski"), ("cka", "cki"), ("ova", "ov"), ("eva", "ev"), ("ina", "in"))
_BETWEEN = "van von de den der het ten ter te la le du da dos el al bin ibn"

# Legal forms, and words of the trade, that tell nothing about who it is.
_NOTHING_TOLD = """
bv nv vof cv ua gmbh ag kg ug ltd limited plc llc inc sarl sas sa srl sl sp z oo spzoo kft doo ood eood co
stichting cooperatie maatschap holding beheer groep group nederland holland international europe
uitzendbureau uitzenden uitzendkrachten uitzend detachering detacheren payroll payrolling personeel
personeelsdiensten arbeid werk werkt work works jobs job flex flexwerk staffing people recruitment services service
agency employment temp temporary zeitarbeit personal praca pracy diensten bureau en and und the het de voor
agri techniek logistiek bouw zorg horeca transport industrie
"""
# Anybody may have an address there.
_ANYBODY = """
gmail.com googlemail.com hotmail.com hotmail.nl outlook.com live.nl live.com icloud.com yahoo.com proton.me
protonmail.com ziggo.nl kpnmail.nl planet.nl xs4all.nl home.nl wp.pl onet.pl interia.pl abv.bg web.de gmx.de ukr.net
"""
_PARTICLES, _EMPTY, _PUBLIC_MAIL = (frozenset(words.split()) for words in (_BETWEEN, _NOTHING_TOLD, _ANYBODY))
_FULL_NAME, _TELLING_DIGITS = 2, 8  # first and family name; a number without country and area
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac"})


def traces_of(facts: Mapping[str, Any], bank_key: bytes) -> set[Trace]:
    """Return the traces of an agency.

    `facts` has its fields as they are stored, and the lists `branches` (street, city), `controlling_persons` (name)
    and `contacts` (name, email, phone). The bank account is hashed with `bank_key`.
    """
    places = [facts, *facts["branches"]]
    people = [person["name"] for person in [*facts["controlling_persons"], *facts["contacts"]]]
    phones = [facts["phone"], *(contact["phone"] for contact in facts["contacts"])]
    mails = [contact["email"] for contact in facts["contacts"]]
    names = [facts["legal_name"], *facts["trade_names"], *facts["former_names"]]
    return {
        *_bank(facts["iban"], bank_key),
        *(trace for name in people for trace in _person(name)),
        *(trace for place in places for trace in _place(place["street"], place["city"])),
        *(trace for phone in phones for trace in _phone(phone)),
        *(trace for mail in mails for trace in _mail(mail)),
        *_domain(facts["website"]),
        *(trace for name in names for trace in _name(name)),
    }


def skeleton(text: str) -> list[str]:
    """Return the words of a text in Latin letters, without what spellings and romanisations differ in."""
    found = _WORD.findall(_APOSTROPHE.sub("", anyascii(text).lower().replace(".", "")))
    return [_thin(word) for word in found]


def telling(name: str) -> list[str]:
    """Return the skeletons of the words of a name that tell who it is; of all of them if none does."""
    plain = _WORD.findall(_APOSTROPHE.sub("", anyascii(name).lower().replace(".", "")))
    kept = [word for word in plain if word not in _EMPTY] or plain
    return [_thin(word) for word in kept]


def _thin(word: str) -> str:
    for written, same in _SAME:
        word = word.replace(written, same)
    return _DOUBLE.sub(r"\1", word)


def _bank(iban: str, key: bytes) -> Iterator[Trace]:
    if iban:
        yield Trace(TraceKind.BANK, hmac.digest(key, iban.encode(), "sha256").hex(), "")


def _person(name: str) -> Iterator[Trace]:
    plain = [word for word in _WORD.findall(_APOSTROPHE.sub("", anyascii(name).lower())) if word not in _PARTICLES]
    if len(plain) < _FULL_NAME:
        return
    first, family = _thin(plain[0]), _thin(_man(plain[-1]))
    yield Trace(TraceKind.PERSON, " ".join(sorted((first, family))), name)  # some write the family name first
    yield Trace(TraceKind.FAMILY, family, name)


def _man(family: str) -> str:
    """Return the form of a family name that men have."""
    for women, men in _WOMEN:
        if family.endswith(women) and len(family) > len(women) + 2:
            return family.removesuffix(women) + men
    return family


def _place(street: str, city: str) -> Iterator[Trace]:
    parts = _HOUSE.match(street.strip())
    where = " ".join(skeleton(city))
    if parts is None or not where:
        return
    way = "".join(skeleton(parts["street"]))
    key, shown = f"{where} {way}", f"{street}, {city}"
    number = int(parts["number"])
    yield Trace(TraceKind.ADDRESS, f"{key} {number}{''.join(skeleton(parts['more']))}", shown)
    yield Trace(TraceKind.STREET, key, shown, number)


def _phone(phone: str) -> Iterator[Trace]:
    digits = _DIGITS.sub("", _EXTENSION.sub("", phone))
    if len(digits) >= _TELLING_DIGITS:
        yield Trace(TraceKind.PHONE, digits[-_TELLING_DIGITS:], phone)


def _mail(mail: str) -> Iterator[Trace]:
    name, _, host = mail.lower().rpartition("@")
    if name:
        yield Trace(TraceKind.MAIL, f"{name.split('+')[0]}@{host}", mail)
        yield from _domain(host)


def _domain(address: str) -> Iterator[Trace]:
    host = re.sub(r"^[a-z]+://", "", address.lower()).split("/")[0].split(":")[0].removeprefix("www.")
    parts = host.split(".")
    wanted = 3 if parts[-2:-1] and parts[-2] in _SECOND_LEVEL else 2
    domain = ".".join(parts[-wanted:])
    if len(parts) > 1 and domain not in _PUBLIC_MAIL:
        yield Trace(TraceKind.DOMAIN, domain, host)


def _name(name: str) -> Iterator[Trace]:
    words = telling(name)
    joined = "".join(words)
    if joined:
        yield Trace(TraceKind.NAME, joined, name)


def by_kind(traces: Iterable[Trace]) -> Mapping[TraceKind, Sequence[Trace]]:
    """Return traces by their kind, in a fixed order."""
    found: dict[TraceKind, list[Trace]] = {}
    for trace in sorted(traces, key=lambda trace: (trace.kind, trace.key, trace.shown)):
        found.setdefault(trace.kind, []).append(trace)
    return found
