"""Audits that a planner has to plan, with last day and risk, in the order in which to plan them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ScalarSelect, Subquery, func, select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.rules import ProfileSection
from audits.certification.queries import visits_to_plan
from audits.changes.models import AgencyChange
from audits.changes.queries import special_audits
from audits.changes.workflow import ChangeState
from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.calendar import months_after
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.inspections.models import Audit, Finding
from audits.inspections.queries import unplanned_applications
from audits.inspections.workflow import GONE, FindingState
from audits.schemes.cycle import Measure, Priority
from audits.schemes.queries import version_for, with_cycle
from audits.signals.models import Signal
from audits.signals.queries import living_count
from audits.worklists.rules import Risk, planning_order, risk_of

_COUNTED_CHANGES = (ChangeState.REPORTED, ChangeState.REFERRED, ChangeState.ACCEPTED)

NO_PRIORITY = Priority(soon_days=0, within_months=0, weights={})


class Occasion(StrEnum):
    """Why an audit has to be planned."""

    APPLICATION = "application"
    SURVEILLANCE = "surveillance"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class ToPlan:
    """An audit that nobody has planned yet. `subject_id`: the application, the certificate, or the reported change."""

    occasion: Occasion
    subject_id: UUID
    agency: Agency
    from_on: date | None
    due_on: date | None
    risk: Risk


def planning_priority(session: Session, today: date) -> Priority:
    """Return the formula of the norm of a day; a version of edition 1 takes that of the newest text of the release.

    One formula for all, so that agencies under several versions can be compared. A version without one weighs nothing.
    """
    cycle = with_cycle(version_for(session, today)).cycle
    return cycle.priority if cycle and cycle.priority else NO_PRIORITY


def audits_to_plan(session: Session, actor: Actor, priority: Priority, today: date) -> list[ToPlan]:
    """Return what waits to be planned: what is due soon by its last day, then the rest by risk, the highest first."""
    authorise(actor, Permission.AUDIT_PLAN)
    applied = unplanned_applications(session, actor, limit=None)
    visits, special = visits_to_plan(session, actor, today), special_audits(session, actor, limit=None)
    ends = _ends(session, {each.agency_id for each in applied})
    waiting = [
        *((Occasion.APPLICATION, each.id, each.agency, None, ends.get(each.agency_id)) for each in applied),
        *(
            (Occasion.SURVEILLANCE, each.certificate_id, each.agency, each.deadline.from_on, each.deadline.due_on)
            for each in visits
        ),
        *((Occasion.SPECIAL, each.change.id, each.change.agency, None, each.deadline.due_on) for each in special),
    ]
    agencies = {agency for _, _, agency, _, _ in waiting}
    counts = _counts(session, agencies, months_after(today, -priority.within_months), today)
    found = [ToPlan(*each, risk_of(priority, counts[each[2].id])) for each in waiting]

    def order(each: ToPlan) -> tuple[object, ...]:
        return *planning_order(each.due_on, each.risk, priority, today), each.agency.legal_name, each.subject_id

    return sorted(found, key=order)


def _ends(session: Session, agencies: Collection[UUID]) -> Mapping[UUID, date]:
    """Return until when a holder that applied again has to have a new certificate."""
    query = select(Deadline.agency_id, func.min(Deadline.due_on)).where(Deadline.kind == DeadlineKind.RENEWAL)
    query = query.where(Deadline.done_at.is_(None), Deadline.agency_id.in_(agencies)).group_by(Deadline.agency_id)
    return {agency_id: due_on for agency_id, due_on in session.execute(query) if agency_id}


def _counts(
    session: Session, agencies: Collection[Agency], since: date, today: date
) -> Mapping[UUID, Mapping[Measure, int]]:
    """Count everything that a formula can weigh, in one statement for all agencies."""
    told = _signals(since)
    signals = func.coalesce(told.c.number, 0) + living_count(Agency.id, today).correlate(Agency)
    query = select(Agency.id, _last_score(), _open_findings(), signals, _control_changes(since))
    query = query.outerjoin(told, told.c.agency_id == Agency.id)
    found = session.execute(query.where(Agency.id.in_([agency.id for agency in agencies])))
    counted = {agency_id: counts for agency_id, *counts in found}
    names = (Measure.LAST_SCORE, Measure.OPEN_FINDINGS, Measure.SIGNALS, Measure.CONTROL_CHANGES)
    return {
        agency.id: dict(zip(names, (count or 0 for count in counted[agency.id]), strict=True))
        | {Measure.WORKERS: agency.headcount, Measure.COUNTRIES: len(set(agency.recruitment_countries))}
        for agency in agencies
    }


def _last_score() -> ScalarSelect[int | None]:
    of_agency = select(Audit.score).where(Audit.agency_id == Agency.id, Audit.reported_at.is_not(None))
    of_agency = of_agency.where(Audit.is_live).order_by(Audit.reported_at.desc()).limit(1)
    return of_agency.correlate(Agency).scalar_subquery()


def _open_findings() -> ScalarSelect[int]:
    open_ones = select(func.count()).select_from(Finding).join(Audit, Audit.id == Finding.audit_id)
    open_ones = open_ones.where(Audit.agency_id == Agency.id, Finding.state.not_in([*GONE, FindingState.CLOSED]))
    return open_ones.correlate(Agency).scalar_subquery()


def _signals(since: date) -> Subquery:
    told = select(Signal.agency_id, func.count().label("number"))
    return told.where(Signal.received_at >= clock.midnight(since)).group_by(Signal.agency_id).subquery()


def _control_changes(since: date) -> ScalarSelect[int]:
    changed = select(func.count()).where(AgencyChange.agency_id == Agency.id, AgencyChange.effective_on >= since)
    changed = changed.where(AgencyChange.section == ProfileSection.CONTROLLING_PERSONS)
    changed = changed.where(AgencyChange.state.in_(_COUNTED_CHANGES))
    return changed.correlate(Agency).scalar_subquery()
