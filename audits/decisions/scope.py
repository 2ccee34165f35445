"""What a decider can grant of the scope that an application states, item by item."""

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import details_of
from audits.agencies.rules import Scope, StatedScope
from audits.core.errors import RuleError
from audits.inspections.models import Audit, Population
from audits.inspections.queries import populations_of
from audits.schemes.queries import housing_units


def grantable(audit: Audit, drawn: Iterable[Population]) -> StatedScope:
    """Return what was stated, confirmed by the inspector and can be granted: housing only if it was in the audit."""
    return _seen(audit, audit.confirmed or audit.application.stated, drawn)


def granted_scope(session: Session, audit: Audit, items: Collection[str] | None) -> StatedScope:
    """Return the scope that a grant keeps; None grants all that can be granted.

    RuleError at `scope` for an item that cannot be granted, and if no activity or no sector is left.
    """
    offered = grantable(audit, populations_of(session, audit.id))
    if items is not None and not set(items) <= set(offered.items()):
        raise RuleError("A part of the scope was not stated or not audited. Look again.", field="scope")
    granted = offered if items is None else offered.only(items)
    if not (granted.activities and granted.sectors):
        raise RuleError("Grant at least one activity and one sector.", field="scope")
    return granted


def addable(session: Session, audit: Audit, covered: Scope) -> StatedScope:
    """Return what an audit for an extension may add to a certificate that covers `covered`.

    That is what its holder does by now, as the office found right, and the certificate does not cover; housing only if
    it was in the audit.
    """
    states = StatedScope.of(details_of(session.get_one(Agency, audit.agency_id)).plain())
    more = states.only(set(states.items()) - set(StatedScope.of(covered.plain()).items()))
    return _seen(audit, more, populations_of(session, audit.id))


def extended_scope(covered: Scope, offered: StatedScope, items: Collection[str]) -> StatedScope:
    """Return what a certificate covers with these items of what can be added; RuleError at `scope` for another."""
    if not items or not set(items) <= set(offered.items()):
        raise RuleError("Choose what the certificate covers more, of what was audited.", field="scope")
    return StatedScope.of(covered.plain()).plus(offered.only(items))


def _seen(audit: Audit, scope: StatedScope, drawn: Iterable[Population]) -> StatedScope:
    """Return a scope, with housing only if it was in the audit."""
    housing = housing_units(audit.scheme_version) if scope.offers_housing else frozenset()
    seen = any(each.drawn and each.unit in housing for each in drawn)
    return scope if seen or not scope.offers_housing else scope.without_housing()
