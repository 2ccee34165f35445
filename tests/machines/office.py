"""Actions of people in a life, one transaction each: allowed, or refused with a message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import details_of, fixed_sections
from audits.agencies.rules import ProfileSection, StatedScope
from audits.agencies.services import edit_agency
from audits.applications import services as applications
from audits.changes import services as changes
from audits.conditions import services as conditions
from audits.conditions.models import Condition
from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import NotFoundError
from audits.core.files import StoredFile
from audits.decisions.rules import Outcome
from audits.findings import services as findings
from audits.findings.queries import dispute_of, grade_changes
from audits.inspections import services as audits
from audits.inspections.models import Audit, Finding, Population
from audits.inspections.queries import judgement_on, sample_of
from audits.inspections.workflow import BackTo
from audits.people.models import Person
from audits.people.rules import InterestKind
from audits.people.services import declare_interest, record_interest
from audits.schemes.cycle import AuditKind, DecisionKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from certificates.lifecycle import services as certificates
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import certificates_of
from certificates.lifecycle.rules import Fate
from portal.stores import files
from tests.kit.drawing import freeze_population
from tests.kit.factories.inspections import confidential_findings
from tests.machines.acts import REASON
from tests.machines.appeals import Appeals

HEARD = {"heard": "It said nothing.", "reasons": "It was weighed."}
PAPER = b"%PDF-1.7 extract"


class Office(Appeals):
    """Actions by the ids of people; each returns whether it was allowed."""

    # The agency

    def start(self, person: UUID) -> bool:
        """Start an application, with an answer to every question."""

        def act(session: Session, actor: Actor) -> None:
            application = applications.start_application(session, actor)
            scheme = scheme_of_version(application.scheme_version)
            answer = next(kind.code for kind in scheme.verdicts.values() if kind.self_assessment)
            for item in scheme.requirements:
                applications.save_answer(session, actor, application.id, item.code, value=answer)

        return self._do(person, act)

    def submit(self, person: UUID, application: UUID) -> bool:
        def act(session: Session, actor: Actor) -> None:
            name = session.get_one(Person, person).name
            applications.submit_application(session, actor, application, declared_name=name)

        return self._do(person, act)

    def report_name(self, person: UUID, name: str) -> bool:
        """Report another legal name, with a file; before anybody relies on the name it is a plain edit."""

        def act(session: Session, actor: Actor) -> None:
            agency = session.get_one(Agency, actor.agency_id, populate_existing=True)
            details = replace(details_of(agency), legal_name=name)
            if ProfileSection.SEAT not in fixed_sections(session, agency.id):
                edit_agency(session, actor, agency.id, details, version=agency.version)
                return
            file = StoredFile(files.keep(session, PAPER), len(PAPER), "application/pdf", "extract.pdf")
            said = {"effective_on": clock.today(), "explanation": "", "files": [file]}
            version = agency.version
            changes.report_details(session, actor, agency.id, ProfileSection.SEAT, details, version=version, **said)

        return self._do(person, act)

    def withdraw_change(self, person: UUID, change: UUID) -> bool:
        return self._do(person, lambda *who: changes.withdraw_change(*who, change))

    def take_back(self, person: UUID, application: UUID) -> bool:
        return self._do(person, lambda *who: applications.withdraw_application(*who, application))

    def answer(self, person: UUID, finding: UUID) -> bool:
        def act(session: Session, actor: Actor) -> None:
            version = session.get_one(Finding, finding).version
            words = dict.fromkeys(("cause", "extent", "solution", "effectiveness"), REASON)
            audits.submit_corrective_action(session, actor, finding, version=version, **words)

        return self._do(person, act)

    # The certification body

    def accept_application(self, person: UUID, application: UUID) -> bool:
        return self._do(person, lambda *who: applications.accept_application(*who, application))

    def return_application(self, person: UUID, application: UUID) -> bool:
        return self._do(person, lambda *who: applications.return_application(*who, application, reason=REASON))

    def refuse_application(self, person: UUID, application: UUID) -> bool:
        return self._do(person, lambda *who: applications.refuse_application(*who, application, reason=REASON))

    def close_application(self, person: UUID, application: UUID) -> bool:
        return self._do(person, lambda *who: applications.close_application(*who, application, reason=REASON))

    def plan(self, person: UUID, application: UUID, inspector: UUID) -> bool:
        day = clock.today()
        return self._do(
            person, lambda *who: audits.plan_audit(*who, application, inspector_id=inspector, planned_on=day)
        )

    def begin(self, person: UUID, audit: UUID) -> bool:
        return self._do(person, lambda *who: audits.start_audit(*who, audit))

    def report(self, person: UUID, audit: UUID, flaws: Sequence[str] = ()) -> bool:
        """Draw the missing samples and judge everything; `flaws` are weights of requirements that do not conform."""

        def act(session: Session, actor: Actor) -> None:
            scheme = scheme_of_version(session.get_one(Audit, audit).scheme_version)
            for unit in scheme.units.values():
                if not unit.is_agency and session.get(Population, (audit, unit.code)) is None:
                    freeze_population(session, actor, audit, unit.code, [f"{unit.code}-1"], seed=bytes(32))
            session.flush()
            kinds = list(scheme.verdicts.values())
            good = next(kind.code for kind in kinds if kind.assessed and not kind.nonconforming)
            bad = next(kind.code for kind in kinds if kind.nonconforming)
            sample, left, sheets = sample_of(session, audit), list(flaws), {}
            for item in scheme.requirements:
                short = item.severity in left and not left.remove(item.severity)
                sheets[item.code] = dict.fromkeys(sample[item.unit], (bad, "Not seen.") if short else (good, ""))
            audits.record_sheets(session, actor, audit, sheets, reasons=dict.fromkeys(sheets, REASON))
            for code in confidential_findings(session, session.get_one(Audit, audit)):
                stored = judgement_on(session, audit, code)
                version = stored.version if stored else 0
                audits.judge_requirement(session, actor, audit, code, agency_text=REASON, version=version)
            audits.report_audit(session, actor, audit, summary=REASON)

        return self._do(person, act)

    def review(self, person: UUID, audit: UUID) -> bool:
        return self._do(person, lambda *who: audits.review_audit(*who, audit, recommendation=REASON))

    def reopen(self, person: UUID, audit: UUID) -> bool:
        return self._do(person, lambda *who: audits.reopen_audit(*who, audit, reason=REASON))

    def send_back(self, person: UUID, audit: UUID) -> bool:
        return self._do(person, lambda *who: audits.send_back_audit(*who, audit, to=BackTo.INSPECTOR, reason=REASON))

    def replan(self, person: UUID, audit: UUID, inspector: UUID) -> bool:
        def act(session: Session, actor: Actor) -> None:
            day = session.get_one(Audit, audit).planned_on
            audits.replan_audit(session, actor, audit, inspector_id=inspector, planned_on=day, reason=REASON)

        return self._do(person, act)

    def cancel(self, person: UUID, audit: UUID) -> bool:
        return self._do(person, lambda *who: audits.cancel_audit(*who, audit, reason=REASON))

    def close_repair(self, person: UUID, finding: UUID) -> bool:
        return self._do(person, lambda *who: audits.accept_corrective_action(*who, finding, note=REASON))

    def reject_repair(self, person: UUID, finding: UUID) -> bool:
        return self._do(person, lambda *who: audits.return_corrective_action(*who, finding, note=REASON))

    def dispute(self, person: UUID, finding: UUID) -> bool:
        return self._do(person, lambda *who: findings.dispute_finding(*who, finding, reason=REASON))

    def uphold(self, person: UUID, finding: UUID) -> bool:
        return self._do(person, lambda *who: self._answer(*who, finding, granted=True))

    def dismiss(self, person: UUID, finding: UUID) -> bool:
        return self._do(person, lambda *who: self._answer(*who, finding, granted=False))

    @staticmethod
    def _answer(session: Session, actor: Actor, finding: UUID, *, granted: bool) -> None:
        if found := dispute_of(session, finding):
            findings.answer_dispute(session, actor, found.id, granted=granted, answer=REASON)
        else:
            raise NotFoundError("Nobody disputed it.")

    def weigh(self, person: UUID, finding: UUID, grade: str) -> bool:
        return self._do(person, lambda *who: findings.propose_grade(*who, finding, grade=grade, reason=REASON))

    def agree(self, person: UUID, finding: UUID) -> bool:
        def act(session: Session, actor: Actor) -> None:
            for change in grade_changes(session, finding):
                findings.answer_grade(session, actor, change.id, granted=True, answer=REASON)

        return self._do(person, act)

    def decide(self, person: UUID, audit: UUID, outcome: Outcome = Outcome.GRANT) -> bool:
        conditions = ["A new check."] if outcome is Outcome.GRANT_WITH_CONDITIONS else []
        words = {"outcome": outcome, "reasons": REASON, "conditions": conditions, "fate_reasons": REASON}
        ways = [None, *Fate] if outcome is Outcome.REFUSE else [None]
        return any(
            self._do(person, lambda *who, fate=fate: certificates.decide_on_audit(*who, audit, fate=fate, **words))
            for fate in ways
        )

    def accept_change(self, person: UUID, change: UUID) -> bool:
        return self._do(person, lambda *who: changes.accept_change(*who, change, checked_against=REASON))

    def decline_change(self, person: UUID, change: UUID) -> bool:
        return self._do(person, lambda *who: changes.decline_change(*who, change, reason=REASON))

    def return_change(self, person: UUID, change: UUID) -> bool:
        return self._do(person, lambda *who: changes.return_change(*who, change, reason=REASON))

    def amend(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.amend_certificate(*who, certificate, reasons=REASON))

    def declare(self, person: UUID, agency: UUID) -> bool:
        return self._do(person, lambda *who: declare_interest(*who, agency, REASON))

    def suspend(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.suspend_certificate(*who, certificate, reasons=REASON))

    def suspend_at_once(self, person: UUID, certificate: UUID) -> bool:
        said = {"reasons": REASON, "grounds": ["deceit"], "provisional": True}
        return self._do(person, lambda *who: certificates.suspend_certificate(*who, certificate, **said))

    def confirm_suspension(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.confirm_suspension(*who, certificate, **HEARD))

    def lift_after_hearing(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.lift_suspension(*who, certificate, **HEARD))

    def propose(self, person: UUID, certificate: UUID) -> bool:
        """Propose to withdraw a certificate, on a ground that takes two deciders."""
        said = {"reasons": REASON, "grounds": ["deceit"]}
        return self._do(
            person, lambda *who: certificates.change_or_propose(*who, certificate, DecisionKind.WITHDRAW, **said)
        )

    def confirm(self, person: UUID, proposal: UUID) -> bool:
        return self._do(person, lambda *who: certificates.confirm_proposal(*who, proposal))

    def decline(self, person: UUID, proposal: UUID) -> bool:
        return self._do(person, lambda *who: certificates.decline_proposal(*who, proposal, reason=REASON))

    def lift(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.lift_suspension(*who, certificate, reasons=REASON))

    def withdraw(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.withdraw_certificate(*who, certificate, reasons=REASON))

    def end(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.end_certificate(*who, certificate, reasons=REASON))

    # The year of a holder

    def prove(self, person: UUID, condition: UUID) -> bool:
        return self._do(person, lambda *who: conditions.submit_proof(*who, condition, explanation=REASON))

    def return_proof(self, person: UUID, condition: UUID) -> bool:
        return self._do(person, lambda *who: conditions.return_proof(*who, condition, reason=REASON))

    def meet(self, person: UUID, condition: UUID) -> bool:
        def act(session: Session, actor: Actor) -> None:
            held = certificates_of(session, actor, session.get_one(Condition, condition).agency_id)
            if not held:  # its certificate is being made
                raise NotFoundError("There is no certificate.")
            certificates.meet_condition(session, actor, held[-1].id, reasons=REASON, condition_id=str(condition))

        return self._do(person, act)

    def suspend_part(self, person: UUID, certificate: UUID, which: int) -> bool:
        """Suspend one item of the scope of a certificate."""

        def act(session: Session, actor: Actor) -> None:
            items = StatedScope.of(session.get_one(Certificate, certificate).scope).items()
            part = [items[which % len(items)]]
            certificates.suspend_certificate(session, actor, certificate, reasons=REASON, excepted=part)

        return self._do(person, act)

    def decide_later(self, person: UUID, certificate: UUID, kind: DecisionKind, days: int) -> bool:
        day = clock.today() + timedelta(days=days)
        said = {"reasons": REASON, "effective_on": day}
        return self._do(person, lambda *who: certificates.change_or_propose(*who, certificate, kind, **said))

    def maintain(self, person: UUID, certificate: UUID) -> bool:
        return self._do(person, lambda *who: certificates.maintain_certificate(*who, certificate, reasons=REASON))

    def be_heard(self, person: UUID) -> bool:
        return self._do(person, lambda *who: certificates.say_in_hearing(*who, words=REASON))

    def plan_visit(self, person: UUID, agency: UUID, inspector: UUID, kind: AuditKind) -> bool:
        """Plan an audit of a holder, of all that its scheme or a planner chooses."""

        def act(session: Session, actor: Actor) -> None:
            said = {"inspector_id": inspector, "planned_on": clock.today(), "occasion": REASON}
            said["by_hand"] = [] if kind is AuditKind.SURVEILLANCE else _codes(session)
            audits.plan_audit_of_holder(session, actor, agency, kind=kind, **said)

        return self._do(person, act)

    def end_visit(self, person: UUID, audit: UUID, fates: Sequence[Fate]) -> bool:
        said = {"reasons": REASON}
        return any(
            self._do(person, lambda *who, fate=fate: certificates.decide_on_holder(*who, audit, fate=fate, **said))
            for fate in fates
        )

    def record_tie(self, person: UUID, whose: UUID, agency: UUID, kind: InterestKind) -> bool:
        """Record that somebody of the staff had to do with an agency until 2026: it may count still, or be over."""
        said = {"kind": kind, "nature": REASON, "source": REASON, "since": date(2020, 1, 1), "until": date(2026, 1, 1)}
        return self._do(person, lambda *who: record_interest(*who, whose, agency, **said))


def _codes(session: Session) -> list[str]:
    """Return two requirements of the norm, of those that are about the agency itself."""
    scheme = scheme_of_version(session.scalars(select(SchemeVersion)).one())
    return [item.code for item in scheme.requirements if scheme.units[item.unit].is_agency][:2]
