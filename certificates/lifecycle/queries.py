"""Reads of certificates for people who are signed in. The public reads the register."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from audits.agencies.models import Agency
from audits.agencies.rules import Scope, StatedScope
from audits.changes.queries import referred_changes
from audits.changes.rules import Consequence, kept_scope
from audits.conditions.models import Condition
from audits.conditions.queries import visible_conditions
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import missing
from audits.core.statements import built_once, one_page
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.basis import Basis, Part, agency_parts, amended_parts, audit_basis, standing
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.rules import reasons_against
from audits.decisions.scope import addable
from audits.disputes.models import Appeal
from audits.disputes.workflow import OPEN_STATES
from audits.inspections.models import Audit
from audits.inspections.queries import findings_of
from audits.people.independence import Bar, bar_in, bars, team_is_tied
from audits.schemes.cycle import AuditKind, DecisionKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from certificates.documents.queries import newest_id
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.models import Certificate, CertificateChange, HearingStatement
from certificates.lifecycle.rules import Fate, ways_to_end
from certificates.lifecycle.workflow import CertificateState
from certificates.wording import ConditionTerms

PAGE_SIZE = 50


def visible_certificates(actor: Actor) -> Select[Certificate]:
    """Select what the actor may see: an agency its own, staff with cases all; everybody else uses the register."""
    query = select(Certificate)
    if actor.agency_id is not None:
        return query.where(Certificate.agency_id == actor.agency_id)
    return query if actor.has(Permission.CASES_VIEW) else query.where(false())


def held_by_appeals(session: Session, agency_ids: Collection[UUID]) -> set[UUID]:
    """Return of which of these agencies, which have appealed, the decision does not count because of that."""
    query = select(Decision.agency_id).join(Certificate, Certificate.id == Decision.certificate_id)
    norm = (SchemeVersion.id == Certificate.scheme_version_id) & (
        Decision.kind == func.any(SchemeVersion.held_back_kinds)
    )
    waits = Decision.id == func.waiting_decision(Decision.agency_id)
    query = query.join(SchemeVersion, norm).join(Appeal, Appeal.decision_id == Decision.id)
    query = query.where(Decision.agency_id.in_(agency_ids), Appeal.state.in_(sorted(OPEN_STATES)), waits)
    return set(session.scalars(query)) if agency_ids else set()


def get_certificate(session: Session, actor: Actor, certificate_id: UUID) -> Certificate:
    """Return one certificate with its agency, version and decision, or raise NotFoundError."""
    query = visible_certificates(actor).where(Certificate.id == certificate_id)
    certificate = session.scalar(
        query.options(
            joinedload(Certificate.agency), joinedload(Certificate.scheme_version), joinedload(Certificate.decision)
        )
    )
    if certificate is None:
        raise missing(Certificate)
    return certificate


def list_certificates(
    session: Session, actor: Actor, *, states: frozenset[CertificateState] | None = None, limit: int = 100
) -> list[Certificate]:
    """Return the newest certificates with their agencies."""
    return list(session.scalars(_newest(actor, states).limit(limit)))


def search_certificates(
    session: Session, actor: Actor, text: str = "", page: int = 1, *, states: frozenset[CertificateState] | None = None
) -> list[Certificate]:
    """Return a page of certificates, plus one; `text` matches their number, or the agency's name or number."""
    query = _newest(actor, states)
    if text.strip():
        names = (Agency.legal_name, Agency.register_number, Certificate.number)
        query = query.where(or_(*(name.icontains(text.strip(), autoescape=True) for name in names)))
    return list(session.scalars(one_page(query, page, PAGE_SIZE)))


def certificates_of(session: Session, actor: Actor, agency_id: UUID) -> list[Certificate]:
    """Return all issued certificates of an agency that the actor may see, oldest first."""
    query = visible_certificates(actor).where(Certificate.agency_id == agency_id, Certificate.issued_at.is_not(None))
    return list(session.scalars(query.order_by(Certificate.numbered_at)))


def find_living(session: Session, agency_id: UUID, on: date) -> Certificate | None:
    """Return the certificate of an agency that counts or is suspended on a day, or None."""
    query, values = _living(agency_id, on)
    return session.scalar(query, values)


def is_newest(session: Session, certificate: Certificate) -> bool:
    """Return whether no later certificate of its agency was numbered."""
    later = select(Certificate.id).where(Certificate.agency_id == certificate.agency_id)
    return session.scalar(later.where(Certificate.numbered_at > certificate.numbered_at).limit(1)) is None


def standing_suspension(session: Session, agency_id: UUID, on: date) -> UUID | None:
    """Return the decision by which the certificate of an agency is suspended now; None if it is not."""
    held = find_living(session, agency_id, on)
    if held is None or held.state is CertificateState.ACTIVE:
        return None
    query = select(Decision.id).where(Decision.certificate_id == held.id, Decision.kind == DecisionKind.SUSPEND)
    return session.scalar(query.order_by(Decision.decided_at.desc()).limit(1))


