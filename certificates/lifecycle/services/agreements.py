"""Ask holders to accept a certification agreement that changed (ISO/IEC 17065, 4.1.2 and 7.10). The caller commits."""

from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from audits.applications.models import AgreementAcceptance
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.deadlines.models import Deadline
from audits.deadlines.rules import AGREEMENT_WORKING_DAYS, DeadlineKind
from audits.deadlines.services import open_deadline
from audits.decisions.models import Decision
from audits.inspections.models import Audit
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import newest_agreement
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.workflow import CURRENT


def ask_agreements(session: Session) -> int:
    """Open a deadline for each holder that accepted an older agreement than the newest; return how many.

    It ends on the day from which the new version is valid, or where that is near some working days from now. Who holds
    a certificate under a version without an agreement is asked at the next application.
    """
    today, asked = clock.today(), 0
    codes = select(SchemeVersion.code).where(SchemeVersion.agreement_sha256.is_not(None)).distinct()
    for code in session.scalars(codes).all():
        if newest := newest_agreement(session, code):
            agreement, valid_from = newest
            due_on = max(valid_from, add_working_days(today, AGREEMENT_WORKING_DAYS))
            asked += _ask(session, code, agreement.sha256, due_on, today)
    return asked


def _ask(session: Session, code: str, sha256: str, due_on: date, today: date) -> int:
    accepted = exists().where(AgreementAcceptance.agency_id == Certificate.agency_id)
    open_task = exists().where(
        Deadline.kind == DeadlineKind.AGREEMENT,
        Deadline.agency_id == Certificate.agency_id,
        Deadline.done_at.is_(None),
    )
    holders = (
        select(Certificate.agency_id, Audit.certification_id)
        .join(SchemeVersion, SchemeVersion.id == Certificate.scheme_version_id)
        .join(Decision, Decision.id == Certificate.decision_id)
        .join(Audit, Audit.id == Decision.audit_id)
        .where(SchemeVersion.code == code, Certificate.state.in_(CURRENT), Certificate.valid_until >= today)
        .where(accepted, ~accepted.where(AgreementAcceptance.sha256 == sha256), ~open_task)
    )
    rows = session.execute(holders).all()
    for agency_id, certification_id in rows:
        open_deadline(
            session,
            DeadlineKind.AGREEMENT,
            subject_id=certification_id,
            agency_id=agency_id,
            due_on=due_on,
            owner_role=Role.AGENCY_SIGNATORY,
        )
    session.flush()
    return len(rows)
