"""Record every change of a certificate: state, change row, event, register entry, log entry.

The log entry comes last, because the log stays locked from then until the commit.
"""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.certification.rules import renewal_window
from audits.conditions.services import lapse_conditions
from audits.core import clock, moves, outbox
from audits.core.access import Actor, Role
from audits.core.calendar import months_after
from audits.core.events import Moved
from audits.core.flow import Independence
from audits.core.moves import Course
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.decisions.models import Decision
from audits.decisions.queries import grounds_in_words
from audits.people import independence
from audits.schemes.queries import scheme_of_version
from certificates.ledger.entries import EntryType, certificate_entry
from certificates.ledger.services import append
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, ON_ITS_DAY, CertificateState
from certificates.register.services import refresh_entry


def _check(session: Session, actor: Actor, certificate: Certificate, asks: Independence) -> None:
    if asks is not Independence.NOTHING:
        independence.check_outsider(session, actor, certificate.agency_id)


CERTIFICATES = Course(Certificate, CERTIFICATE_FLOW, _check)
_DUE = Course(Certificate, ON_ITS_DAY, _check)


def record_move(
    session: Session,
    actor: Actor,
    subject: UUID | Certificate,
    move: type[Moved],
    *,
    reason: str = "",
    decision: Decision | None = None,
) -> Certificate:
    """Make one move, and add its line to the public history, with the public words of the decision's grounds."""
    course = _DUE if decision and decision.counts_later else CERTIFICATES
    certificate = moves.make(session, course, actor, subject, move, reason=reason)
    add_line(session, certificate, decision.kind.value if decision else move.verb(), decision)
    session.flush()  # a term ends with its event
    _set_terms(session, certificate)
    _let_lapse(session, certificate)
    return certificate


def add_line(session: Session, certificate: Certificate, move: str, decision: Decision | None) -> None:
    """Add a line to the public history."""
    change = CertificateChange(
        certificate_id=certificate.id,
        agency_id=certificate.agency_id,
        move=move,
        state=certificate.state,
        reason="",
        grounds=grounds_in_words(decision.grounds) if decision else [],
        provisional=decision.provisional if decision else False,
        excepted=(decision.excepted if decision else None) or {},
        changed_at=clock.now(),
        decision_id=decision and decision.id,
        actor_id=decision and decision.decider_id,
    )
    session.add(change)


def _set_terms(session: Session, certificate: Certificate) -> None:
    """Open and end the terms of a certificate in its new state: until its renewal, and of a suspension."""
    about: dict[str, Any] = {"subject_id": certificate.id, "agency_id": certificate.agency_id}
    terms = scheme_of_version(certificate.scheme_version).terms
    if certificate.state not in CURRENT - {CertificateState.ACTIVE}:
        end_deadline(session, DeadlineKind.SUSPENSION, certificate.id)
    if certificate.state not in CURRENT:
        end_deadline(session, DeadlineKind.RENEWAL, certificate.id)
    elif certificate.state is not CertificateState.ACTIVE:
        due_on = months_after(clock.today(), terms.suspension_months)
        open_deadline(session, DeadlineKind.SUSPENSION, **about, due_on=due_on, owner_role=Role.DECIDER)
    else:
        until, window = certificate.valid_until, timedelta(days=renewal_window(terms))
        about |= {"from_on": until - window, "due_on": until}
        open_deadline(session, DeadlineKind.RENEWAL, **about, owner_role=Role.AGENCY_OWNER)


def _let_lapse(session: Session, certificate: Certificate) -> None:
    """Let conditions lapse with the certificate; one that takes the place of another keeps those of its own audit."""
    if certificate.state in {CertificateState.WITHDRAWN, CertificateState.ENDED}:
        lapse_conditions(session, certificate.agency_id)
    elif certificate.state is CertificateState.ACTIVE:
        lapse_conditions(session, certificate.agency_id, but=certificate.decision.audit_id)


def publish(session: Session, certificate: Certificate) -> None:
    """Update the register entry of the agency."""
    session.flush()
    refresh_entry(session, certificate.agency_id)


def log(session: Session, certificate: Certificate, kind: EntryType, *, pdf: str | None = None) -> None:
    """Add an entry to the public log, and let followers be told; with a file, its hash and that of its credential."""
    attached = certificate.credential if pdf else None
    entry = certificate_entry(
        kind,
        certificate.number,
        status=certificate.status_on(clock.today()).value,
        at=clock.now(),
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        pdf=pdf,
        credential=hashlib.sha256(attached.encode()).hexdigest() if attached else None,
    )
    outbox.enqueue(session, "follow.tell")
    append(session, entry)
