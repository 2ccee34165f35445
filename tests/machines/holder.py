"""What a holder and the office do between two grants, as rules of a life."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from audits.conditions.models import Condition
from audits.core.access import Role
from audits.inspections.models import Audit
from audits.people.rules import InterestKind
from audits.schemes.cycle import AuditKind, DecisionKind
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.workflow import CURRENT
from tests.machines.cases import Cases
from tests.machines.world import AGENCIES, STAFF

agencies = st.integers(0, AGENCIES - 1)
turns = st.integers(0, len(STAFF) - 1)
flaws = st.sampled_from([(), (), (), ("minor",), ("major",), ("major", "major"), ("critical",)])
LATER = [DecisionKind.SUSPEND, DecisionKind.WITHDRAW, DecisionKind.END]
VISITS = [AuditKind.SURVEILLANCE, AuditKind.SPECIAL, AuditKind.FOLLOW_UP]


class Holder(Cases):
    """Conditions, parts that are suspended, decisions for a later day, visits, and ties that the office knows of."""

    def held(self, agency: int) -> UUID | None:
        """Return the certificate of an agency that counts or is suspended."""
        query = select(Certificate.id).where(Certificate.agency_id == self.world.agencies[agency])
        return self.first(query.where(Certificate.state.in_(CURRENT)))

    @rule(agency=agencies, turn=turns, flawed=st.just(("major", "major")), verb=st.sampled_from(["return", "meet", ""]))
    def conditions(self, agency: int, turn: int, flawed: Any, verb: str) -> None:
        """Certify an agency with conditions, unless it has some, and prove that one is met; anybody may judge it."""
        theirs = select(Condition.id).where(Condition.agency_id == self.world.agencies[agency])
        unmet = theirs.where(Condition.state.in_(["open", "submitted"])).order_by(Condition.position)
        if self.first(unmet) is None:
            self.finish(agency, turn, flawed)
        if condition := self.first(unmet):
            self.done(self.office.prove(self.world.signatories[agency], condition))
            judge = {"return": self.office.return_proof, "meet": self.office.meet}.get(verb)
            deciders = self.crew(Role.DECIDER, turn) if judge else []
            self.done(any(judge(who, condition) for who in deciders))  # type: ignore[misc]  # there is one for each

    @rule(agency=agencies, turn=turns, which=st.integers(0, 5))
    def suspend_part(self, agency: int, turn: int, which: int) -> None:
        if living := self.held(agency):
            self.done(any(self.office.suspend_part(who, living, which) for who in self.crew(Role.DECIDER, turn)))

    @rule(agency=agencies, turn=turns, kind=st.sampled_from(LATER), days=st.integers(1, 40), kept=st.booleans())
    def decide_later(self, agency: int, turn: int, kind: DecisionKind, days: int, kept: bool) -> None:
        """Decide for a later day; perhaps somebody keeps the certificate after all."""
        if living := self.held(agency):
            deciders = self.crew(Role.DECIDER, turn)
            self.done(any(self.office.decide_later(who, living, kind, days) for who in deciders))
            self.done(kept and any(self.office.maintain(who, living) for who in deciders))

    @rule(agency=agencies)
    def be_heard(self, agency: int) -> None:
        self.done(self.office.be_heard(self.world.signatories[agency]))

    @rule(agency=agencies, turn=turns, kind=st.sampled_from(VISITS), flawed=flaws, fates=st.permutations(list(Fate)))
    def visit(self, agency: int, turn: int, kind: AuditKind, flawed: Any, fates: list[Fate]) -> None:
        """Plan an audit of a holder, or go on with the one that is there; it ends with one of these decisions."""
        office, theirs = self.office, self.world.agencies[agency]
        unfinished = select(Audit).where(Audit.agency_id == theirs, Audit.application_id.is_(None))
        unfinished = unfinished.where(Audit.state.not_in(["concluded", "cancelled"])).order_by(Audit.reference)
        planners, inspectors = self.crew(Role.PLANNER, turn), self.crew(Role.INSPECTOR, turn + 1)
        audit = self.first(unfinished)
        if audit is None:
            self.done(any(office.plan_visit(who, theirs, to, kind) for who in planners for to in inspectors))
            return
        its = [self.world.staff[turn], audit.inspector_id]
        ways = {
            "planned": lambda: any(office.begin(who, audit.id) for who in its),
            "in_progress": lambda: any(office.report(who, audit.id, flawed) for who in its),
            "reported": lambda: any(office.review(who, audit.id) for who in self.crew(Role.REVIEWER, turn)),
            "reviewed": lambda: any(office.end_visit(who, audit.id, fates) for who in self.crew(Role.DECIDER, turn)),
        }
        self.done(ways[audit.state]())

    @rule(who=turns, whose=turns, agency=agencies, kind=st.sampled_from([InterestKind.WORKED, InterestKind.OTHER]))
    def record_tie(self, who: int, whose: int, agency: int, kind: InterestKind) -> None:
        """Record what somebody had to do with an agency: work still counts, other things are over."""
        staff = self.world.staff
        self.done(self.office.record_tie(staff[who], staff[whose], self.world.agencies[agency], kind))
