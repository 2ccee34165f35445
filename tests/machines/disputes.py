"""Appeals as rules of a life: lodged in time or late, in hand, taken back, refused, and decided in each outcome."""

from collections.abc import Callable
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from audits.core.access import Role
from audits.decisions.models import Decision, DecisionProposal
from audits.disputes.models import Appeal
from audits.disputes.rules import AppealOutcome
from audits.disputes.workflow import OPEN_STATES
from audits.schemes.cycle import DecisionKind
from tests.machines.acts import REASON
from tests.machines.cases import Cases
from tests.machines.world import AGENCIES, STAFF

agencies = st.integers(0, AGENCIES - 1)
turns = st.integers(0, len(STAFF) - 1)
outcomes = st.sampled_from(AppealOutcome)
ends = st.sampled_from(["decide", "decide", "decide", "refuse", "take back", ""])


class Disputes(Cases):
    """An agency appeals against its newest decision; whoever took no part handles it, and a second decider confirms."""

    @rule(agency=agencies, turn=turns, late=st.booleans())
    def appeal(self, agency: int, turn: int, late: bool) -> None:
        """Lodge an appeal, and let the person whose turn it is try to take it up first."""
        theirs = select(Decision.id).where(Decision.agency_id == self.world.agencies[agency])
        if decision := self.first(theirs.order_by(Decision.decided_at.desc())):
            because = REASON if late else ""
            self.done(self.office.lodge(self.world.signatories[agency], decision, because))
        if appeal := self.open_appeal(agency):
            self.done(any(self.office.take_appeal(who, appeal) for who in self.crew(Role.DECIDER, turn)))

    @rule(agency=agencies, turn=turns, heard=st.booleans(), end=ends, outcome=outcomes)
    def end_appeal(self, agency: int, turn: int, heard: bool, end: str, outcome: AppealOutcome) -> None:
        """Hear the agency, or not, and end its appeal in one of the ways."""
        if appeal := self.open_appeal(agency):
            deciders = self.crew(Role.DECIDER, turn)
            self.done(heard and any(self.office.hear_appeal(who, appeal) for who in deciders))
            ways: dict[str, Callable[[], bool]] = {
                "decide": lambda: self.decide_appeal(agency, turn, appeal, outcome),
                "refuse": lambda: any(self.office.refuse_appeal(who, appeal) for who in deciders),
                "take back": lambda: self.office.take_appeal_back(self.world.signatories[agency], appeal),
                "": lambda: False,
            }
            self.done(ways[end]())

    @rule(agency=agencies, turn=turns, days=st.sampled_from([0, 12, 45]), outcome=outcomes)
    def appeal_at_once(self, agency: int, turn: int, days: int, outcome: AppealOutcome) -> None:
        """Withdraw a certificate, and appeal at once; decide on that after some days of the clock."""
        deciders = self.crew(Role.DECIDER, turn)
        if living := self.held(agency):
            self.done(any(self.office.withdraw(who, living) for who in deciders))
            self.appeal(agency, turn, late=False)
            if days:
                self.wait(days)
            if appeal := self.open_appeal(agency):
                self.done(self.decide_appeal(agency, turn, appeal, outcome))

    def decide_appeal(self, agency: int, turn: int, appeal: UUID, outcome: AppealOutcome) -> bool:
        deciders = self.crew(Role.DECIDER, turn)
        made = any(self.office.decide_appeal(who, appeal, outcome) for who in deciders)
        theirs = select(DecisionProposal.id).where(DecisionProposal.agency_id == self.world.agencies[agency])
        waits = theirs.where(
            DecisionProposal.kind == DecisionKind.APPEAL_OUTCOME, DecisionProposal.answered_at.is_(None)
        )
        if proposal := self.first(waits):
            made |= any(self.office.confirm(who, proposal) for who in deciders)
        return made

    def open_appeal(self, agency: int) -> UUID | None:
        theirs = select(Appeal.id).where(Appeal.agency_id == self.world.agencies[agency])
        found: UUID | None = self.first(theirs.where(Appeal.state.in_(OPEN_STATES)).order_by(Appeal.lodged_at))
        return found

    def held(self, agency: int) -> UUID | None:
        raise NotImplementedError

    def wait(self, days: int) -> None:
        raise NotImplementedError
