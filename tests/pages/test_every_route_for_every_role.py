"""Every route for every role, as access.txt declares it: with things of the own agency, and of another one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from audits.applications import services as applications
from audits.changes.models import AgencyChangeFile
from audits.complaints.rules import Subject
from audits.complaints.services import receive_complaint
from audits.conditions.models import Condition, ConditionFile, ConditionProof
from audits.conditions.rules import ConditionOwner
from audits.conditions.workflow import ConditionState
from audits.core import clock
from audits.core.access import AGENCY_ROLES, GRANTS, STAFF_ROLES, Permission, Role
from audits.core.files import StoredFile
from audits.core.outbox import OutboxItem
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.disputes.models import Appeal
from audits.inspections.days import AuditDay
from audits.inspections.models import Remark
from audits.inspections.queries import findings_of
from audits.inspections.workflow import AuditState
from audits.links.models import LinkHit, LinkReport
from audits.links.rules import Sign
from audits.links.workflow import LinkState
from audits.people.models import Absence, Interest, Person, RoleRequest
from audits.people.services import retire_person
from audits.schemes.cycle import DecisionKind
from audits.schemes.models import SchemeProposal
from audits.signals.models import Signal
from audits.signals.rules import About
from audits.signals.services import receive_signal
from audits.teams.models import TeamMember
from audits.teams.rules import TeamRole
from certificates.credentials import thumbprint
from certificates.documents.models import Document
from certificates.ledger.services import sign_checkpoint
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import appealing, maintain_certificate, number_certificate
from portal.doors.registry.throttle import Throttle
from portal.settings import Settings
from portal.signing import credentials, ledger
from portal.signing.keys import current_keys
from portal.stores import files
from portal.stores.roles import APP
from portal.web import health
from portal.web.access import PUBLIC, SIGNED_IN
from portal.work import handlers
from tests.conftest import NotedQueue, acting_as
from tests.kit.browser import Browser
from tests.kit.factories import make_agency, make_application, make_audit, make_person
from tests.kit.factories.certificates import BASE_URL, BODY
from tests.kit.factories.changes import report
from tests.kit.scheme import SECOND, scheme, source

ACCESS = Path(__file__).parents[1] / "house" / "access.txt"
FOREIGN = " of another case"
STRANGERS = ["anonymous", "retired"]
ACTORS = [*sorted(AGENCY_ROLES | STAFF_ROLES), *STRANGERS]
ACTORS += [f"{role}{FOREIGN}" for role in (*sorted(AGENCY_ROLES), Role.INSPECTOR)]


@dataclass(frozen=True)
class Route:
    """A line of access.txt."""

    method: str
    rule: str
    endpoint: str
    access: str

    @property
    def names_a_thing(self) -> bool:
        """Return whether its address leads to something that belongs to one case."""
        return "<uuid:" in self.rule and "version_id" not in self.rule and "item_id" not in self.rule


ROUTES = [
    Route(*re.fullmatch(r"(\S+) +(\S.*?)  (\S+)  (\S.*)", line).groups()) for line in ACCESS.read_text().splitlines()
]

# What stands in an address where it is not the thing of that name in the case: by how the address begins.
INSTEAD = {
    "/<any(invitation": {"purpose": "reset", "token": "used"},
    "/agency/applications/<uuid:application_id>": {"application_id": "draft_id"},
    "/agency/applications/<uuid:application_id>/answers": {"application_id": "application_id"},
    "/agency/applications/<uuid:application_id>/answers.xlsx": {"application_id": "draft_id"},
    "/agency/applications/<uuid:application_id>/differences": {"application_id": "application_id"},
    "/agency/applications/<uuid:application_id>/submitted": {"application_id": "application_id"},
    "/agency/applications/<uuid:application_id>/submissions": {"application_id": "application_id", "number": 1},
    "/agency/details/<any(branches": {"kind": "branches"},
    "/agency/details/<any(seat": {"part": "seat"},
    "/inspector/audits/<uuid:audit_id>/chapters": {"code": "chapter"},
    "/office/people": {"person_id": "staff_id"},
    "/office/certificates": {"move": "suspend"},
    "/status-lists": {"purpose": "revocation", "number": 0},
    "/ledger/tile": {"place": "0/000.p/2"},
    "/dumps": {"name": "agencies.csv"},
    "/sitemap-": {"part": 1},
    "/static": {"filename": "built/site.css"},
}
# A page, or an answer about what was sent or how the case stands. All else, such as 405, 429 and 500, is a fault.
OPEN = {200, 303, 400, 409, 410, 415, 422}
# Answers that are not about who asks.
BY_NATURE = {
    "account.logout": "to login",
    "account.end_all_sessions": "to login",
    "registry.archival_file": "not found",  # the first time-stamp still proves the file
    "registry.cosign": "forbidden",  # C2SP wants this where no witness of ours signed
}
# The scheme of this case is of the first edition, and has none; and nothing was suspended at once.
NOWHERE = {"agency.agreement", "agency.hearing", "agency.hearing_submitted"}
# No list of this case waits for a value of the agency, and no workbook came back.
NOWHERE |= {"agency.draw", "agency.draw_submitted", "agency.workbook_saved"}
# Staff read cases with the agency's own pages, but have no agency, and never see what is not handed in.
NOT_FOR_STAFF = {"agency.home", "agency.details", "agency.application", "agency.declaration"}
NOT_FOR_STAFF |= {"agency.changes.list_changes", "agency.changes.show_change", "agency.links.list_questions"}
NOT_FOR_STAFF |= {"agency.conditions.show_condition", "agency.appeals.list_decisions", "agency.appeals.show_appeal"}
# The absence in the addresses is that of somebody else; a planner may end it.
OF_SOMEBODY_ELSE = "account.end_own_absence"
# An inspector sees audits: no application, and no certificate.
NOT_FOR_INSPECTORS = NOT_FOR_STAFF | {
    "agency.answers",
    "agency.answers_file",
    "agency.compare_submission",
    "agency.submitted",
    "agency.submission",
    "files.change",
    "files.document",
}
NOT_FOR_INSPECTORS |= {"files.condition"}


@dataclass(frozen=True)
class Case:
    """An agency that came all the way and applies again, the staff of its case, and what fills the addresses."""

    people: dict[Role, Person]
    things: dict[str, Any]


def fill(session: Session, settings: Settings) -> Case:
    """Through the services, by the people whose work it is."""
    agency = make_agency(session)
    people = {role: make_person(session, role, agency) for role in AGENCY_ROLES}
    people |= {role: make_person(session, role) for role in STAFF_ROLES}
    light = next(item for item in scheme().requirements if scheme().severities[item.severity].points < 8)
    application = make_application(session, agency=agency, answers=True)
    file = StoredFile(files.store().put(b"%PDF-1.7"), 8, "application/pdf", "register.pdf")
    editor, signatory = people[Role.AGENCY_EDITOR].actor, people[Role.AGENCY_SIGNATORY]
    evidence = applications.add_evidence(session, editor, application.id, light.code, file)
    applications.submit_application(session, signatory.actor, application.id, declared_name=signatory.name)
    applications.accept_application(session, people[Role.PLANNER].actor, application.id)
    audit = make_audit(
        session,
        AuditState.REVIEWED,
        {light.code: ("nonconform", "Not seen.")},
        application=application,
        inspector=people[Role.INSPECTOR],
        planner=people[Role.PLANNER],
    )
    decision = decide(session, people[Role.DECIDER].actor, audit.id, outcome=Outcome.GRANT, reasons="All was weighed.")
    certificate = number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    session.flush()
    handlers.seal(session, {"certificate_id": str(certificate.id)})
    document = session.scalars(select(Document).where(Document.subject_id == certificate.id)).one()
    appeal = _appeal(session, certificate, people[Role.AGENCY_OWNER])
    complaint_id = receive_complaint(session, about=Subject.DELAY, message="x", contact="", language="nl")
    draft = make_application(session, agency=agency)
    change = report(session, agency, people[Role.AGENCY_OWNER], city="Breda", files=[file])
    lost = OutboxItem(kind="mail", payload={}, created_at=clock.now(), due_at=clock.now(), failed_at=clock.now())
    session.add(lost)
    by, now = people[Role.PLANNER].id, clock.now()
    request = RoleRequest(person_id=people[Role.INSPECTOR].id, role=Role.DECIDER, asked_by=by, asked_at=now)
    norm = {
        "code": agency.register_number,
        "version": SECOND,
        "source": source(SECOND),
        "sha256": scheme(SECOND).sha256,
    }
    proposal = SchemeProposal(**norm, proposed_by=by, proposed_at=now)
    session.add_all([request, proposal, proposed := _proposed(session, certificate)])
    remark = Remark(
        audit_id=audit.id,
        scheme_version_id=audit.scheme_version_id,
        requirement_code=light.code,
        note="Seen.",
        agency_text="Seen.",
        written_by=people[Role.INSPECTOR].id,
        written_at=now,
    )
    member = TeamMember(
        audit_id=audit.id, person=make_person(session, Role.INSPECTOR), role=TeamRole.EXPERT, joined_at=now
    )
    tie = Interest(
        person=make_person(session, Role.INSPECTOR), agency=make_agency(session), nature="x", declared_at=now
    )
    session.add_all([remark, member, tie])
    receive_signal(session, agency.id, about=About.PAY, message="No pay.", contact="", language="pl")
    session.flush()
    links, other = LinkReport(agency=agency, made_at=now, compared=1, state=LinkState.OPEN), make_agency(session)
    sign = LinkHit(report=links, agency_id=agency.id, other=other, sign=Sign.SAME_PHONE, here="1", there="1", weight=4)
    sign.other_name, sign.asked_at, sign.answer_by = "x", now, clock.today()
    session.add_all([links, sign])
    day = AuditDay(
        audit_id=audit.id, person=people[Role.INSPECTOR], day=now, place="x", hours_planned=1, said_by=by, said_at=now
    )
    absence = Absence(
        person=make_person(session, Role.INSPECTOR),
        deputy=make_person(session, Role.INSPECTOR),
        first_day=now,
        last_day=now,
        recorded_by=by,
        recorded_at=now,
    )
    session.add_all([day, absence])
    session.flush()
    proof, proof_file = _proof(session, decision, people[Role.AGENCY_OWNER])
    return Case(
        people,
        {
            "agency": agency,
            "agency_id": agency.id,
            "appeal_id": appeal.id,
            "complaint_id": complaint_id,
            "decision_id": appeal.decision_id,
            "application_id": application.id,
            "draft_id": draft.id,
            "audit_id": audit.id,
            "certificate_id": certificate.id,
            "document_id": document.id,
            "evidence_id": evidence.id,
            "finding_id": findings_of(session, audit.id)[0].id,
            "change_id": change.id,
            "file_id": session.scalars(
                select(AgencyChangeFile.id).where(AgencyChangeFile.change_id == change.id)
            ).one(),
            "condition_id": proof.condition_id,
            "proof_file_id": proof_file.id,
            "item_id": lost.id,
            "row_id": agency.branches[0].id,
            "staff_id": people[Role.REVIEWER].id,
            "person_id": people[Role.AGENCY_EDITOR].id,
            "proposal_id": proposal.id,
            "proposed_id": proposed.id,
            "remark_id": remark.id,
            "member_id": member.id,
            "interest_id": tie.id,
            "report_id": links.id,
            "hit_id": sign.id,
            "day_id": day.id,
            "absence_id": absence.id,
            "request_id": request.id,
            "version_id": application.scheme_version_id,
            "code": light.code,
            "chapter": light.chapter,
            "unit": next(unit.code for unit in scheme().units.values() if not unit.is_agency),
            "place": 1,
            "form": "json",
            "kid": thumbprint(current_keys().credential_key.public_key()),
            "number": certificate.number,
            "public_id": f"nl-{agency.register_number}",
            "sha256": document.sha256,
            "signal_id": session.scalars(select(Signal.id).where(Signal.agency_id == agency.id)).one(),
        },
    )


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


@pytest.fixture(scope="module")
def rows(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as outer:
        yield connection
        outer.rollback()


@pytest.fixture(scope="module")
def visits(built_app: Flask, settings: Settings, rows: Connection, patched: pytest.MonkeyPatch) -> "Visits":
    """Provide two filled cases, and everybody signed in.

    Forms need no token here: the tests are about who may send one.
    """
    owned = sessionmaker(rows, join_transaction_mode="create_savepoint")
    patched.setitem(built_app.extensions, "sessionmaker", owned)
    patched.setitem(built_app.extensions, "queue", NotedQueue())
    patched.setitem(built_app.extensions, "extract_throttle", Throttle())
    patched.setitem(built_app.extensions, "signal_throttles", (Throttle(), Throttle()))
    patched.setitem(built_app.extensions, "bulk_throttle", Throttle())
    patched.setitem(health.CHECKS, "queue", lambda: None)
    patched.setitem(built_app.config, "WTF_CSRF_ENABLED", False)
    patched.setattr(handlers, "_print", lambda _session, _kind, facts, **_: (files.store().put(f"{facts}".encode()), 9))
    with built_app.app_context(), built_app.extensions["sessionmaker"]() as session:
        ours, theirs = fill(session, settings), fill(session, settings)
        credentials.sign_lists(session)
        sign_checkpoint(session, ledger.origin(settings), current_keys().ledger_key)
        retired = make_person(session, STAFF_ROLES)
        found = Visits(built_app, rows, ours)
        for role, person in ours.people.items():
            found.sign_in(session, str(role), person)
        for role in (*AGENCY_ROLES, Role.INSPECTOR):
            found.sign_in(session, f"{role}{FOREIGN}", theirs.people[role])
        found.sign_in(session, "retired", retired)
        retire_person(session, ours.people[Role.ADMINISTRATOR].actor, retired.id)
        session.commit()
    patched.setitem(built_app.extensions, "sessionmaker", acting_as(APP, owned))
    return found


def _proof(session: Session, decision: Decision, owner: Person) -> tuple[ConditionProof, ConditionFile]:
    """Proof of a condition, which the grant of this case does not need."""
    of_case = {"decision_id": decision.id, "audit_id": decision.audit_id, "agency_id": decision.agency_id}
    condition = Condition(id=uuid4(), **of_case, position=1, text="x", due_on=clock.today())
    condition.owner, condition.state = ConditionOwner.AGENCY, ConditionState.SUBMITTED
    session.add(condition)
    session.flush()
    named = {"agency_id": decision.agency_id}
    proof = ConditionProof(id=uuid4(), condition_id=condition.id, **named, explanation="x", submitted_by=owner.id)
    proof.submitted_at = clock.now()
    session.add(proof)
    session.flush()
    file = ConditionFile(id=uuid4(), proof_id=proof.id, **named, filename="x.pdf", media_type="application/pdf", size=8)
    file.sha256, file.uploaded_by, file.uploaded_at = files.store().put(b"%PDF-1.7"), owner.id, clock.now()
    session.add(file)
    session.flush()
    return proof, file


def _appeal(session: Session, certificate: Certificate, owner: Person) -> Appeal:
    """An appeal against a decision that the decider of this case did not take."""
    maintain_certificate(session, make_person(session, Role.DECIDER).actor, certificate.id, reasons="x")
    session.flush()
    [kept] = session.scalars(select(Decision.id).where(Decision.certificate_id == certificate.id))
    return appealing.lodge(session, owner.actor, kept, reasons="x")


def _proposed(session: Session, certificate: Certificate) -> DecisionProposal:
    """A suspension that waits for a second decider."""
    return DecisionProposal(
        id=uuid4(),
        kind=DecisionKind.SUSPEND,
        certificate_id=certificate.id,
        agency_id=certificate.agency_id,
        said={"reasons": "x", "grounds": ["deceit"]},
        shown="",
        proposed_by=make_person(session, Role.DECIDER).id,
        proposed_at=clock.now(),
    )


class Visits:
    """Who opens what, each time with the same cookie, and as if nobody had been there before."""

    def __init__(self, app: Flask, rows: Connection, case: Case) -> None:
        self._app, self._rows, self._case = app, rows, case
        self._client: FlaskClient = app.test_client(use_cookies=False)
        self._cookies: dict[str, str] = {"anonymous": ""}

    def sign_in(self, session: Session, name: str, person: Person) -> None:
        browser = Browser(self._app).sign_in(session, person)
        cookie = browser.client.get_cookie(self._app.config["SESSION_COOKIE_NAME"])
        self._cookies[name] = f"{cookie.key}={cookie.value}"

    def outcome(self, actor: str, route: Route) -> str:
        before = self._rows.begin_nested()
        try:
            path, cookie = self._path(route), {"Cookie": self._cookies[actor]}
            answer = self._client.open(path, method=route.method, headers=cookie, buffered=True)
        finally:
            before.rollback()
        return _outcome(answer)

    def _path(self, route: Route) -> str:
        values = dict(self._case.things)
        for place, others in INSTEAD.items():
            if route.rule.startswith(place):
                values |= {name: self._case.things.get(other, other) for name, other in others.items()}
        return self._app.url_map.bind("localhost").build(route.endpoint, values, route.method, append_unknown=False)


def _outcome(answer: TestResponse) -> str:
    match answer.status_code:
        case 403:
            return "forbidden"
        case 404:
            return "not found"
        case 303 if answer.headers["Location"].startswith("/login"):
            return "to login"
        case code if code in OPEN:
            return "open"
        case code:
            return f"answered {code}"


@pytest.mark.parametrize("actor", ACTORS)
def test_a_route_is_open_to_whom_it_is_declared_open_and_to_nobody_else(visits: Visits, actor: str):
    outcomes = {(route.method, route.rule): visits.outcome(actor, route) for route in ROUTES}
    assert outcomes == {(route.method, route.rule): declared(actor, route) for route in ROUTES}


def declared(actor: str, route: Route) -> str:
    """Return what access.txt says of this route, and what it may answer by its nature."""
    if route.access != PUBLIC and actor in STRANGERS:
        return "to login"
    if route.endpoint in BY_NATURE:
        return BY_NATURE[route.endpoint]
    if route.access in {PUBLIC, SIGNED_IN}:
        return "open"
    role, foreign = Role(actor.removesuffix(FOREIGN)), actor.endswith(FOREIGN)
    if Permission(route.access) not in GRANTS[role]:
        return "forbidden"
    if route.endpoint == OF_SOMEBODY_ELSE and role is not Role.PLANNER:
        return "not found"
    hidden = NOT_FOR_INSPECTORS if role is Role.INSPECTOR else NOT_FOR_STAFF if role in STAFF_ROLES else set()
    return "not found" if route.endpoint in hidden | NOWHERE or (foreign and route.names_a_thing) else "open"
