"""Drive one case from registration to decision; each step is a transaction of its own, as on the pages."""

import io
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

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
from audits.core.access import Actor
from audits.core.files import StoredFile
from audits.decisions.rules import Outcome
from audits.findings.rules import points_of
from audits.findings.services import review_audit
from audits.inspections import queries as inspections
from audits.inspections import services as audits
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.grading import Extent
from audits.inspections.models import Finding
from audits.inspections.workflow import FOR_AGENCY, FOR_INSPECTOR
from audits.people.models import Person
from audits.people.queries import find_by_email
from audits.people.registration import register_agency
from audits.people.services import invite_person
from audits.schemes.queries import scheme_of_version, version_for
from audits.schemes.text import Requirement, SchemeText
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.services import decide_on_audit
from portal.demo import links
from portal.demo.cast import EDITOR, OWNER, PASSWORD, SIGNATORY, STAFF, CastMember, Flaw
from portal.doors.account.services import store_password
from portal.stores import database, files

T = TypeVar("T")
ASSIGNMENTS, HOUSES, BEDS = 420, 4, 12
FIRST_AGENCY = 71_000_001
VALUE = "6 2 5 1 4"  # dice, thrown at the agency
GROUNDS = {
    Outcome.GRANT: "requirements_met",
    Outcome.GRANT_WITH_CONDITIONS: "open_points",
    Outcome.REFUSE: "too_many_nonconformities",
}
REPAIR = {
    "cause": "Een sjabloon was verouderd.",
    "extent": "Alle dossiers van dit jaar zijn nagelopen.",
    "solution": "Sjabloon vervangen, fouten hersteld.",
    "effectiveness": "Maandelijkse controle door de kwaliteitsmedewerker.",
}
PATIENCE = 60.0


class StoryError(RuntimeError):
    """A step of the demo failed."""


