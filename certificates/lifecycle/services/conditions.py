"""Decide that a condition of a certificate is met. The caller commits."""

from typing import Unpack
from uuid import UUID

from sqlalchemy.orm import Session

from audits.certification.services import lay_down_surveillance
from audits.conditions.models import Condition
from audits.conditions.queries import unmet
from audits.conditions.services import meet
from audits.core import events, moves, outbox
from audits.core.access import Actor
from audits.core.errors import missing
from audits.decisions.models import Decision
from audits.inspections.models import Audit
from audits.schemes.cycle import DecisionKind
from audits.schemes.queries import scheme_of_version, with_cycle
from certificates.ledger.entries import EntryType
from certificates.lifecycle.events import CertificateConditionMet
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services.amending import hold_living
from certificates.lifecycle.services.changing import Reasoned, decide_about
from certificates.lifecycle.services.recording import add_line, log, publish
from certificates.lifecycle.services.waiting import tell_holder
from certificates.lifecycle.workflow import CURRENT


def meet_condition(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Decide that the condition `condition_id` is met, with or without proof of the holder.

    With the last one, the same commit queues a certificate without conditions, which lasts as long as if there had
    been none. NotFoundError for a condition of another certificate; else as for the other decisions about one.
    """
    certificate = hold_living(session, actor, certificate_id, CURRENT)
    audit: Audit = certificate.decision.concluded
    condition = moves.load(session, Condition, UUID(said["condition_id"]))
    if condition.audit_id != audit.id:
        raise missing(Condition)
    said["audit_id"] = audit.id
    decision = decide_about(session, actor, certificate, DecisionKind.CONDITION_MET, said)
    meet(session, actor, condition, decision.id)
    add_line(session, certificate, decision.kind.value, decision)
    told = CertificateConditionMet()
    events.record(session, told, subject_id=certificate.id, actor=actor, agency_id=certificate.agency_id)
    publish(session, certificate)
    if not unmet(session, audit.id):
        _issue_without(session, certificate, audit, decision)
    tell_holder(session, certificate, decision)
    log(session, certificate, EntryType.CONDITION_MET)
    return certificate


def _issue_without(session: Session, certificate: Certificate, audit: Audit, decision: Decision) -> None:
    """Queue the certificate without conditions, and lay down the surveillance of its longer life."""
    outbox.enqueue(session, "certificate.number", decision_id=str(decision.id))
    lay_down_surveillance(
        session,
        with_cycle(audit.scheme_version).cycle,
        certification_id=audit.certification_id,
        agency_id=audit.agency_id,
        granted_on=certificate.valid_from,
        months=scheme_of_version(audit.scheme_version).validity.certified_months,
    )
