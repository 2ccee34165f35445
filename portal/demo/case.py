"""Drive one case from registration to decision; each step is a transaction of its own, as on the pages."""

import io
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.rules import AgencyDetails, ContactDetails, ControllingPersonDetails
from audits.agencies.services import add_contact, add_controlling_person
from audits.applications import queries as applications
from audits.applications.services import (
    accept_application,
    add_evidence,
    save_answer,
    start_application,
    submit_application,
)
from audits.core import clock
from audits.core.access import Actor, Role
from audits.core.files import StoredFile
from audits.decisions.rules import Outcome
from audits.inspections import queries as inspections
from audits.inspections import services as audits
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.workflow import FindingState
from audits.people.models import Person
from audits.people.queries import find_by_email
from audits.people.registration import register_agency
from audits.people.services import invite_person
from audits.schemes.queries import scheme_of_version, version_for
from audits.schemes.text import Requirement, SchemeText
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import decide_on_audit
from portal.demo.cast import EDITOR, OWNER, PASSWORD, SIGNATORY, STAFF, CastMember, Flaw
from portal.doors.account.services import store_password
from portal.stores import database, files

T = TypeVar("T")
WORKERS, ASSIGNMENTS, HOUSES = 180, 420, 4
FIRST_AGENCY = 71_000_001
GROUNDS = {Outcome.GRANT: "requirements_met", Outcome.GRANT_WITH_CONDITIONS: "open_points"}
PATIENCE = 60.0


class StoryError(RuntimeError):
    """A step of the demo failed."""


