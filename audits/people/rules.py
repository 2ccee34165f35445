"""Validate the properties of a person, an interest and a competence, and say what an inspector lacks. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from audits.core.access import Role
from audits.core.errors import RuleError
from audits.core.languages import LANGUAGES, SPOKEN, spoken_in
from audits.core.letters import check_length, check_printable

_NAME_MAX = 120
_TRAINING_MAX = 120
_SECTOR = re.compile(r"[A-Za-z0-9_-]{1,60}")
SECOND_PERSON = frozenset({Role.REVIEWER, Role.DECIDER, Role.ADMINISTRATOR})  # as in migrations/walls/second_person.sql


class InterestKind(StrEnum):
    """Kinds of interests. Who worked for an agency or advised it stays away for a time after that too.

    NONE is a correction: there is no interest.
    """

    WORKED = "worked"
    ADVISED = "advised"
    OTHER = "other"
    NONE = "none"


class CompetenceKind(StrEnum):
    """Kinds of competence of somebody who audits (ISO/IEC 17065 clause 6.1.2)."""

    SECTOR = "sector"
    LANGUAGE = "language"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Held:
    """A competence of somebody. `value` is a code of a sector or language, or the name of a training."""

    kind: CompetenceKind
    value: str
    until: date | None = None  # the last day on which it counts; None: it does not end


@dataclass(frozen=True, slots=True)
class Demand:
    """A competence that an audit asks for: any of `values`, as a country may have several languages."""

    kind: CompetenceKind
    values: tuple[str, ...]

    @property
    def code(self) -> str:
        """Return it as a code of an event, `kind:value+value`; without the name of a training, which people type."""
        return self.kind if self.kind is CompetenceKind.TRAINING else f"{self.kind}:{'+'.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Lack:
    """A demand that is not met, and the last day on which it was; None if it never was."""

    demand: Demand
    ended_on: date | None = None


def demands_of(sectors: Iterable[str], countries: Iterable[str]) -> tuple[Demand, ...]:
    """Return what an audit asks for by the scope of an agency: its sectors, and the languages where it recruits.

    `countries` are ISO 3166-1 alpha-2; those that share a language ask for it once.
    """
    known = [Demand(CompetenceKind.SECTOR, (code,)) for code in sectors]
    spoken = [Demand(CompetenceKind.LANGUAGE, codes) for codes in map(spoken_in, countries) if codes]
    return tuple(dict.fromkeys([*known, *spoken]))


def lacking(demands: Iterable[Demand], held: Iterable[Held], day: date) -> tuple[Lack, ...]:
    """Return what is asked for and does not count on `day`; also each training that ended before it.

    A training that is held is asked for: a later row with the same name renews it.
    """
    last: dict[tuple[CompetenceKind, str], date] = {}
    trainings: dict[str, Demand] = {}
    for each in held:
        key = (each.kind, each.value.casefold())
        last[key] = max(last.get(key, date.min), each.until or date.max)
        if each.kind is CompetenceKind.TRAINING:
            trainings.setdefault(each.value.casefold(), Demand(each.kind, (each.value,)))
    found = []
    for demand in (*demands, *trainings.values()):
        ends = [end for value in demand.values if (end := last.get((demand.kind, value.casefold())))]
        if max(ends, default=date.min) < day:
            found.append(Lack(demand, max(ends, default=None)))
    return tuple(found)


def clean_competence(kind: CompetenceKind, value: str) -> str:
    """Return a code, or the name of a training on one line. RuleError at the kind if it is none."""
    value = " ".join(value.split())
    match kind:
        case CompetenceKind.SECTOR if not _SECTOR.fullmatch(value):
            raise RuleError("Choose a sector.", kind)
        case CompetenceKind.LANGUAGE if value not in SPOKEN:
            raise RuleError("Choose a language.", kind)
        case CompetenceKind.TRAINING:
            if not value:
                raise RuleError("Enter the name of the training.", kind)
            check_length(value, _TRAINING_MAX, kind)
            check_printable(value, kind)
        case _:
            pass
    return value


def check_period(since: date | None, until: date | None, today: date) -> None:
    """Raise RuleError for an interest that begins after today, or ends before it begins."""
    if since and since > today:
        raise RuleError("An interest counts from the day on which it is known. Leave this empty.", "since")
    if since and until and until < since:
        raise RuleError("The last day is before the first.", "until")


def clean_name(name: str, *, printed: bool = False) -> str:
    """Return the name on one line; RuleError at `name` if it is empty, too long, or unprintable while `printed`."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise RuleError("Enter the name.", field="name")
    check_length(name, _NAME_MAX, "name")
    if printed:
        check_printable(name, "name")
    return name


def clean_language(language: str) -> str:
    """Return the code of a language of the portal; RuleError at `language` otherwise."""
    if language not in LANGUAGES:
        raise RuleError("Choose a language.", field="language")
    return language