class BeforeDeciding(NamedTuple):
    """What a decider must know besides the file of an audit; asked in one statement."""

    held: Certificate | None  # the living certificate of the agency
    waiting: DecisionProposal | None  # a decision that waits for a second decider
    tied: bool  # somebody of the team declared an interest, and nobody untied has looked since
    bar: Bar | None  # why this person may not decide
    report_id: UUID | None  # the document with the report of the inspector


def before_deciding(session: Session, agency_id: UUID, on: date, audit_id: UUID, actor: Actor) -> BeforeDeciding:
    """Return what stands beside the file of an audit for this person."""
    query, values = _before_deciding(agency_id, on, audit_id, actor.id, actor)
    held, waiting, tied, report_id, *bar = session.execute(query, values).one()
    return BeforeDeciding(held, waiting, tied, bar_in(*bar), report_id)


@built_once
def _living(agency_id: UUID, on: date) -> Select[Certificate]:
    return select(Certificate).where(Certificate.id == func.living_certificate(agency_id, on))


@built_once
def _before_deciding(
    agency_id: UUID, on: date, audit_id: UUID, person_id: UUID, actor: Actor
) -> Select[*tuple[Any, ...]]:
    now = select(func.living_certificate(agency_id, on).label("held")).subquery()
    tied = func.coalesce(func.tied_team(audit_id), false())
    report = newest_id(actor, DocumentKind.AUDIT_REPORT, audit_id).scalar_subquery()
    query = select(Certificate, DecisionProposal, tied, report, *bars(agency_id, person_id, on)).select_from(now)
    query = query.outerjoin(Certificate, Certificate.id == now.c.held)
    waits = (DecisionProposal.agency_id == agency_id) & DecisionProposal.answered_at.is_(None)
    return query.outerjoin(DecisionProposal, waits)


class UrgentTask(NamedTuple):
    """A critical finding on a holder, which asks for a decision about the certificate."""

    deadline: Deadline
    audit: Audit
    certificate: Certificate | None  # the newest of the holder

    @property
    def due_on(self) -> date:
        """Return the last day."""
        return self.deadline.due_on


def urgent_tasks(session: Session, actor: Actor, agency_id: UUID | None = None) -> list[UrgentTask]:
    """Return the open tasks of deciders about certificates, earliest term first; of one agency, or of all."""
    authorise(actor, Permission.CASES_VIEW)
    newest = select(Certificate.id).where(
        Certificate.agency_id == Deadline.agency_id, Certificate.issued_at.is_not(None)
    )
    newest = newest.order_by(Certificate.numbered_at.desc()).limit(1).correlate(Deadline)
    query = select(Deadline, Audit, Certificate).join(Audit, Audit.id == Deadline.subject_id)
    query = query.outerjoin(Certificate, Certificate.id == newest.scalar_subquery())
    query = query.where(Deadline.kind == DeadlineKind.CRITICAL_FINDING, Deadline.done_at.is_(None))
    query = query.where(Deadline.agency_id == agency_id) if agency_id else query
    query = query.options(joinedload(Audit.agency)).order_by(Deadline.due_on, Deadline.opened_at)
    return [UrgentTask(*row) for row in session.execute(query)]


class Hearing(NamedTuple):
    """A suspension at once, which a second decider must confirm or end."""

    deadline: Deadline
    certificate: Certificate

    @property
    def due_on(self) -> date:
        """Return the last day."""
        return self.deadline.due_on


