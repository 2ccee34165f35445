"""Certificates with all rows that they depend on, inserted directly."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency, facts
from audits.agencies.rules import Scope
from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.conditions.rules import StatedCondition
from audits.conditions.services import impose_conditions
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import months_after
from audits.decisions.models import Decision, DecisionBasis
from audits.decisions.rules import Outcome
from audits.inspections.models import Audit
from audits.inspections.workflow import AuditState
from audits.people.models import Person
from audits.schemes.cycle import DecisionKind
from audits.schemes.models import SchemeVersion
from certificates.lifecycle import rules
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.snapshot import certificate_facts
from certificates.lifecycle.workflow import CertificateState
from certificates.register.services import refresh_entry
from certificates.status_lists import draw_index
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_scheme, stated
from tests.kit.factories.people import make_person

BASE_URL = "http://127.0.0.1:8000"
BODY = {"name": "Stichting Keurwerk", "address": "Waagplein 1, 3511 AB Utrecht"}
SCOPE: dict[str, Any] = {
    "activities": ["temporary_agency_work"],
    "sectors": ["logistics", "meat_fish"],
    "recruitment_countries": ["PL", "RO"],
    "own_housing": True,
    "housing_places": 40,
}
S = CertificateState
_MOVES = {
    S.PARTLY_SUSPENDED: "suspend",
    S.SUSPENDED: "suspend",
    S.WITHDRAWN: "withdraw",
    S.ENDED: "end",
    S.REPLACED: "replace",
}
_serials = count(50_001)  # far from those that the service gives


def make_certificate(
    session: Session,
    state: CertificateState = S.ACTIVE,
    agency: Agency | None = None,
    *,
    issued: date | None = None,
    changed: date | None = None,
    reason: str = "",
    conditions: Sequence[str] = (),
    months: int = 24,
    details: Mapping[str, Any] | None = None,
) -> Certificate:
    """Return a certificate in `state`, public in the register; with `conditions` a conditional one.

    `issued` is the first valid day (a month ago), `changed` the day of the last move (yesterday), `details` are those
    of a new agency. A current certificate of the same agency is replaced.
    """
    issued = issued or clock.today() - timedelta(days=30)
    agency = agency or _agency(session, **(details or {}))
    decision = _decided(session, agency, issued, conditions)
    for older in _living(session, agency):
        older.state = S.REPLACED
        _change(session, older, "replace", S.REPLACED, issued)
    session.flush()
    assert decision.audit is not None
    certificate = Certificate(
        id=uuid4(),
        number=rules.certificate_number(issued.year, next(_serials)),
        agency_id=agency.id,
        decision_id=decision.id,
        scheme_version_id=decision.audit.scheme_version_id,
        state=state,
        conditional=bool(conditions),
        conditions=list(conditions),
        scope=Scope.of(facts(agency)).plain(),
        valid_from=issued,
        valid_until=rules.valid_until(issued, months),
        status_index=draw_index(session),
        numbered_at=moment(issued),
        issued_at=None if state is S.ISSUING else moment(issued),
    )
    certificate.snapshot = certificate_facts(session, certificate, decision, base_url=BASE_URL, body=BODY)
    session.add(certificate)
    session.flush()
    if state is not S.ISSUING:
        _change(session, certificate, "issue", S.ACTIVE, issued)
    if state in _MOVES:
        _change(session, certificate, _MOVES[state], state, changed or clock.today() - timedelta(days=1), reason=reason)
    refresh_entry(session, agency.id)
    return certificate


def make_applicant(session: Session, *, accepted: date | None = None, **details: Any) -> Agency:
    """Return an agency whose application was accepted and is not decided yet."""
    agency = _agency(session, **details)
    _application(session, agency, ApplicationState.ACCEPTED, accepted or clock.today())
    refresh_entry(session, agency.id)
    return agency


def change(session: Session, certificate: Certificate, state: CertificateState, on: date, reason: str = "") -> None:
    """Move a certificate once more, and refresh the register."""
    move = "lift" if state is S.ACTIVE else _MOVES[state]
    certificate.state = state
    _change(session, certificate, move, state, on, reason=reason)
    refresh_entry(session, certificate.agency_id)


def make_refusal(session: Session, agency: Agency, *, decided: date | None = None) -> Decision:
    """Return an application of this agency that ended in a refusal."""
    decision = _decided(session, agency, decided or clock.today(), (), outcome=Outcome.REFUSE)
    refresh_entry(session, agency.id)
    return decision


def make_grant(session: Session, agency: Agency | None = None, *, conditions: Sequence[str] = ()) -> Decision:
    """Return a grant that no certificate was numbered for yet."""
    return _decided(session, agency or make_agency(session, **SCOPE), clock.today(), conditions)


def scheme(session: Session) -> SchemeVersion:
    """Return the published norm."""
    return session.scalar(select(SchemeVersion).limit(1)) or make_scheme(session)


def moment(day: date) -> datetime:
    """Noon of a day in Amsterdam; now, when noon of today has yet to come."""
    return min(datetime.combine(day, time(12), clock.AMSTERDAM), max(clock.now(), _midnight(day)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.AMSTERDAM)


def _agency(session: Session, *, former_names: Sequence[str] = (), **details: Any) -> Agency:
    agency = make_agency(session, **{**SCOPE, **details})
    agency.former_names = list(former_names)
    return agency


def _change(
    session: Session, certificate: Certificate, move: str, state: CertificateState, on: date, *, reason: str = ""
) -> None:
    session.add(
        CertificateChange(
            certificate_id=certificate.id,
            agency_id=certificate.agency_id,
            move=move,
            state=state,
            reason=reason,
            excepted={"sectors": ["meat_fish"]} if state is S.PARTLY_SUSPENDED else {},
            changed_at=moment(on),
        )
    )
    session.flush()


def _decided(
    session: Session, agency: Agency, day: date, conditions: Sequence[str], outcome: Outcome | None = None
) -> Decision:
    cast = _cast(session)
    application = _application(session, agency, ApplicationState.CONCLUDED, day)
    audit = Audit(
        id=uuid4(),
        reference=f"RA-{uuid4().hex[:10]}",
        application_id=application.id,
        agency_id=agency.id,
        scheme_version_id=application.scheme_version_id,
        planner_id=cast[Role.PLANNER].id,
        inspector_id=cast[Role.INSPECTOR].id,
        state=AuditState.CONCLUDED,
        planned_on=day,
        announced=True,
        reported_at=moment(day),
        score=0,
    )
    session.add(audit)
    session.flush()
    grant = Outcome.GRANT_WITH_CONDITIONS if conditions else Outcome.GRANT
    decision = Decision(
        id=uuid4(),
        audit_id=audit.id,
        agency_id=agency.id,
        decider_id=cast[Role.DECIDER].id,
        kind=DecisionKind(outcome or grant),
        reasons="All was weighed.",
        conditions=list(conditions),
        scope=application.scope,
        basis_sha256=sha256(b"{}").hexdigest(),
        decided_at=moment(day),
        effective_on=day,
    )
    session.add(decision)
    session.flush()
    session.add(DecisionBasis(decision_id=decision.id, content="{}"))
    stated = [StatedCondition(text, months_after(day, 3) - timedelta(days=1)) for text in conditions]
    named_by = {"decision_id": decision.id, "audit_id": audit.id, "agency_id": agency.id}
    impose_conditions(session, **named_by, stated=stated)
    return decision


def _application(session: Session, agency: Agency, state: ApplicationState, day: date) -> Application:
    application = Application(
        id=uuid4(),
        reference=f"RP-{uuid4().hex[:10]}",
        agency_id=agency.id,
        scheme_version_id=scheme(session).id,
        state=state,
        created_at=moment(day),
        submitted_at=moment(day),
        scope=stated(agency),
        reviewed_at=moment(day),
    )
    session.add(application)
    session.flush()
    return application


def _cast(session: Session) -> dict[Role, Person]:
    """Return the same three people for every case of a test."""
    if "cast" not in session.info:
        session.info["cast"] = {
            role: make_person(session, role) for role in (Role.PLANNER, Role.INSPECTOR, Role.DECIDER)
        }
    cast: dict[Role, Person] = session.info["cast"]
    return cast


def _living(session: Session, agency: Agency) -> list[Certificate]:
    living = (S.ACTIVE, S.SUSPENDED)
    return list(
        session.scalars(select(Certificate).where(Certificate.agency_id == agency.id, Certificate.state.in_(living)))
    )
