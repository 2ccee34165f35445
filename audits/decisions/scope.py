"""What a decider can grant of the scope that an application states, item by item."""

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from audits.agencies.rules import StatedScope
from audits.core.errors import RuleError
from audits.inspections.models import Audit, Population
from audits.inspections.queries import populations_of
from audits.schemes.queries import housing_units


def grantable(audit: Audit, drawn: Iterable[Population]) -> StatedScope:
    """Return what was stated, confirmed by the inspector and can be granted: housing only if it was in the audit."""
    stated = audit.confirmed or audit.application.stated
    housing = housing_units(audit.scheme_version) if stated.offers_housing else frozenset()
    seen = any(each.drawn and each.unit in housing for each in drawn)
    return stated if seen or not stated.offers_housing else stated.without_housing()


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
