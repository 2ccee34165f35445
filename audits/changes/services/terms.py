"""Compute until when a reported change must be checked or decided, from the scheme of the agency's newest case."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from audits.changes.queries import scheme_of_agency
from audits.changes.rules import CHECK_WORKING_DAYS, SPECIAL_AUDIT_WORKING_DAYS
from audits.core import clock
from audits.core.calendar import add_working_days


def check_by(session: Session, agency_id: UUID) -> date:
    """Return the last day for the office to check a change that is reported now."""
    term = scheme_of_agency(session, agency_id).terms.reported_change_working_days
    return add_working_days(clock.today(), term or CHECK_WORKING_DAYS)


def decide_by(session: Session, agency_id: UUID) -> date:
    """Return the last day for a decider to act on a change that is passed on now."""
    return add_working_days(clock.today(), scheme_of_agency(session, agency_id).terms.decision_working_days)


def plan_audit_by() -> date:
    """Return the last day to plan a special audit that is ordered now."""
    return add_working_days(clock.today(), SPECIAL_AUDIT_WORKING_DAYS)
