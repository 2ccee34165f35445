"""Weigh what two agencies have in common. Pure.

A trace that many share tells little: each sign has a weight, halved where more than a few agencies have the same, and
nothing where many do; a name of a person keeps a quarter. Of several signs about one thing the strongest counts. The
weights are fitted to made-up comebacks, see bench/links.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from audits.links.traces import Trace, TraceKind, by_kind

FEW, MANY = 2, 12
"""Other agencies with the same trace: up to FEW it counts in full, below MANY by half, else not at all."""
TOGETHER = 1.0
"""Added for each further sign about something else: two coincidences at once are rare."""
REPORTED_FROM = 3.5
"""The weight from which an agency is shown to a person."""
DECIDED_FROM = 10.0
"""The weight of judged signs from which a decider must say what follows."""
NEAR_DOORS = 8
ALIKE = 88
"""The percentage from which two names look alike."""

_FLOOR = 0.25


class Sign(StrEnum):
    """What a link consists of, in the order in which it is shown."""

    SAME_BANK = "same_bank"
    SAME_PERSON = "same_person"
    SAME_FAMILY = "same_family"
    SAME_ADDRESS = "same_address"
    NEAR_DOOR = "near_door"
    SAME_PHONE = "same_phone"
    SAME_MAIL = "same_mail"
    SAME_DOMAIN = "same_domain"
    SAME_NAME = "same_name"
    NAME_ALIKE = "name_alike"


WEIGHTS: Mapping[Sign, float] = {
    Sign.SAME_BANK: 5,
    Sign.SAME_PERSON: 4,
    Sign.SAME_FAMILY: 2,
    Sign.SAME_ADDRESS: 3,
    Sign.NEAR_DOOR: 2,
    Sign.SAME_PHONE: 4,
    Sign.SAME_MAIL: 4,
    Sign.SAME_DOMAIN: 3,
    Sign.SAME_NAME: 3,
    Sign.NAME_ALIKE: 1,
}
# Signs of one group are about the same thing, and count once.
_GROUPS = (
    (Sign.SAME_BANK,),
    (Sign.SAME_PERSON, Sign.SAME_FAMILY),
    (Sign.SAME_ADDRESS, Sign.NEAR_DOOR),
    (Sign.SAME_PHONE,),
    (Sign.SAME_MAIL, Sign.SAME_DOMAIN),
    (Sign.SAME_NAME, Sign.NAME_ALIKE),
)
_EQUAL = {
    TraceKind.BANK: Sign.SAME_BANK,
    TraceKind.PERSON: Sign.SAME_PERSON,
    TraceKind.FAMILY: Sign.SAME_FAMILY,
    TraceKind.ADDRESS: Sign.SAME_ADDRESS,
    TraceKind.PHONE: Sign.SAME_PHONE,
    TraceKind.MAIL: Sign.SAME_MAIL,
    TraceKind.DOMAIN: Sign.SAME_DOMAIN,
    TraceKind.NAME: Sign.SAME_NAME,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One sign that links two agencies: what each has, and its weight."""

    sign: Sign
    here: str
    there: str
    weight: float


def compare(mine: Iterable[Trace], theirs: Iterable[Trace], sharers: Mapping[tuple[TraceKind, str], int]) -> list[Hit]:
    """Return what links an agency to another, strongest first.

    `sharers` tells for each key of `mine` how many other agencies have it too.
    """
    ours, others = by_kind(mine), by_kind(theirs)
    found: dict[Sign, Hit] = {}
    for kind, sign in _EQUAL.items():
        known = {trace.key: trace for trace in others.get(kind, ())}
        for trace in ours.get(kind, ()):
            if other := known.get(trace.key):
                _keep(found, Hit(sign, trace.shown, other.shown, _weight(sign, trace, sharers)))
    for hit in (*_near(ours, others, sharers), *_alike(ours, others)):
        _keep(found, hit)
    return _once(found)


def total(weights: Iterable[float]) -> float:
    """Return the weight of signs about different things together."""
    each = list(weights)
    return sum(each) + TOGETHER * max(0, len(each) - 1)


def rarity(others: int) -> float:
    """Return the share of its weight that a trace keeps which so many other agencies have."""
    return 1.0 if others <= FEW else 0.5 if others < MANY else 0.0


def _weight(sign: Sign, trace: Trace, sharers: Mapping[tuple[TraceKind, str], int]) -> float:
    share = rarity(sharers.get((trace.kind, trace.key), 1))
    if sign is Sign.SAME_FAMILY:
        share = max(_FLOOR, share)
    if sign is Sign.SAME_PERSON:  # two of one name are one person only where the family name is rare
        share *= max(_FLOOR, rarity(max(sharers.get((TraceKind.FAMILY, word), 0) for word in trace.key.split())))
    return WEIGHTS[sign] * share


def _near(
    ours: Mapping[TraceKind, Iterable[Trace]],
    others: Mapping[TraceKind, Iterable[Trace]],
    sharers: Mapping[tuple[TraceKind, str], int],
) -> Iterable[Hit]:
    """Yield a street that both are in, a few doors apart; `sharers` has how many others are as near."""
    for trace in ours.get(TraceKind.STREET, ()):
        for other in others.get(TraceKind.STREET, ()):
            if trace.key == other.key and abs((trace.number or 0) - (other.number or 0)) <= NEAR_DOORS:
                yield Hit(Sign.NEAR_DOOR, trace.shown, other.shown, _weight(Sign.NEAR_DOOR, trace, sharers))


def _alike(ours: Mapping[TraceKind, Iterable[Trace]], others: Mapping[TraceKind, Iterable[Trace]]) -> Iterable[Hit]:
    from rapidfuzz import fuzz  # noqa: PLC0415  # only the worker compares, and it takes 3 MB

    for trace in ours.get(TraceKind.NAME, ()):
        for other in others.get(TraceKind.NAME, ()):
            if fuzz.ratio(trace.key, other.key) >= ALIKE:
                yield Hit(Sign.NAME_ALIKE, trace.shown, other.shown, WEIGHTS[Sign.NAME_ALIKE])


def _keep(found: dict[Sign, Hit], hit: Hit) -> None:
    if hit.weight and (hit.sign not in found or found[hit.sign].weight < hit.weight):
        found[hit.sign] = hit


def _once(found: Mapping[Sign, Hit]) -> list[Hit]:
    best = (max((found[sign] for sign in group if sign in found), key=lambda hit: hit.weight, default=None)
            for group in _GROUPS)  # fmt: skip
    return sorted((hit for hit in best if hit), key=lambda hit: (-hit.weight, hit.sign))
