"""Confirm or narrow, item by item, the scope that an application states, with the beds at each housing location."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Code
from audits.core.letters import check_printable
from audits.inspections.events import ScopeConfirmed
from audits.inspections.models import Audit, SampledUnit
from audits.inspections.services.course import load_fieldwork, record
from audits.schemes.queries import housing_units


def confirm_scope(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    items: Collection[str],
    why: str = "",
    beds: Mapping[str, int] | None = None,
) -> Audit:
    """Store what the inspector saw of the stated scope; a decider can grant no more than that.

    `items` are those of `StatedScope.items` that are confirmed, `why` says why others are not, `beds` are those seen at
    each housing location that is in the audit, which confirmed housing needs.
    """
    audit = load_fieldwork(session, actor, audit_id)
    if audit.application_id is None:
        raise IllegalMoveError("This audit is about no application.")
    stated = audit.application.stated.items()
    if not set(items) <= set(stated):
        raise RuleError("A part of the scope was not stated. Look again.", "items")
    confirmed = [item for item in stated if item in items]
    said = why.strip()
    check_printable(said, "why")
    if len(confirmed) < len(stated) and not said:
        raise RuleError("Say why you leave out a part of the scope.", "why")
    houses = audit.application.stated.only(confirmed).offers_housing
    seen = _checked_beds(session, audit, beds or {}) if houses else {}
    audit.confirmed_scope = {"items": confirmed, "why": said, "beds": seen}
    told = ScopeConfirmed(after=audit.state, items=tuple(Code(item) for item in confirmed), why=said, beds=seen)
    record(session, actor, audit, told)
    return audit


def housing_locations(session: Session, audit: Audit) -> list[str]:
    """Return the references of the housing locations in the audit, in the order of the draw."""
    query = select(SampledUnit.reference).where(
        SampledUnit.audit_id == audit.id, SampledUnit.unit.in_(sorted(housing_units(audit.scheme_version)))
    )
    return list(session.scalars(query.order_by(SampledUnit.unit, SampledUnit.position)))


def _checked_beds(session: Session, audit: Audit, beds: Mapping[str, int]) -> dict[str, int]:
    locations = housing_locations(session, audit)
    for reference in locations:
        if beds.get(reference, -1) < 0:
            raise RuleError("Say how many beds you saw at %(reference)s.", "beds", reference=reference)
    return {reference: beds[reference] for reference in locations}
