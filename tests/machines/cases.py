"""The cases of a random life: who may take the next step, and what stands in which state."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Select, func, select

from audits.applications.models import Application
from audits.conditions.models import Condition
from audits.core.access import Role
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.disputes.models import Appeal
from audits.inspections.models import Audit, Finding
from certificates.lifecycle.models import Certificate
from certificates.register.models import RegisterEntry
from portal.stores import database
from tests.machines.office import Office
from tests.machines.world import STAFF, World

NEWEST: dict[str, Select[Any]] = {
    "application": select(Application.id, Application.state).order_by(Application.created_at.desc()),
    "audit": select(Audit.id, Audit.state).order_by(Audit.reference.desc()),
    "finding": select(Finding.id, Finding.state).join(Finding.audit).order_by(Audit.reference.desc(), Finding.number),
    "certificate": select(Certificate.id, Certificate.state).order_by(Certificate.numbered_at.desc()),
    "condition": select(Condition.id, Condition.state).order_by(Condition.due_on.desc(), Condition.id),
    "appeal": select(Appeal.id, Appeal.state).order_by(Appeal.lodged_at.desc()),
}


class Cases:
    """How the cases of a life go on; a life adds the rules by which they do."""

    world: World
    app: Flask
    office: Office
    changed: bool  # since the invariants were last checked

    def finish(self, agency: int, turn: int, flawed: Sequence[str]) -> None:
        """Do everything that a case needs until it is decided."""
        raise NotImplementedError

    def step(self, agency: int, turn: int, flawed: Sequence[str]) -> bool:
        """Take the next step in the case of an agency; False if nobody may take it.

        The person whose turn it is tries first, whether the work is theirs or not.
        """
        office, owner = self.office, self.world.signatories[agency]
        case, audit = self.case_of(agency)
        somebody = self.world.staff[turn]
        planners, inspectors = self.crew(Role.PLANNER, turn), self.crew(Role.INSPECTOR, turn + 1)
        its = [somebody, audit.inspector_id] if audit else []

        def hand_over() -> bool:
            """Give the audit of an inspector with an interest to somebody else."""
            return any(office.replan(who, audit.id, to) for who in planners for to in inspectors)

        ways = {
            "draft": lambda: any(office.submit(who, case.id) for who in (somebody, owner)),
            "submitted": lambda: any(office.accept_application(who, case.id) for who in planners),
            "accepted": lambda: any(office.plan(who, case.id, to) for who in planners for to in inspectors),
            "planned": lambda: any(office.begin(who, audit.id) for who in its) or hand_over(),
            "in_progress": lambda: any(office.report(who, audit.id, flawed) for who in its) or hand_over(),
            "reported": lambda: any(office.review(who, audit.id) for who in self.crew(Role.REVIEWER, turn)),
            "reviewed": lambda: self.repair_and_decide(owner, audit, turn),
        }
        made = ways.get(self.state_of(case, audit), lambda: office.start(owner))()
        self.done(made)
        return made

    def repair_and_decide(self, owner: UUID, audit: Audit, turn: int) -> bool:
        somebody, inspectors = self.world.staff[turn], self.crew(Role.INSPECTOR, turn)
        for finding in self.open_findings(audit.id):
            self.done(any(self.office.answer(who, finding) for who in (somebody, owner)))
            self.done(any(self.office.close_repair(who, finding) for who in inspectors))
        deciders = self.crew(Role.DECIDER, turn)
        return any(self.office.decide(who, audit.id, outcome) for outcome in Outcome for who in deciders)

    @staticmethod
    def state_of(case: Application | None, audit: Audit | None) -> str:
        """Return the state of a case: of the audit if the application is accepted, else of the application."""
        return audit.state if case and case.state == "accepted" and audit else case.state if case else ""

    def done(self, allowed: bool) -> None:
        self.changed |= allowed

    def person(self, number: int) -> UUID:
        return [*self.world.staff, *self.world.signatories][number]

    def crew(self, role: Role, turn: int) -> list[UUID]:
        """Yield the person whose turn it is, then everybody with the role."""
        order = [number % len(STAFF) for number in range(turn, turn + len(STAFF))]
        return [self.world.staff[order[0]], *(self.world.staff[each] for each in order[1:] if role in STAFF[each])]

    def case_of(self, agency: int) -> tuple[Any, Any]:
        """Return the newest application of an agency, and its audit that is not cancelled."""
        query = select(Application, Audit).where(Application.agency_id == self.world.agencies[agency])
        query = query.outerjoin(Audit, (Audit.application_id == Application.id) & (Audit.state != "cancelled"))
        with self.app.app_context():
            found = database.read().execute(query.order_by(Application.created_at.desc()).limit(1)).first()
        return (found[0], found[1]) if found else (None, None)

    def newest(self, kind: str) -> dict[str, UUID]:
        """Return the newest subject of a kind in each state."""
        with self.app.app_context():
            return {state: thing for thing, state in reversed(database.read().execute(NEWEST[kind]).all())}

    def open_findings(self, audit: UUID) -> list[UUID]:
        query = select(Finding.id).where(Finding.audit_id == audit, Finding.state != "closed").order_by(Finding.number)
        with self.app.app_context():
            return list(database.read().scalars(query))

    def decisions(self) -> int:
        return self.first(select(func.count()).select_from(Decision))

    def waiting(self, which: int) -> UUID | None:
        waiting = self.office.waiting()
        return waiting[which % len(waiting)] if waiting else None

    def first(self, query: Select[Any]) -> Any:
        with self.app.app_context():
            return database.read().scalar(query.limit(1))

    def register(self) -> list[Any]:
        columns = [column for column in RegisterEntry.__table__.columns if column.name != "updated_at"]
        return list(database.read().execute(select(*columns).order_by(RegisterEntry.agency_id)))
