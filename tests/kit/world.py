"""A database with a case in every state, for statements that must not pass."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from audits.applications.models import Answer, Evidence, Submission
from audits.applications.submission import digest_of
from audits.applications.workflow import ApplicationState
from audits.core import clock, outbox
from audits.core.access import AGENCY_ROLES, STAFF_ROLES, ActorKind, Role
from audits.core.events import Event, EventNote
from audits.inspections import services as inspections
from audits.inspections.models import Audit, Finding
from audits.inspections.workflow import AuditState
from audits.notes.services import write_note
from audits.people.models import RoleRequest, SmallBody
from audits.people.services import record_absence
from audits.schemes.models import SchemeProposal
from audits.schemes.queries import scheme_of_version
from audits.signals.rules import About
from audits.signals.services import receive_signal
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from audits.worklists.services import work_off
from certificates.ledger.models import CaseLogLeaves, WitnessedLog
from certificates.lifecycle.models import Certificate
from portal.doors.account.feeds import CalendarFeed
from portal.doors.account.models import AddressChange, HeldForm, LoginSession, MailToken
from portal.doors.account.rules import Purpose
from portal.stores.messages import Delivery, SentMessage
from portal.stores.retention import Forgotten
from portal.stores.roles import APP
from portal.web.security_log import Kind, SecurityEvent
from tests.kit.factories import (
    add_competence,
    give_password,
    make_agency,
    make_application,
    make_audit,
    make_person,
    make_scheme,
)
from tests.kit.factories.inspections import judge
from tests.kit.following import add_webhook, followed_list
from tests.kit.scheme import SECOND, source
from tests.kit.world_of_agencies import (
    add_appeals,
    add_authority_signal,
    add_changes,
    add_complaints,
    add_conditions,
    add_interest,
    add_links,
    add_remarks,
    plead_beside,
)
from tests.kit.world_of_certificates import add_certificates, add_holders, add_proposals
from tests.kit.world_of_fieldwork import add_draws, add_requests, add_sealed, add_vault, fix_two
from tests.kit.world_of_findings import add_states, extend, regrade
from tests.kit.world_of_plans import add_plan, add_tally
from tests.kit.world_of_reports import add_reports


@dataclass
class World:
    """A database, who connects to it, and what its rows are called."""

    owner: Engine
    engines: dict[str, Engine]
    keys: dict[str, Any]

    def attempt(self, role: str, statement: str, by: str = "nobody") -> str:
        """What the database says to it: a wall, an SQLSTATE, or whether rows were touched. Nothing of it stays."""
        with (self.owner if role == APP else self.engines[role]).connect() as connection:
            try:
                if role == APP:  # who may not say who is there
                    connection.execute(text("SELECT become(:person, :agency, :sees)"), self.actor(by))
                    connection.execute(text(f"SET LOCAL ROLE {APP}"))
                for part in statement.split("; "):
                    done = connection.execute(text(part), self.keys)
                connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            except DBAPIError as error:
                refusal: Any = error.orig
                return str(getattr(refusal.diag, "constraint_name", None) or refusal.sqlstate)
            finally:
                connection.rollback()
            return "rows" if done.rowcount else "none"

    def actor(self, by: str) -> dict[str, Any]:
        """Who that is to the policies."""
        kind, _, key = by.partition(" ")
        if kind == "agency":
            return {"person": self.keys.get(f"{key}_person", uuid4()), "agency": self.keys[key], "sees": "own"}
        sees = {"planner": "cases", "reviewer": "cases", "decider": "cases", "inspector": "assigned", "nobody": ""}
        sees["administrator"] = "accounts"
        return {"person": self.keys[key.removeprefix("of ") or kind], "agency": None, "sees": sees.get(kind, "none")}


def make_world(session: Session) -> dict[str, Any]:
    """Rows of several agencies and of the staff; what statements name them by."""
    world: dict[str, Any] = {"nobody": None}
    for state in ApplicationState:
        application = make_application(session, state=state, answers=True)
        world |= {f"{state}_application": application.id, f"{state}_applicant": application.agency_id}
    world |= _audits(session) | add_certificates(session) | _people(session) | _agreements(session)
    world |= add_holders(session) | add_proposals(session, world["active_certificate"], world["holder"])
    world |= add_changes(session, world["planner"]) | add_conditions(session)
    world |= add_links(session, world["planner"]) | add_appeals(session, world["decider"])
    world |= add_remarks(session, world["planner"])
    work_off(session, clock.today() + timedelta(days=60))
    for agency in ("concluded_audited", "other"):
        receive_signal(
            session, world[agency], signal_id=uuid4(), about=About.PAY, message="x", contact="y", language="pl"
        )
    world |= add_complaints(session, world["decider"], world["other"])
    world |= add_vault(session, world["planner"], world["in_progress_audit"])
    world["followed"] = followed_list(session, session.get_one(Certificate, world["active_certificate"]).agency)
    add_webhook(session, world["followed"])
    for name, agency in (("note", "holder"), ("note_taken_back", "holder"), ("other_note", "other")):
        note = write_note(session, make_person(session, Role.PLANNER).actor, world[agency], text="x")
        note.written_by, note.withdrawn_at = world["planner"], clock.now() if name == "note_taken_back" else None
        session.flush()
        world[name] = note.id
    for name, agency in (
        ("authority_signal", "holder"),
        ("ended_authority_signal", "holder"),
        ("tied_signal", "other"),
    ):
        world[name] = add_authority_signal(session, world["planner"], world[agency], ended=name.startswith("ended"))
    world["holder_person"] = make_person(session, Role.AGENCY_OWNER, world["holder"]).id
    for agency in ("concluded_applicant", "changed"):
        add_interest(session, world["reviewer"], world[agency])
    add_interest(session, world["planner"], world["other"])
    session.flush()
    return world


def _agreements(session: Session) -> dict[str, Any]:
    """An application whose signatory accepted the agreement of its scheme, and one whose signatory did not."""
    version = make_scheme(session, source(SECOND))
    agreed = make_application(session, version=version, state=ApplicationState.ACCEPTED, answers=False)
    unsigned = make_application(session, version=version)
    unsigned.state, unsigned.submitted_at = ApplicationState.ACCEPTED, clock.now()
    signatory = make_person(session, Role.AGENCY_SIGNATORY, unsigned.agency)
    session.add(
        Submission(
            application_id=agreed.id,
            agency_id=agreed.agency_id,
            number=1,
            content="{}",
            sha256=digest_of("{}"),
            declared_by=signatory.id,
            declared_name="x",
            submitted_at=clock.now(),
        )
    )
    return {
        "agreed": agreed.agency_id,
        "unsigned": unsigned.agency_id,
        "unsigned_application": unsigned.id,
        "unsigned_signatory": signatory.id,
    }


def _audits(session: Session) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for state in AuditState:
        audit = make_audit(session, state)
        made |= {f"{state}_audit": audit.id, f"{state}_inspector": audit.inspector_id}
        made[f"{state}_case"] = audit.application_id
        made[f"{state}_audited"] = audit.agency_id
        if state is AuditState.IN_PROGRESS:
            code, unit = _of_the_agency(audit)
            made["beside_plea"] = plead_beside(session, audit).id
            for said in (("nonconform", "Not seen."), ("conform", "")):
                judge(session, audit, {code: said})
            inspections.judge_requirement(
                session, audit.inspector.actor, audit.id, code, agency_text="Gone.", version=0
            )
            by_hand: dict[str, Any] = {"code": code, "grade": None, "note": "Seen.", "agency_text": "Well done."}
            made["remark"] = inspections.write_remark(session, audit.inspector.actor, audit.id, **by_hand).id
            made |= add_draws(session, audit) | add_requests(session, audit)
            made |= {"in_progress_code": code, "in_progress_unit": unit} | _hands(session, audit)
        made |= add_plan(session, audit) if state is AuditState.PLANNED else {}
        made |= add_reports(session, state, audit)
        if state in {AuditState.IN_PROGRESS, AuditState.REPORTED}:
            made |= add_sealed(session, state, audit)
        if state in {AuditState.IN_PROGRESS, AuditState.REPORTED, AuditState.REVIEWED, AuditState.CONCLUDED}:
            made |= add_states(session, state, audit)
            if state is AuditState.REPORTED:
                add_tally(session, audit)
                extend(session, audit, made["reported_open_finding"])
                made["reported_audited_person"] = make_person(session, Role.AGENCY_OWNER, audit.agency_id).id
            if state is AuditState.REVIEWED:
                made["judged_evidence"] = _judged(session, audit, made["reviewed_closed_finding"])
                extend(session, audit, made["reviewed_open_finding"])
                regrade(session, audit, made["reviewed_open_finding"], granted=None)
                regrade(session, audit, made["reviewed_closed_finding"], granted=True)
    surprise, revealed = (make_audit(session, AuditState.PLANNED, announced=False) for _ in range(2))
    inspections.start_audit(session, surprise.inspector.actor, surprise.id)
    inspections.reveal_audit(session, revealed.inspector.actor, revealed.id)
    made |= {"surprise_inspector": surprise.inspector_id}
    fix_two(session, surprise, "personnel_file")
    made |= {"revealed_audit": revealed.id, "revealed_agency": revealed.agency_id}
    return made | {"surprise_audit": surprise.id, "surprised": surprise.agency_id}


def _hands(session: Session, audit: Audit) -> dict[str, Any]:
    """Who works on an audit besides its inspector: a deputy while they are away, and a team."""
    deputy = make_person(session, Role.INSPECTOR)
    made = {"in_progress_deputy": deputy.id}
    days = {"first_day": clock.today(), "last_day": clock.today() + timedelta(days=1)}
    record_absence(session, audit.inspector.actor, audit.inspector_id, deputy_id=deputy.id, **days)
    for role in (TeamRole.MEMBER, TeamRole.EXPERT):
        person = make_person(session, Role.INSPECTOR)
        join_team(session, audit.planner.actor, audit.id, person_id=person.id, role=role)
        made[f"in_progress_{role}"] = person.id
    plan = inspections.DayPlan(clock.today(), "x", Decimal(1))
    made["day"] = inspections.plan_day(session, audit.planner.actor, audit.id, audit.inspector_id, plan).id
    inspections.explain_time(session, audit.planner.actor, audit.id, reason="x")
    return made


def _people(session: Session) -> dict[str, Any]:
    """Two agencies with a draft, a file and an owner each, and one of the staff in each role."""
    made: dict[str, Any] = {}
    for name in ("mine", "other"):
        agency = make_agency(session)
        owner = give_password(session, make_person(session, [Role.AGENCY_OWNER], agency))
        draft = make_application(session, agency=agency, signatory=owner, answers=True)
        made |= {name: agency.id, f"{name}_owner": owner.id, f"{name}_draft": draft.id}
        made |= {f"{name}_version": draft.scheme_version_id, f"{name}_evidence": _evidence(session, draft, owner)}
    returned = make_application(session, signatory=owner, answers=True, submitted_at=clock.now())
    _evidence(session, returned, owner)
    made["returned"] = returned.id
    for role in STAFF_ROLES:
        made[str(role)] = give_password(session, make_person(session, role)).id
    for roles in ((Role.INSPECTOR, Role.REVIEWER), (Role.SCHEME_MANAGER, Role.INSPECTOR), AGENCY_ROLES):
        where = made["mine"] if roles is AGENCY_ROLES else None
        made[f"person with {len(made)}"] = make_person(session, roles, where).id
    made["left_decider"] = make_person(session, Role.DECIDER, retired_at=clock.now()).id
    _trail(session, made["other"], made["planner"])
    now = clock.now()
    session.add(RoleRequest(person_id=made["inspector"], role=Role.DECIDER, asked_by=made["planner"], asked_at=now))
    made["competence"] = add_competence(session, made["inspector"], made["administrator"]).id
    session.add(SmallBody(allowed=False, because="x", said_at=now))
    norm = {"code": "other", "version": "1", "source": "x", "sha256": "x"}
    session.add(SchemeProposal(**norm, proposed_by=made["scheme_manager"], proposed_at=now))
    session.add(LoginSession(digest=b"session", person_id=made["administrator"], created_at=now, seen_at=now))
    moved = {"old_email": "old@example.nl", "new_email": "new@example.nl", "asked_at": now}
    session.add(AddressChange(id=uuid4(), person_id=made["administrator"], **moved))
    link = MailToken(digest=b"link", person_id=made["administrator"], purpose=Purpose.RESET, expires_at=now)
    session.add(link)
    about = {"subject": "x", "path": "", "sent_at": now, "state": Delivery.SENT, "code": ""}
    session.add(SentMessage(id=uuid4(), person_id=made["administrator"], **about))
    session.add(CalendarFeed(digest=b"feed", person_id=made["administrator"], everything=False, made_at=now))
    session.add(HeldForm(id=uuid4(), person_id=made["administrator"], held_at=now, sealed=b"x"))
    return made


def _trail(session: Session, agency_id: Any, planner_id: Any) -> None:
    """An event with a note, something to be done, and the log of somebody else as we saw it last."""
    event = Event(name="x.y", subject_id=agency_id, actor_kind=ActorKind.PERSON, actor_id=planner_id, format=2, data={})
    event.happened_at, event.agency_id, event.note_sha256 = clock.now(), agency_id, ""
    event.note = EventNote(salt=b"", data={})
    session.add(event)
    outbox.enqueue(session, "x.y")
    session.add(SecurityEvent(happened_at=clock.now(), kind=Kind.SIGNED_IN))
    session.add(Forgotten(on_day=clock.today(), kind="jobs", rows=1))
    session.add(CaseLogLeaves(first=1, leaves=b""))
    session.add(WitnessedLog(origin="log", size=5, root=b"", note=""))


def _judged(session: Session, audit: Audit, finding_id: Any) -> Any:
    """A file that lay beside a corrective action when the inspector accepted it."""
    judged = session.get_one(Finding, finding_id)
    seen = _evidence(session, audit.application, audit.inspector, code=judged.requirement_code, finding_id=judged.id)
    judged.verified_at = clock.now()
    return seen


def _of_the_agency(audit: Audit) -> tuple[str, str]:
    """A requirement that is looked at once, at the organisation itself."""
    scheme = scheme_of_version(audit.scheme_version)
    return next((item.code, item.unit) for item in scheme.requirements if scheme.units[item.unit].is_agency)


def _evidence(session: Session, application: Any, person: Any, code: str | None = None, **beside: Any) -> Any:
    """A file beside an answer, or beside something else about the requirement with this code."""
    answered = select(Answer.requirement_code).where(Answer.application_id == application.id)
    row = Evidence(
        id=uuid4(),
        application_id=application.id,
        requirement_code=code or session.scalars(answered).first(),
        scheme_version_id=application.scheme_version_id,
        filename="contract.pdf",
        media_type="application/pdf",
        size=1,
        sha256="ab" * 32,
        uploaded_by=person.id,
        uploaded_at=clock.now(),
        **beside,
    )
    session.add(row)
    session.flush()
    return row.id