class Case:
    """The ids and people of one case. Every method is one action of one person."""

    def __init__(self, app: Flask, details: AgencyDetails, serial: int, name: str = "") -> None:
        """Begin the case of an agency with a number of its own; its people have addresses at NAME.example."""
        self._app = app
        self.details = replace(details, register_number=str(FIRST_AGENCY + serial))
        self._domain = f"{name or f'bureau{serial}'}.example"
        with app.app_context():
            if find_by_email(database.read(), self._part(OWNER).email):  # the demo ran here before
                self._domain = f"{name}{serial}.example"
        self.agency_id = self.application_id = self.audit_id = UUID(int=0)

    def write(self, act: Callable[[Session], T]) -> T:
        """Run a function in a transaction of its own."""
        with self._app.app_context(), database.write() as session:
            return act(session)

    def register(self) -> None:
        """Register the agency and complete its profile, as owner."""

        def act(session: Session) -> None:
            scheme = scheme_of_version(version_for(session, clock.today()))
            details = replace(self.details, activities=tuple(scheme.activities)[:2], sectors=tuple(scheme.sectors)[:3])
            owner = self._part(OWNER)
            agency, person = register_agency(
                session, details=details, owner_name=owner.name, owner_email=owner.email, language=owner.language
            )
            self.agency_id = agency.id
            store_password(session, person, PASSWORD)
            session.flush()
            since = date(2019, 3, 1)
            director = ControllingPersonDetails(
                name=SIGNATORY.name, function="Bestuurder", since=since, share_percent=100
            )
            add_controlling_person(session, person.actor, agency.id, director)
            contact = ContactDetails(
                name=OWNER.name, function="Bedrijfsleider", email=owner.email, phone="+31 71 555 01 01"
            )
            add_contact(session, person.actor, agency.id, contact)
            for part in (self._part(EDITOR), self._part(SIGNATORY)):
                invited = invite_person(
                    session,
                    person.actor,
                    name=part.name,
                    email=part.email,
                    language=part.language,
                    roles=part.roles,
                    agency_id=agency.id,
                )
                store_password(session, invited, PASSWORD)

        self.write(act)

    def assess(self, *, half: bool = False) -> None:
        """Answer every question, or the first half of them, with explanations and a file, as editor."""

        def act(session: Session) -> None:
            actor = self.actor(session, EDITOR)
            application = start_application(session, actor)
            self.application_id = application.id
            scheme = scheme_of_version(application.scheme_version)
            kinds = scheme.self_assessment_answers
            good = next(kind for kind in kinds if kind.assessed and not kind.nonconforming)
            for item in _first(scheme.requirements, half=half):
                explanation = f"Vastgelegd in ons handboek, hoofdstuk {item.chapter}."
                save_answer(session, actor, application.id, item.code, value=good.code, explanation=explanation)
            data = _scan(scheme.requirements[0])
            add_evidence(
                session,
                actor,
                application.id,
                scheme.requirements[0].code,
                StoredFile(files.keep(session, data), len(data), "image/png", "uittreksel.png"),
            )

        self.write(act)

    def submit(self) -> None:
        """Declare and submit, as signatory."""
        name = self._part(SIGNATORY).name
        self.write(lambda s: submit_application(s, self.actor(s, SIGNATORY), self.application_id, declared_name=name))

    def accept(self) -> None:
        """Accept the application, as planner."""
        self.write(lambda s: accept_application(s, self.staff(s, "planner"), self.application_id, note=""))

    def plan(self) -> None:
        """Assign the inspector, as planner."""

        def act(session: Session) -> None:
            inspector = self.staff(session, "inspector")
            day = clock.today() + timedelta(days=7)
            planner = self.staff(session, "planner")
            audit = audits.plan_audit(
                session, planner, self.application_id, inspector_id=inspector.id, planned_on=day, announced=True
            )
            self.audit_id = audit.id

        self.write(act)

    def start(self) -> None:
        """Start the audit, as inspector."""
        self.write(lambda s: audits.start_audit(s, self.staff(s, "inspector"), self.audit_id))

    def draw(self) -> dict[str, tuple[int, int]]:
        """Fix the populations and draw; return {unit: (population size, sample size)}."""

        def act(session: Session) -> dict[str, tuple[int, int]]:
            audit = inspections.get_audit(session, self.staff(session, "inspector"), self.audit_id)
            sizes = {}
            scheme, asked = scheme_of_version(audit.scheme_version), scheme_of_audit(audit)
            for unit, members in _lists(scheme, housed=self.details.housing_places > 0).items():
                if not asked.on_unit(unit):
                    continue
                found = audits.freeze_population(
                    session,
                    self.staff(session, "inspector"),
                    self.audit_id,
                    unit,
                    members,
                    seed=secrets.token_bytes(32),
                )
                sizes[unit] = (found.size, found.drawn)
            return sizes

        return self.write(act)

    def judge(self, flaws: Mapping[str, Flaw], *, half: bool = False) -> int:
        """Record a verdict per requirement and unit, or of the first half of the requirements; return how many."""

        def act(session: Session) -> int:
            inspector = self.staff(session, "inspector")
            audit = inspections.get_audit(session, inspector, self.audit_id)
            scheme, sample = scheme_of_audit(audit), inspections.sample_of(session, self.audit_id)
            good = next(kind.code for kind in scheme.verdicts.values() if kind.assessed and not kind.nonconforming)
            bad = next(kind.code for kind in scheme.verdicts.values() if kind.nonconforming)
            sheets = {
                item.code: {
                    reference: (bad, flaw.seen) if flaw and place < flaw.units else (good, "")
                    for place, reference in enumerate(sample.get(item.unit, []))
                }
                for item in _first(scheme.requirements, half=half)
                for flaw in [flaws.get(item.code)]
            }
            return audits.record_sheets(session, inspector, self.audit_id, sheets)

        return self.write(act)

    def report(self) -> tuple[int, int]:
        """Report the audit; return number of findings and points."""

        def act(session: Session) -> tuple[int, int]:
            summary = "Wij zagen een bureau dat zijn zaken kent. De bevindingen staan hieronder."
            audit = audits.report_audit(session, self.staff(session, "inspector"), self.audit_id, summary=summary)
            session.flush()
            return len(inspections.findings_of(session, self.audit_id)), audit.score or 0

        return self.write(act)

    def answer(self) -> int:
        """Submit a corrective action for every finding; return how many."""

        def act(session: Session) -> int:
            actor, found = self.actor(session, EDITOR), inspections.findings_of(session, self.audit_id)
            for finding in found:
                audits.submit_corrective_action(
                    session,
                    actor,
                    finding.id,
                    cause="Een sjabloon was verouderd.",
                    extent="Alle dossiers van dit jaar zijn nagelopen.",
                    solution="Sjabloon vervangen, fouten hersteld.",
                    effectiveness="Maandelijkse controle door de kwaliteitsmedewerker.",
                    version=finding.version,
                )
            return len(found)

        return self.write(act)

    def verify(self) -> int:
        """Accept every corrective action, as inspector; return how many."""

        def act(session: Session) -> int:
            inspector, closed = self.staff(session, "inspector"), 0
            for finding in inspections.findings_of(session, self.audit_id):
                if finding.state is FindingState.ANSWERED:
                    audits.accept_corrective_action(
                        session, inspector, finding.id, note="Vijf nieuwe dossiers gezien: in orde."
                    )
                    closed += 1
            return closed

        return self.write(act)

    def review(self) -> None:
        """Review the file with a recommendation, as reviewer."""
        advice = "Dossier volledig, oordelen onderbouwd. Advies: verlenen."
        self.write(lambda s: audits.review_audit(s, self.staff(s, "reviewer"), self.audit_id, recommendation=advice))

    def decide(self, role: str, outcome: Outcome, conditions: tuple[str, ...] = ()) -> UUID:
        """Take the decision; return its id."""
        reasons = "Het uitzendbureau voldoet aan de norm. De bevindingen zijn hersteld en gecontroleerd."

        def act(session: Session) -> UUID:
            actor = self.staff(session, role)
            decision = decide_on_audit(
                session,
                actor,
                self.audit_id,
                outcome=outcome,
                reasons=reasons,
                conditions=conditions,
                grounds=[GROUNDS[outcome]],
            )
            return decision.id

        return self.write(act)

    def change(
        self, number: str, service: Callable[..., object], reasons: str, grounds: Sequence[str], by: str = "decider"
    ) -> None:
        """Suspend, withdraw or end a certificate, or lift its suspension, in the role of a decider."""

        def act(session: Session) -> None:
            certificate = session.scalars(select(Certificate).where(Certificate.number == number)).one()
            actor = replace(self.staff(session, by), roles=frozenset({Role.DECIDER}))
            service(session, actor, certificate.id, reasons=reasons, grounds=grounds)

        self.write(act)

    def state(self) -> dict[str, str]:
        """Return the present states of the case."""

        def act(session: Session) -> dict[str, str]:
            actor = self.staff(session, "reviewer")
            application = applications.get_application(session, actor, self.application_id)
            audit = inspections.find_live_audit(session, actor, self.application_id)
            return {"application": application.state.value, "audit": audit.state.value if audit else "–"}

        return self.write(act) if self.application_id.int else {"application": "–", "audit": "–"}

    def actor(self, session: Session, part: CastMember) -> Actor:
        """Return the actor for one of the agency's people."""
        return _person(session, self._part(part)).actor

    def staff(self, session: Session, role: str) -> Actor:
        """Return the actor for a member of staff."""
        return _person(session, STAFF[role]).actor

    def _part(self, part: CastMember) -> CastMember:
        return replace(part, email=f"{part.email.partition('@')[0]}@{self._domain}")


