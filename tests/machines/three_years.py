"""What people do in a case of three years, and what the clock does about it, on days counted by hand.

In 2027 and 2028 clocks change on 28 March (Easter), 31 October, 26 March and 29 October. No working days are Good
Friday, Easter Monday, 27 April, 5 May, Ascension Day, Whit Monday, Christmas and New Year, and by decree 7 May 2027,
28 April and 26 May 2028.
"""

from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import Select, select

from audits.applications.models import Application
from audits.changes.models import AgencyChange
from audits.complaints.rules import Subject
from audits.complaints.services import receive_complaint
from audits.conditions.models import Condition
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.rules import Outcome
from audits.disputes.models import Appeal
from audits.disputes.rules import AppealOutcome
from audits.inspections.models import Audit, Finding
from audits.schemes.cycle import DecisionKind
from certificates.lifecycle.models import Certificate
from portal.stores import database
from tests.machines.office import Office
from tests.machines.world import World

K = DeadlineKind
PLANNER, _, INSPECTOR, OTHER_INSPECTOR, REVIEWER, OTHER_REVIEWER, DECIDER, OTHER_DECIDER, THIRD = range(9)
OWNER = -1

APPLICATION = select(Application.id).order_by(Application.created_at.desc()).limit(1)
AUDIT = select(Audit.id).order_by(Audit.reference.desc()).limit(1)
FINDINGS = select(Finding.id).where(Finding.state != "closed").order_by(Finding.number)
CERTIFICATE = select(Certificate.id).order_by(Certificate.numbered_at.desc()).limit(1)
CONDITIONS = select(Condition.id).order_by(Condition.position)
SUSPENSION = select(Decision.id).where(Decision.kind == DecisionKind.SUSPEND)
APPEAL, PROPOSAL, CHANGE = select(Appeal.id), select(DecisionProposal.id), select(AgencyChange.id)

# Who does what with what on which day, at noon.
YEARS: dict[str, tuple[Any, ...]] = {
    "2027-01-04": ("start", OWNER),
    "2027-04-02": ("submit", OWNER, APPLICATION),
    "2027-04-20": ("accept_application", PLANNER, APPLICATION),
    "2027-04-21": ("plan", PLANNER, APPLICATION, INSPECTOR),
    "2027-05-03": ("begin", INSPECTOR, AUDIT),
    "2027-05-26": ("report", INSPECTOR, AUDIT, ("major", "major")),
    "2027-07-21": ("complain", OWNER),
    "2027-08-25": ("answer", OWNER, FINDINGS),
    "2027-08-26": ("close_repair", INSPECTOR, FINDINGS),
    "2027-08-27": ("review", REVIEWER, AUDIT),
    "2027-09-20": ("decide", DECIDER, AUDIT, Outcome.GRANT_WITH_CONDITIONS),
    "2027-12-03": ("prove", OWNER, CONDITIONS),
    "2027-12-14": ("meet", OTHER_DECIDER, CONDITIONS),
    "2028-03-27": ("suspend", DECIDER, CERTIFICATE),
    "2028-04-14": ("lodge", OWNER, SUSPENSION),
    "2028-05-01": ("take_appeal", OTHER_DECIDER, APPEAL),
    "2028-06-08": ("decide_appeal", OTHER_DECIDER, APPEAL, AppealOutcome.UPHELD),
    "2028-06-09": ("confirm", THIRD, PROPOSAL),
    "2028-07-03": ("start", OWNER),
    "2028-07-04": ("submit", OWNER, APPLICATION),
    "2028-07-05": ("accept_application", PLANNER, APPLICATION),
    "2028-07-06": ("plan", PLANNER, APPLICATION, OTHER_INSPECTOR),
    "2028-08-07": ("begin", OTHER_INSPECTOR, AUDIT),
    "2028-08-08": ("report", OTHER_INSPECTOR, AUDIT),
    "2028-08-10": ("review", OTHER_REVIEWER, AUDIT),
    "2028-08-14": ("decide", OTHER_DECIDER, AUDIT),
    "2028-12-13": ("report_name", OWNER, None, "Nieuwe Naam B.V."),
    "2029-01-02": ("accept_change", PLANNER, CHANGE),
    "2029-01-22": ("amend", DECIDER, CERTIFICATE),
}
# What the clock does about which terms, each once: how many of them, the step, and its day.
STEPS = (
    (K.DRAFT, 1, "remind 2027-03-09, remind 2027-03-30"),
    (K.APPLICATION_REVIEW, 1, "remind 2027-04-09, remind 2027-04-15, escalate 2027-04-19"),
    (K.COMPLAINT_RECEIPT, 1, "remind 2027-07-27, escalate 2027-07-29"),
    (K.CORRECTIVE_ACTION, 2, "remind 2027-07-29, remind 2027-08-09, remind 2027-08-17, escalate 2027-08-19"),
    (K.COMPLAINT_ANSWER, 1, "remind 2027-08-25, remind 2027-08-31, escalate 2027-09-02"),
    (K.DECISION, 1, "remind 2027-09-10, remind 2027-09-16, escalate 2027-09-20"),
    (K.RENEWAL, 1, "remind 2027-11-07, remind 2027-11-28"),
    (K.CONDITION, 1, "remind 2027-11-30, remind 2027-12-09"),
    (K.SURVEILLANCE, 1, "begin 2028-02-19, remind 2028-04-10, remind 2028-04-18, escalate 2028-04-20"),
    (K.APPEAL_RECEIPT, 1, "remind 2028-04-21, escalate 2028-04-25"),
    (K.APPEAL_OUTCOME, 1, "remind 2028-05-29, remind 2028-06-02, escalate 2028-06-07"),
    (K.RENEWAL, 1, "begin 2028-06-21, remind 2028-08-08"),
    (K.REPORTED_CHANGE, 1, "remind 2028-12-20, remind 2028-12-28, escalate 2029-01-02"),
    (K.CHANGE_DECISION, 1, "remind 2029-01-16, remind 2029-01-22"),
    (K.SURVEILLANCE, 1, "begin 2029-01-15, remind 2029-03-09, remind 2029-03-15, escalate 2029-03-19"),
    (K.RENEWAL, 1, "begin 2029-06-21, remind 2029-08-08, remind 2029-08-29, escalate 2029-09-20"),
)
EXPIRED_ON = "2029-09-20"


class People(Office):
    """The people of one agency and of the office."""

    def __init__(self, world: World, app: Flask) -> None:
        super().__init__(app)
        self.all: list[UUID] = [*world.staff, world.signatories[0]]

    def do(self, verb: str, who: int, what: Select[Any] | None = None, *rest: Any) -> bool:
        """Let somebody do something with each thing of that kind; return whether all of it was allowed."""
        rest = tuple(self.all[each] if isinstance(each, int) else each for each in rest)
        act, person = getattr(self, verb), self.all[who]
        if what is None:
            return bool(act(person, *rest))
        with self.app.app_context():
            things = database.read().scalars(what).all()
        return [act(person, thing, *rest) for thing in things].count(True) == len(things) > 0

    def complain(self, _: UUID) -> bool:
        """Complain about the body without a name."""
        with self.app.app_context(), database.write() as session:
            receive_complaint(
                session, complaint_id=uuid4(), about=Subject.DELAY, message="Too late.", contact="", language="nl"
            )
        return True
