"""Issue a certificate anew: with names or less scope as its holder reported, with more after an audit. Caller commits.

Each is a decision of its own kind.
"""

from collections.abc import Collection
from typing import Unpack
from uuid import UUID

from sqlalchemy.orm import Session

from audits.agencies.queries import awaits_certificate, living_certificate
from audits.agencies.rules import Scope, StatedScope
from audits.changes.rules import Consequence
from audits.changes.services import decide_changes
from audits.core import clock, moves, outbox
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError
from audits.core.flow import Independence, moved_on
from audits.decisions.models import Decision
from audits.decisions.queries import waiting_decision
from audits.decisions.scope import addable, extended_scope
from audits.decisions.services import record_decision
from audits.inspections.models import Audit
from audits.schemes.cycle import DecisionKind
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import basis_of, reduced_scope
from certificates.lifecycle.services.changing import Reasoned
from certificates.lifecycle.services.recording import CERTIFICATES, publish
from certificates.lifecycle.services.waiting import tell_holder
from certificates.lifecycle.workflow import CertificateState

ISSUED_ANEW = {DecisionKind.AMEND: Consequence.AMEND, DecisionKind.REDUCE_SCOPE: Consequence.SCOPE}
"""The decisions by which a certificate is issued anew, and the reported changes that each accepts."""


def amend_certificate(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Decide that a certificate names what was reported and found right; the same commit queues the new one.

    Scope, conditions and last day stay as they were decided. The register shows the new details from this commit.
    IllegalMoveError for a certificate that does not count now, or while another is being made; RuleError if no reported
    change waits for this; else as for the other decisions about a certificate.
    """
    return _issue_anew(session, actor, certificate_id, DecisionKind.AMEND, said)


def reduce_scope(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Decide that a certificate covers no longer what its holder reported to have given up; as `amend_certificate`.

    RuleError if no activity or no sector would be left.
    """
    return _issue_anew(session, actor, certificate_id, DecisionKind.REDUCE_SCOPE, said)


def extend_scope(
    session: Session,
    actor: Actor,
    certificate: Certificate,
    audit: Audit,
    *,
    items: Collection[str],
    **said: Unpack[Reasoned],
) -> Certificate:
    """Decide that a certificate covers more, after an audit for that; `items` are what it covers besides.

    RuleError at `scope` for what was not audited, else as for the other decisions about a certificate.
    """
    certificate = hold_living(session, actor, certificate.id, {CertificateState.ACTIVE})
    covered = Scope.of(certificate.scope)
    scope = extended_scope(covered, addable(session, audit, covered), items)
    decision = _decide_anew(session, actor, certificate, DecisionKind.EXTEND_SCOPE, said, scope=scope)
    return _queue(session, certificate, decision)


def _issue_anew(
    session: Session, actor: Actor, certificate_id: UUID, kind: DecisionKind, said: Reasoned
) -> Certificate:
    certificate = hold_living(session, actor, certificate_id, {CertificateState.ACTIVE})
    scope = reduced_scope(session, certificate) if kind is DecisionKind.REDUCE_SCOPE else None
    decision = _decide_anew(session, actor, certificate, kind, said, scope=scope)
    decide_changes(session, actor, certificate.agency_id, ISSUED_ANEW[kind], decision.id)
    return _queue(session, certificate, decision)


def _decide_anew(
    session: Session,
    actor: Actor,
    certificate: Certificate,
    kind: DecisionKind,
    said: Reasoned,
    *,
    scope: StatedScope | None,
) -> Decision:
    decision = Decision(
        kind=kind,
        # Without an audit of its own: the one on which the certificate rests, so that its cycle goes on.
        audit_id=said.get("audit_id") or certificate.decision.audit_id,
        proposal_id=said.get("proposal_id"),
        certificate_id=certificate.id,
        agency_id=certificate.agency_id,
        reasons=said["reasons"],
        conditions=[],
        scope=scope.plain() if scope else None,
    )
    return record_decision(
        session,
        actor,
        decision,
        basis=said.get("basis") or basis_of(session, certificate, kind),
        version=certificate.scheme_version,
        grounds=said.get("grounds", ()),
        shown=said.get("shown"),
    )


def _queue(session: Session, certificate: Certificate, decision: Decision) -> Certificate:
    """Queue the certificate that takes the place of this one, and tell the holder."""
    publish(session, certificate)
    outbox.enqueue(session, "certificate.number", decision_id=str(decision.id))
    tell_holder(session, certificate, decision)
    return certificate


def hold_living(
    session: Session, actor: Actor, certificate_id: UUID, within: Collection[CertificateState]
) -> Certificate:
    """Return the certificate, locked, if it lives today in one of these states and no other is being made."""
    asks = Independence.OUTSIDER
    certificate = moves.hold(
        session, CERTIFICATES, actor, certificate_id, Permission.CERTIFICATE_CHANGE, asks=asks, within=within
    )
    if living_certificate(session, certificate.agency_id, clock.today()) != certificate.id:
        raise moved_on()
    if waiting_decision(session, certificate.agency_id):
        raise IllegalMoveError(
            "A decision about this certificate counts from a later day. Decide otherwise about that first, or wait."
        )
    if awaits_certificate(session, certificate.agency_id):
        raise IllegalMoveError("A certificate of this agency is being made. Wait until it is issued.")
    return certificate