def wait_for(app: Flask, decision_id: UUID) -> str:
    """Wait until the worker has issued the certificate of a decision; return its number."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with app.app_context():
            query = select(Certificate).where(Certificate.decision_id == decision_id)
            certificate = database.read().scalar(query)
            if certificate and certificate.issued_at:
                return certificate.number
        time.sleep(0.1)
    raise StoryError("the worker issued no certificate; see var/run/worker.log")


def how_many(app: Flask) -> int:
    """Return the number of agencies in the portal: the serial of the next one."""
    with app.app_context():
        return database.read().scalar(select(func.count()).select_from(Agency)) or 0


def _person(session: Session, part: CastMember) -> Person:
    person = find_by_email(session, part.email)
    if person is None:
        raise LookupError(part.email)
    return person


def _first(requirements: Sequence[Requirement], *, half: bool) -> Sequence[Requirement]:
    return requirements[: len(requirements) // 2] if half else requirements


def _lists(scheme: SchemeText, *, housed: bool) -> dict[str, list[str]]:
    """Return pseudonyms for each kind of unit that is sampled."""
    sizes = [WORKERS, WORKERS, ASSIGNMENTS, HOUSES if housed else 0]
    kinds = [unit for unit in scheme.units.values() if not unit.is_agency]
    return {
        unit.code: [f"{unit.code[0].upper()}-{number:04d}" for number in range(1, size + 1)]
        for unit, size in zip(kinds, sizes, strict=True)
    }


def _scan(item: Requirement) -> bytes:
    picture = Image.new("L", (900, 300), 255)
    ImageDraw.Draw(picture).text((40, 120), f"Uittreksel handelsregister ({item.code}), voorbeeld", fill=0)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
