"""Reads of what somebody follows: by pages through a function that needs the id, and by the worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core.errors import N_, RuleError, missing
from certificates.following.models import Follow, Followed
from certificates.following.rules import CANDIDATES, MOST_FOLLOWED, MOST_NAMES
from certificates.register.bulk import Outcome, check_all
from certificates.register.models import RegisterEntry
from certificates.register.queries import Asked, find
from certificates.register.search.folding import telling, words

_TOO_MANY = N_("A list may have at most %(most)s lines; this one has %(count)s. Divide it.")
_TOO_MANY_NAMES = N_("A list may have at most %(most)s names without a number; this one has %(count)s. Divide it.")
_EMPTY = N_("Enter at least one number or name.")


class Why(StrEnum):
    """What connects a line of a list with an agency."""

    NUMBER = "number"
    NAME = "name"  # it is called so
    WORDS = "words"  # its name has these words, or resembles them
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Match:
    """A line of a list, and the agencies that may be meant."""

    asked: str
    why: Why
    entries: tuple[RegisterEntry, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Return whether one agency is meant."""
        return len(self.entries) == 1 and self.why in {Why.NUMBER, Why.NAME}


class FollowState(NamedTuple):
    """A list as its owner sees it."""

    language: str
    daily: bool
    confirmed_at: datetime | None
    public_ids: Sequence[str]


def match_lines(session: Session, lines: Sequence[str], day: date) -> list[Match]:
    """Find the agency that each line means: by its number, else by its name. RuleError for a list that is too long."""
    asked = list(dict.fromkeys(stripped for line in lines if (stripped := line.strip())))
    if not asked:
        raise RuleError(_EMPTY)
    if len(asked) > MOST_FOLLOWED:
        raise RuleError(_TOO_MANY, most=MOST_FOLLOWED, count=len(asked))
    by_number = check_all(session, asked, day)
    names = [each.asked for each in by_number if each.outcome in {Outcome.UNKNOWN, Outcome.UNREADABLE}]
    if len(names) > MOST_NAMES:
        raise RuleError(_TOO_MANY_NAMES, most=MOST_NAMES, count=len(names))
    by_name = {name: _by_name(session, name, day) for name in names}
    return [by_name.get(each.asked) or Match(each.asked, Why.NUMBER, each.entries) for each in by_number]


def _by_name(session: Session, text: str, day: date) -> Match:
    found = find(session, Asked(day, text, size=CANDIDATES)).entries
    told = telling(words(text))
    called = [entry for entry in found if any(telling(words(name)) == told for name in _names(entry))]
    if called:
        return Match(text, Why.NAME, tuple(called))
    return Match(text, Why.WORDS if found else Why.NOTHING, tuple(found))


def _names(entry: RegisterEntry) -> list[str]:
    return [entry.legal_name, *entry.trade_names]


def follow_state(session: Session, follow_id: UUID) -> FollowState:
    """Return a list to whoever knows its id; NotFoundError for one that is not kept any more."""
    known = select(func.follow_state(follow_id).table_valued(*FollowState._fields))
    row = session.execute(known).one_or_none()
    if row is None:
        raise missing(Follow)
    return FollowState(*row)


def agencies_of(session: Session, follow_id: UUID) -> list[RegisterEntry]:
    """Return the agencies of a list, by name; for the worker."""
    query = select(RegisterEntry).join(Followed, Followed.agency_id == RegisterEntry.agency_id)
    query = query.where(Followed.follow_id == follow_id).order_by(RegisterEntry.sort_name)
    return list(session.scalars(query))
