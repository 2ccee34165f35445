"""More time for a corrective action: the agency asks, a reviewer who took no part in the audit answers."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import N_, IllegalMoveError
from audits.core.letters import check_reason
from audits.core.notices import tell_agency
from audits.findings import events as told
from audits.findings import notices
from audits.findings.models import Extension
from audits.findings.rules import check_until, latest_extension
from audits.findings.services.asking import (
    check_for_agency,
    facts_of,
    find_asked,
    hold_asked,
    hold_own,
    record,
    settle,
)
from audits.inspections.models import Finding
from audits.schemes.queries import scheme_of_version


def ask_extension(session: Session, actor: Actor, finding_id: UUID, *, until: date, reason: str) -> Extension:
    """Ask for more time, before the term is over and as often as the scheme allows."""
    finding = hold_own(session, actor, finding_id)
    due_on, latest = _terms(session, finding)
    if clock.today() > due_on:
        raise IllegalMoveError("The term is over. Ask for more time before it ends.")
    waiting = select(Extension.id).where(Extension.finding_id == finding.id, Extension.answered_at.is_(None))
    if session.scalar(waiting):
        raise IllegalMoveError("You asked for more time already. Wait for the answer.")
    check_until(until, due_on=due_on, latest=latest, field="until")
    check_reason(reason)
    extension = Extension(
        finding_id=finding.id,
        due_before=due_on,
        wanted_until=until,
        reason=reason.strip(),
        asked_by=actor.id,
        asked_at=clock.now(),
    )
    session.add(extension)
    record(session, actor, finding, told.ExtensionAsked(**_facts(finding, due_on, until, reason)))
    session.flush()
    return extension


def answer_extension(
    session: Session, actor: Actor, extension_id: UUID, *, granted_until: date | None, answer: str
) -> Extension:
    """Grant more time until a day, or none; `answer` says why, and the agency reads it."""
    extension = find_asked(session, Extension, extension_id, N_("Nobody asked for more time here."))
    finding = hold_asked(session, actor, extension)
    due_on, latest = _terms(session, finding)
    if granted_until is not None:
        check_until(granted_until, due_on=due_on, latest=latest, field="until")
    check_for_agency(session, finding, answer, "answer")
    extension.granted_until = granted_until
    settle(extension, actor, answer, granted=granted_until is not None)
    kind = told.ExtensionGranted if extension.granted else told.ExtensionRefused
    record(session, actor, finding, kind(**_facts(finding, due_on, granted_until or due_on, answer)))
    session.flush()
    session.refresh(finding)
    _tell(session, finding, granted_until or due_on, granted=granted_until is not None)
    return extension


def _terms(session: Session, finding: Finding) -> tuple[date, date]:
    """Return the present term and the last day that it may be extended to; IllegalMoveError if it may not."""
    granted = select(func.count()).where(Extension.finding_id == finding.id, Extension.granted.is_(True))
    terms = scheme_of_version(finding.audit.scheme_version).terms
    latest = latest_extension(terms, finding.due_on, granted=session.scalar(granted) or 0)
    if finding.due_on is None or latest is None:
        raise IllegalMoveError("The norm allows no more time for this finding.")
    return finding.due_on, latest


def _facts(finding: Finding, due_on: date, until: date, reason: str) -> dict[str, Any]:
    return {**facts_of(finding, reason), "due_on": due_on, "until": until}


def _tell(session: Session, finding: Finding, day: date, *, granted: bool) -> None:
    kind = notices.ExtensionGranted if granted else notices.ExtensionRefused
    notice = kind(reference=finding.audit.reference, number=finding.number, day=day)
    tell_agency(session, finding.agency_id, notice, subject_id=finding.id)
