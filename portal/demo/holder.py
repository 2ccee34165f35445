"""The case of an agency that holds a certificate: what it reports, its audits, and what is decided."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import details_of
from audits.agencies.rules import ProfileSection
from audits.changes import services as changes
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import DomainError
from audits.core.files import StoredFile
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision
from audits.findings import services as findings
from audits.inspections import services as audits
from audits.people.services import declare_interest
from audits.schemes.cycle import AuditKind, DecisionKind
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.services import amend_certificate, decide_on_holder
from portal.demo.case import Case, scan
from portal.demo.cast import EDITOR, Flaw
from portal.stores import files


class Holder(Case):
    """The case of a holder. Every method is one action of one person."""

    def report_name(self, name: str) -> None:
        """Report another legal name, with an extract of the trade register, as editor."""

        def act(session: Session) -> None:
            agency, data = session.get_one(Agency, self.agency_id), scan("nieuwe naam")
            extract = StoredFile(files.keep(session, data), len(data), "image/png", "uittreksel.png")
            self._change_id = changes.report_details(  # type: ignore[union-attr]  # the name is another one
                session,
                self.actor(session, EDITOR),
                agency.id,
                ProfileSection.SEAT,
                replace(details_of(agency), legal_name=name),
                version=agency.version,
                effective_on=clock.today(),
                explanation="",
                files=[extract],
            ).id

        self.write(act)

    def check_name(self) -> str:
        """Check the reported name against the trade register, as planner; return its state."""
        seen = "Uittreksel handelsregister van vandaag."

        def act(session: Session) -> str:
            planner = self.staff(session, "planner")
            return changes.accept_change(session, planner, self._change_id, checked_against=seen).state.value

        return self.write(act)

    def amend(self, number: str) -> UUID:
        """Amend the certificate, as decider; return the id of the decision from which the new one follows."""
        self.change(number, amend_certificate, "De naam staat zo in het handelsregister.", ["details_changed"])
        query = select(Decision.id).where(Decision.agency_id == self.agency_id, Decision.kind == DecisionKind.AMEND)
        return self.write(lambda s: s.scalars(query).one())

    def window(self) -> tuple[date, date]:
        """Return the window of the surveillance audit."""
        query = select(Deadline.from_on, Deadline.due_on).where(Deadline.kind == DeadlineKind.SURVEILLANCE)
        query = query.where(Deadline.agency_id == self.agency_id, Deadline.done_at.is_(None))
        first, last = self.write(lambda s: s.execute(query).one())
        return first or last, last

    def plan_visit(self, kind: AuditKind, occasion: str = "", by_hand: Sequence[str] = ()) -> int:
        """Plan an audit of the holder in ten days, or today after a signal; return the number of its requirements."""
        announced = kind is AuditKind.SURVEILLANCE

        def act(session: Session) -> int:
            audit = audits.plan_audit_of_holder(
                session,
                self.staff(session, "planner"),
                self.agency_id,
                kind=kind,
                inspector_id=self.staff(session, self.inspector).id,
                planned_on=clock.today() + timedelta(days=10 if announced else 0),
                announced=announced,
                occasion=occasion,
                by_hand=by_hand,
            )
            self.audit_id = audit.id
            return len(audit.chosen)

        return self.write(act)

    def visit(self, *flaws: Flaw) -> dict[str, str]:
        """Carry the audit out and report it, as inspector; return the grades of its findings by requirement."""
        self.start()
        self.draw()
        self.judge({flaw.code: flaw for flaw in flaws})
        self.report()
        return self.grades()

    def ask_time(self, days: int, reason: str) -> date:
        """Ask so many working days more for the first finding that is open, as editor; return the day."""

        def act(session: Session) -> date:
            finding = next(each for each in self._findings(session) if each.due_on)
            until = add_working_days(finding.due_on or clock.today(), days)
            asked = findings.ask_extension(session, self.actor(session, EDITOR), finding.id, until=until, reason=reason)
            self._extension_id = asked.id
            return until

        return self.write(act)

    def grant_time(self, until: date) -> None:
        """Grant the time that was asked for, as reviewer."""
        self.write(
            lambda s: findings.answer_extension(
                s, self.staff(s, "reviewer"), self._extension_id, granted_until=until, answer="Dat is begrijpelijk."
            )
        )

    def tie(self, role: str, nature: str) -> None:
        """Declare an interest in this agency, as a member of staff."""
        self.write(lambda s: declare_interest(s, self.staff(s, role), self.agency_id, nature))

    def change(
        self, number: str, service: Callable[..., object], reasons: str, grounds: Sequence[str], by: str = "decider"
    ) -> None:
        """Take a decision about a certificate, in the role of a decider."""

        def act(session: Session) -> None:
            certificate = session.scalars(select(Certificate).where(Certificate.number == number)).one()
            actor = replace(self.staff(session, by), roles=frozenset({Role.DECIDER}))
            service(session, actor, certificate.id, reasons=reasons, grounds=grounds)

        self.write(act)

    def end_visit(self, fate: Fate, reasons: str, by: str = "decider") -> None:
        """End the audit with a decision about the certificate, in the role of a decider."""

        def act(session: Session) -> None:
            actor = replace(self.staff(session, by), roles=frozenset({Role.DECIDER}))
            decide_on_holder(session, actor, self.audit_id, fate=fate, reasons=reasons, grounds=["repair_proven"])

        self.write(act)


def refused(act: Callable[[], object]) -> str | None:
    """Return why an act is refused, or None if it is not."""
    try:
        act()
    except DomainError as refusal:
        return str(refusal)
    return None


def trying(act: Callable[..., object], *args: object, **said: object) -> str | None:
    """Return why an act with these arguments is refused, or None."""
    return refused(partial(act, *args, **said))