class Case:
    """The ids and people of one case. Every method is one action of one person."""

    def __init__(self, app: Flask, details: AgencyDetails, serial: int, name: str = "") -> None:
        """Begin the case of an agency with a number of its own; its people have addresses at NAME.example."""
        self._app = app
        self.details = links.own(replace(details, register_number=str(FIRST_AGENCY + serial)), serial)
        self._serial = serial
        self._domain = f"{name or f'bureau{serial}'}.example"
        self.inspector = "inspector"  # of the next audits: the norm lets nobody judge too often in a row
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
                name=links.director(self._serial), function="Bestuurder", since=since, share_percent=100
            )
            add_controlling_person(session, person.actor, agency.id, director)
            contact = ContactDetails(
                name=links.manager(self._serial), function="Bedrijfsleider", email=owner.email, phone=self.details.phone
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
            data = scan(scheme.requirements[0].code)
            add_evidence(
                session,
                actor,
                application.id,
                scheme.requirements[0].code,
                StoredFile(files.keep(session, data), len(data), "image/png", "uittreksel.png"),
            )

        self.write(act)

    def submit(self) -> None:
        """Accept the certification agreement, declare and submit, as signatory."""

        def act(session: Session) -> None:
            actor = self.actor(session, SIGNATORY)
            application = applications.get_application(session, actor, self.application_id)
            agreement, name = applications.agreement_of(application), self._part(SIGNATORY).name
            seen = agreement.sha256 if agreement else None
            submit_application(session, actor, self.application_id, declared_name=name, agreement=seen)

        self.write(act)

    def accept(self) -> None:
        """Accept the application, as planner."""
        self.write(lambda s: accept_application(s, self.staff(s, "planner"), self.application_id, note=""))

    def plan(self, ahead: int = 7) -> None:
        """Assign the inspector to an audit in so many days, as planner."""

        def act(session: Session) -> None:
            inspector = self.staff(session, self.inspector)
            day = clock.today() + timedelta(days=ahead)
            planner = self.staff(session, "planner")
            audit = audits.plan_audit(
                session, planner, self.application_id, inspector_id=inspector.id, planned_on=day, announced=True
            )
            self.audit_id = audit.id

        self.write(act)

    def start(self) -> None:
        """Start the audit, as inspector."""
        self.write(lambda s: audits.start_audit(s, self.staff(s, self.inspector), self.audit_id))

    def draw(self) -> dict[str, tuple[int, int]]:
        """Fix the populations and draw; return {unit: (population size, sample size)}."""

        def act(session: Session) -> dict[str, tuple[int, int]]:
            audit = inspections.get_audit(session, self.staff(session, self.inspector), self.audit_id)
            sizes = {}
            scheme, asked = scheme_of_version(audit.scheme_version), scheme_of_audit(audit)
            for unit, members in _lists(scheme, self.details).items():
                if not asked.on_unit(unit):
                    continue
                inspector = self.staff(session, self.inspector)
                about = audits.About(source=next(iter(scheme.units[unit].list_sources), None))
                secret = secrets.token_bytes(32)
                audits.fix_list(session, inspector, self.audit_id, unit, members, secret=secret, about=about)
                audits.give_value(session, inspector, self.audit_id, unit, VALUE)
                found = audits.draw_list(session, inspector, self.audit_id, unit)
                sizes[unit] = (found.size, found.drawn)
            return sizes

        return self.write(act)

    def judge(self, flaws: Mapping[str, Flaw], *, half: bool = False) -> int:
        """Record a verdict per requirement and unit, or of the first half of the requirements; return how many."""

        def act(session: Session) -> int:
            inspector = self.staff(session, self.inspector)
            audit = inspections.get_audit(session, inspector, self.audit_id)
            scheme, sample = scheme_of_audit(audit), inspections.sample_of(session, self.audit_id)
            good = next(kind.code for kind in scheme.verdicts.values() if kind.assessed and not kind.nonconforming)
            bad = next(kind.code for kind in scheme.verdicts.values() if kind.nonconforming)
            sheets = {
                item.code: {
                    reference: (flaw.verdict or bad, flaw.seen) if flaw and place < flaw.units else (good, "")
                    for place, reference in enumerate(sample.get(item.unit, []))
                }
                for item in _first(scheme.requirements, half=half)
                for flaw in [flaws.get(item.code)]
            }
            recorded = audits.record_sheets(session, inspector, self.audit_id, sheets)
            for flaw in flaws.values():
                if flaw.code in sheets and not flaw.verdict and scheme.requirement(flaw.code).judgement:
                    self._weigh(session, inspector, flaw)
            return recorded

        return self.write(act)

    def _weigh(self, session: Session, inspector: Actor, flaw: Flaw) -> None:
        """Say how far a flaw reaches, and what the agency reads of it."""
        said = {"extent": Extent.INCIDENTAL, "extent_reason": "Eén oorzaak, dit kwartaal begonnen."}
        audits.judge_requirement(
            session,
            inspector,
            self.audit_id,
            flaw.code,
            agency_text=flaw.told or flaw.seen,
            version=0,
            **(said if flaw.incidental else {}),  # type: ignore[arg-type]  # names of parameters
        )

    def confirm(self, leave_out: Sequence[str] = (), why: str = "") -> None:
        """Confirm the stated scope but for these items, with the beds at each location, as inspector."""

        def act(session: Session) -> None:
            inspector = self.staff(session, self.inspector)
            audit = inspections.get_audit(session, inspector, self.audit_id)
            items = [item for item in audit.application.stated.items() if item not in leave_out]
            beds = dict.fromkeys(audits.housing_locations(session, audit), BEDS)
            audits.confirm_scope(session, inspector, self.audit_id, items=items, why=why, beds=beds)

        self.write(act)

    def report(self) -> tuple[int, int]:
        """Report the audit; return number of findings and points."""

        def act(session: Session) -> tuple[int, int]:
            summary = "Wij zagen een bureau dat zijn zaken kent. De bevindingen staan hieronder."
            audit = audits.report_audit(session, self.staff(session, self.inspector), self.audit_id, summary=summary)
            session.flush()
            return len(inspections.findings_of(session, self.audit_id)), audit.score or 0

        return self.write(act)

    def grades(self) -> dict[str, str]:
        """Return the grades of the findings by requirement."""
        return self.write(lambda s: {each.requirement_code: each.grade for each in self._findings(s)})

    def answer(self, **other: str) -> int:
        """Submit what the scheme asks now of every finding, as editor; return of how many."""

        def act(session: Session) -> int:
            actor = self.actor(session, EDITOR)
            waiting = [each for each in self._findings(session) if each.state in FOR_AGENCY]
            for finding in waiting:
                audits.submit_corrective_action(session, actor, finding.id, **REPAIR | other, version=finding.version)
            return len(waiting)

        return self.write(act)

    def verify(self) -> int:
        """Accept what was answered, as inspector: a plan, or the proof, which closes a finding. Return how many."""

        def act(session: Session) -> int:
            inspector = self.staff(session, self.inspector)
            waiting = [each for each in self._findings(session) if each.state in FOR_INSPECTOR]
            for finding in waiting:
                note = "Vijf nieuwe dossiers gezien: in orde."
                audits.accept_corrective_action(session, inspector, finding.id, note=note)
            return len(waiting)

        return self.write(act)

    def send_back(self, note: str) -> None:
        """Return every answer to the agency, as inspector."""

        def act(session: Session) -> None:
            inspector = self.staff(session, self.inspector)
            for finding in self._findings(session):
                if finding.state in FOR_INSPECTOR:
                    audits.return_corrective_action(session, inspector, finding.id, note=note)

        self.write(act)

    def review(self, advice: str = "Dossier volledig, oordelen onderbouwd. Advies: verlenen.") -> None:
        """Review the file by the whole checklist, as reviewer."""

        def act(session: Session) -> None:
            reviewer = self.staff(session, "reviewer")
            points = set(points_of(scheme_of_audit(inspections.get_audit(session, reviewer, self.audit_id))))
            review_audit(session, reviewer, self.audit_id, recommendation=advice, ticked=points)

        self.write(act)

    def decide(
        self,
        role: str,
        outcome: Outcome,
        conditions: tuple[str, ...] = (),
        *,
        reasons: str = "",
        fate: Fate | None = None,
    ) -> UUID:
        """Take the decision; return its id."""
        why = reasons or "Het uitzendbureau voldoet aan de norm. De bevindingen zijn hersteld en gecontroleerd."

        def act(session: Session) -> UUID:
            links.dismiss_all(session, self.staff(session, "planner"), self.agency_id)
            decision = decide_on_audit(
                session,
                self.staff(session, role),
                self.audit_id,
                outcome=outcome,
                reasons=why,
                conditions=conditions,
                grounds=[GROUNDS[outcome]],
                fate=fate,
            )
            return decision.id

        return self.write(act)

    def _findings(self, session: Session) -> list[Finding]:
        return inspections.findings_of(session, self.audit_id)

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


def _person(session: Session, part: CastMember) -> Person:
    person = find_by_email(session, part.email)
    if person is None:
        raise LookupError(part.email)
    return person


def _first(requirements: Sequence[Requirement], *, half: bool) -> Sequence[Requirement]:
    return requirements[: len(requirements) // 2] if half else requirements


def _lists(scheme: SchemeText, details: AgencyDetails) -> dict[str, list[str]]:
    """Return pseudonyms for each kind of unit that is sampled."""
    workers, houses = details.headcount, HOUSES if details.housing_places else 0
    sizes = [workers, workers, min(ASSIGNMENTS, 3 * workers), houses]
    kinds = [unit for unit in scheme.units.values() if not unit.is_agency]
    return {
        unit.code: [f"{unit.code[0].upper()}-{number:04d}" for number in range(1, size + 1)]
        for unit, size in zip(kinds, sizes, strict=True)
    }


def scan(of: str) -> bytes:
    """Return a picture of an extract of the trade register."""
    picture = Image.new("L", (900, 300), 255)
    ImageDraw.Draw(picture).text((40, 120), f"Uittreksel handelsregister ({of}), voorbeeld", fill=0)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