def hearings(session: Session, actor: Actor, agency_id: UUID | None = None) -> list[Hearing]:
    """Return the suspensions that wait for a second decider, earliest term first; of one agency, or of all."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(Deadline, Certificate).join(Certificate, Certificate.id == Deadline.subject_id)
    query = query.where(Deadline.kind == DeadlineKind.SUSPENSION_HEARING, Deadline.done_at.is_(None))
    query = query.where(Certificate.state == CertificateState.SUSPENDED)  # one that was replaced has nothing to answer
    query = query.where(Deadline.agency_id == agency_id) if agency_id else query
    query = query.options(joinedload(Certificate.agency)).order_by(Deadline.due_on, Deadline.opened_at)
    return [Hearing(*row) for row in session.execute(query)]


def statements_of(session: Session, decision_id: UUID) -> list[HearingStatement]:
    """Return what an agency said of a suspension at once, oldest first. The caller may see the decision."""
    query = select(HearingStatement).where(HearingStatement.decision_id == decision_id)
    return list(session.scalars(query.options(joinedload(HearingStatement.person)).order_by(HearingStatement.said_at)))


def changes_of(session: Session, certificate_id: UUID) -> list[CertificateChange]:
    """Return the public history of one certificate, newest first."""
    query = select(CertificateChange).where(CertificateChange.certificate_id == certificate_id)
    return list(session.scalars(query.order_by(CertificateChange.id.desc())))


def basis_of(session: Session, certificate: Certificate, kind: DecisionKind | None = None) -> Basis:
    """Return the basis of a decision about a certificate: the certificate, its history, and the case of its holder.

    That of an amendment also says how the holder is named after it, that of a smaller scope what is left of it.
    """
    common = agency_parts(session, certificate.agency_id)
    if kind is DecisionKind.AMEND:
        common |= amended_parts(session, certificate.agency_id)
    if kind is DecisionKind.REDUCE_SCOPE:
        common |= {Part.SCOPE: reduced_scope(session, certificate).plain()}
    return Basis(
        {Part.SCHEME: certificate.scheme_version.sha256, Part.CERTIFICATE: _facts(session, certificate)} | common
    )


def condition_terms(session: Session, certificate: Certificate) -> list[ConditionTerms]:
    """Return the conditions of a certificate as they are public; none for one without conditions."""
    if not certificate.conditional:
        return []
    of_grant = select(Decision.audit_id).where(Decision.id == certificate.decision_id).scalar_subquery()
    met = aliased(Decision)
    query = select(Condition.text, Condition.due_on, Condition.met_by, met.effective_on)
    query = query.outerjoin(met, met.id == Condition.met_by)
    rows = session.execute(query.where(Condition.audit_id == of_grant).order_by(Condition.position))
    return [
        {"text": text, "due_on": due_on.isoformat(), "met_on": str(met_on) if met_by else None}
        for text, due_on, met_by, met_on in rows
    ]


def conditions_held(session: Session, actor: Actor, certificate: Certificate) -> list[Condition]:
    """Return the conditions of the grant that a certificate rests on, in order."""
    query = visible_conditions(actor).join(Decision, Decision.audit_id == Condition.audit_id)
    query = query.where(Decision.id == certificate.decision_id)
    return list(session.scalars(query.order_by(Condition.position)))


def reduced_scope(session: Session, certificate: Certificate) -> StatedScope:
    """Return what a certificate covers after the changes that wait for a smaller scope; RuleError for nothing."""
    waiting = referred_changes(session, certificate.agency_id, Consequence.SCOPE)
    return kept_scope(Scope.of(certificate.scope), waiting)


def holder_basis(session: Session, audit: Audit, held: Certificate | None) -> Basis:
    """Return the basis of the decision that ends an audit of a holder; for more scope also what can be added."""
    basis = audit_basis(session, audit).with_parts(held_parts(session, held))
    if held is None or audit.kind is not AuditKind.SCOPE_EXTENSION:
        return basis
    return basis.with_parts({Part.SCOPE: [held.scope, addable(session, audit, Scope.of(held.scope)).plain()]})


def ways_of(session: Session, audit: Audit, held: Certificate | None) -> tuple[Fate, ...]:
    """Return the decisions that end this audit of a holder."""
    if held is None:
        return ways_to_end(None)
    return ways_to_end(held.state, extends=_may_extend(session, audit, held))


def _may_extend(session: Session, audit: Audit, held: Certificate) -> bool:
    """Return whether an audit was for more scope, and nothing in it is against that."""
    if audit.kind is not AuditKind.SCOPE_EXTENSION or not addable(session, audit, Scope.of(held.scope)).items():
        return False
    scoring, tied = scheme_of_version(audit.scheme_version).scoring, team_is_tied(session, audit.id)
    stands = standing(audit, findings_of(session, audit.id))
    return not reasons_against(scoring, **stands, tied=tied)


def held_parts(session: Session, held: Certificate | None) -> dict[Part, Any]:
    """Return what a decision on an audit of a holder rests on besides; nothing for others."""
    return {Part.CERTIFICATE: _facts(session, held)} if held else {}


def _facts(session: Session, certificate: Certificate) -> dict[str, Any]:
    history = select(CertificateChange.move, CertificateChange.changed_at)
    history = history.where(CertificateChange.certificate_id == certificate.id).order_by(CertificateChange.id)
    said = select(HearingStatement.words).where(
        HearingStatement.agency_id == certificate.agency_id,
        HearingStatement.decision_id == func.provisional_suspension(certificate.agency_id),
    )
    suspended = certificate.state is CertificateState.SUSPENDED
    heard = list(session.scalars(said.order_by(HearingStatement.said_at))) if suspended else []
    return {
        **({"heard": heard} if heard else {}),
        "number": certificate.number,
        "state": certificate.state.value,
        "conditions": list(certificate.conditions),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "scope": certificate.scope,
        "history": [[move, changed_at.isoformat()] for move, changed_at in session.execute(history)],
    }


def _newest(actor: Actor, states: frozenset[CertificateState] | None) -> Select[Certificate]:
    query = visible_certificates(actor).join(Certificate.agency).options(contains_eager(Certificate.agency))
    query = query.where(Certificate.state.in_(states)) if states else query
    return query.order_by(Certificate.numbered_at.desc(), Certificate.number.desc())
