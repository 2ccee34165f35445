"""Conditions on entries in SQL: which are listed on a day, of which status, and which fit a search."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import defer

from certificates.lifecycle.rules import LISTED, Status
from certificates.lifecycle.workflow import COUNTS, CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.search.filters import Facet

TERMS: ColumnElement[Any] = func.array_to_tsvector(RegisterEntry.words.op("||")(RegisterEntry.tags))
"""Exactly as the index has it."""

HIDDEN = (
    defer(RegisterEntry.words),
    defer(RegisterEntry.folded),
    defer(RegisterEntry.numbers),
    defer(RegisterEntry.tags),
)
"""What no page shows of an entry, as options of a statement."""

APPLIED_UNTIL = RegisterEntry.applied_on + func.make_interval(0, RegisterEntry.applied_months)


@lru_cache(maxsize=8)  # the same object for all statements of a day: it is not built, nor looked through, again
def listed_on(day: date) -> ColumnElement[bool]:
    """Return the SQL condition for entries in the search; applications are listed only for a while."""
    return and_(
        RegisterEntry.listed,
        or_(RegisterEntry.state.is_not(None), day <= APPLIED_UNTIL),
    )


def shows(status: Status, day: date) -> ColumnElement[bool]:
    """Return the SQL condition for this status on `day`; equivalent to RegisterEntry.status_on."""
    state, valid = RegisterEntry.state, RegisterEntry.valid_until >= day
    active = state == CertificateState.ACTIVE
    return {
        Status.APPLIED: and_(state.is_(None), day <= APPLIED_UNTIL),
        Status.CERTIFIED: and_(active, valid, ~RegisterEntry.conditional),
        Status.CONDITIONAL: and_(active, valid, RegisterEntry.conditional),
        Status.PARTLY_SUSPENDED: and_(state == CertificateState.PARTLY_SUSPENDED, valid),
        Status.SUSPENDED: state == CertificateState.SUSPENDED,
        Status.WITHDRAWN: state == CertificateState.WITHDRAWN,
        Status.ENDED: state == CertificateState.ENDED,
        Status.REPLACED: false(),  # the newest certificate of an agency never is
        Status.EXPIRED: and_(state.in_(sorted(COUNTS)), ~valid),
        Status.NONE: false(),  # not listed in the search
    }[status]


@lru_cache(maxsize=8)
def status_tag(day: date) -> ColumnElement[str]:
    """Return the status of an entry on `day` as a tag."""
    return case(*((shows(status, day), literal(f"{Facet.STATUS}:{status}", String)) for status in LISTED), else_="")


def fits(name: str) -> ColumnElement[bool]:
    """Return the condition that the words and tags of an entry fit a tsquery, the value of this name."""
    return TERMS.op("@@")(cast(bindparam(name, type_=String), TSQUERY))


def fits_beside(name: str) -> ColumnElement[bool]:
    """Return the same condition for entries that were found by another: no index is asked for it."""
    return TERMS.op("||")(literal_column("''::tsvector")).op("@@")(cast(bindparam(name, type_=String), TSQUERY))


def within(statuses: tuple[Status, ...], day: date) -> ColumnElement[bool]:
    """Return the condition that an entry is listed, and of a chosen status; the other filters are in their tsquery."""
    chosen = [shows(status, day) for status in statuses]
    return and_(listed_on(day), or_(*chosen) if chosen else true())
