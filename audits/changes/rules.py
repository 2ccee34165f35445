"""Which consequences a reported change can have, and what a report needs. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol

from audits.agencies.rules import LONGEST_TEXT, Holder, ProfileSection, Scope, StatedScope
from audits.core.errors import RuleError
from audits.core.letters import check_length

CHECK_WORKING_DAYS = 10
"""Until the office has checked a report, where the scheme (edition 1) names no term."""

SPECIAL_AUDIT_WORKING_DAYS = 20
"""Until a special audit after a change is planned; no scheme names a term yet."""

FARTHEST_AHEAD = timedelta(days=366)

_NEEDS_FILES = frozenset(
    {ProfileSection.SEAT, ProfileSection.BANK, ProfileSection.BRANCHES, ProfileSection.CONTROLLING_PERSONS}
)

Values = Mapping[str, Any]


class Change(Protocol):
    """The part of a reported change that the rules look at."""

    @property
    def section(self) -> ProfileSection:
        """Return the section that changes."""
        ...

    @property
    def before(self) -> Values | None:
        """Return the values before it."""
        ...

    @property
    def after(self) -> Values | None:
        """Return the values after it."""
        ...


class Consequence(StrEnum):
    """What follows from a change that the office finds right; none of them if the set is empty."""

    AMEND = "amend"  # the certificate is issued anew with what it names now
    SCOPE = "scope"  # the certificate is issued anew without what the agency gave up
    SPECIAL_AUDIT = "special_audit"


DECIDED = frozenset({Consequence.AMEND, Consequence.SCOPE})
"""The consequences that are decisions about the certificate."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The consequences that a change must have, and those that it may have besides."""

    needed: frozenset[Consequence] = frozenset()
    offered: frozenset[Consequence] = frozenset()


def consequences_of(
    section: ProfileSection, before: Values | None, after: Values | None, *, covered: Scope | None
) -> Choice:
    """Return which consequences fit a change; only a holder, whose certificate covers `covered`, has any.

    A certificate names legal entity, trade names, seat and the number of places. It covers what was audited: what the
    agency takes up is not covered before an audit, and what it gives up is covered no longer.
    """
    if covered is None:
        return Choice()
    needed: frozenset[Consequence] = frozenset()
    match section:
        case ProfileSection.SEAT:
            needed = frozenset({Consequence.AMEND})
        case ProfileSection.BRANCHES if before is None or after is None:
            needed = frozenset({Consequence.AMEND})
        case ProfileSection.SCOPE | ProfileSection.WORKERS if given_up(before, after) & _items(covered.plain()):
            needed = frozenset({Consequence.SCOPE})
        case _:
            pass
    return Choice(needed, frozenset({Consequence.SPECIAL_AUDIT}))


def given_up(before: Values | None, after: Values | None) -> frozenset[str]:
    """Return the items of a scope (`StatedScope.items`) that are gone after a change."""
    return _items(before or {}) - _items(after or {})


def kept_scope(covered: Scope, changes: Iterable[Change]) -> StatedScope:
    """Return what a certificate covers after its holder gave something up; RuleError if it would be nothing."""
    scope = StatedScope.of(covered.plain())
    gone = frozenset[str]().union(*(given_up(change.before, change.after) for change in changes))
    kept = scope.only(frozenset(scope.items()) - gone)
    if not (kept.activities and kept.sectors):
        raise RuleError("The certificate would cover no activity or no sector any more. End or withdraw it instead.")
    return kept


def _items(values: Values) -> frozenset[str]:
    return frozenset(StatedScope.of(values).items())


def holder_after(holder: Holder, changes: Iterable[Change]) -> Holder:
    """Return whom a certificate names after these changes."""
    for change in changes:
        match change.section:
            case ProfileSection.SEAT:
                holder = Holder.of(holder.plain() | dict(change.after or {}))
            case ProfileSection.BRANCHES:
                more = int(change.after is not None) - int(change.before is not None)
                holder = replace(holder, sites=holder.sites + more)
            case _:
                pass
    return holder


def chosen_consequences(choice: Choice, chosen: Collection[str]) -> frozenset[Consequence]:
    """Return the chosen consequences with the needed ones; RuleError at `consequences` for one that does not fit."""
    allowed = choice.needed | choice.offered
    if not set(chosen) <= allowed:
        raise RuleError("A consequence does not fit this change. Choose others.", "consequences")
    return choice.needed | {Consequence(code) for code in chosen}


def check_report(
    section: ProfileSection, effective_on: date | None, explanation: str, files: int, *, today: date
) -> date:
    """Return the day from which a change holds; RuleError for a report that misses it, or a file that shows it."""
    if effective_on is None:
        raise RuleError("Enter since when this is so.", "effective_on")
    if effective_on > today + FARTHEST_AHEAD:
        raise RuleError("Enter a day within a year from now.", "effective_on")
    check_length(explanation, LONGEST_TEXT, "explanation")
    if section in _NEEDS_FILES and not files:
        raise RuleError("Add a file that shows this, such as an extract from the trade register.", "files")
    return effective_on
