"""Random lives from application to register, by anybody in any order, with workers that repeat themselves and die."""

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from math import ceil

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text

from audits.changes.models import AgencyChange
from audits.changes.workflow import CHANGE_FLOW
from audits.core.access import Role
from audits.decisions.models import DecisionProposal
from audits.inspections.models import Audit
from certificates.documents.models import Document
from certificates.ledger.notes import Vkey
from certificates.ledger.verify import problems
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.workflow import CURRENT
from certificates.register.services import rebuild_all
from portal.settings import current_settings
from portal.signing import ledger
from portal.signing.keys import current_keys
from portal.stores import database, files
from tests.kit.long_runs import SHARE, steps
from tests.machines.clocks import Clocks
from tests.machines.disputes import Disputes
from tests.machines.holder import Holder
from tests.machines.invariants import ALWAYS, AT_REST, FLOWS, broken
from tests.machines.memory import said_so_far
from tests.machines.office import Office
from tests.machines.workers import LostError
from tests.machines.world import AGENCIES, STAFF, World

STEPS = 50
PARTS = 4 if SHARE == 1 else 1  # tests, so that the long run has every core
# Hypothesis begins with the simplest life, in which nothing follows the first cases. A short run needs others too.
LIVES = max(3, steps(10_000) // STEPS // PARTS)
MANY = 20  # lives, in which nearly every move of every flow is made
RARE = 12  # moves, such as refusing an application, that chance may leave out: each life does without some of its rules

# Moves of norms that ask for a plan first, which this one does not.
STEPWISE = {"finding.accept_plan", "finding.prove", "finding.reject_proof"}

# Where a case may leave its straight way: the moves of each state, in the words of Office.
DETOURS = {
    "draft": ["take_back"],
    "submitted": ["return_application", "refuse_application", "take_back"],
    "planned": ["cancel"],
    "in_progress": ["cancel"],
    "reported": ["reopen", "contest", "weigh"],
    "reviewed": ["reject_repair", "send_back"],
    "accepted": ["close_application", "take_back"],
}
# What anybody may try, and the move that it is.
ATTEMPTS = {
    "submit": "application.submit",
    "take_back": "application.withdraw",
    "accept_application": "application.accept",
    "return_application": "application.return",
    "refuse_application": "application.refuse",
    "close_application": "application.close",
    "begin": "audit.start",
    "report": "audit.report",
    "review": "audit.review",
    "reopen": "audit.reopen",
    "send_back": "audit.send_back",
    "cancel": "audit.cancel",
    "decide": "audit.conclude",
    "answer": "finding.answer",
    "close_repair": "finding.close",
    "reject_repair": "finding.reject",
    "uphold": "finding.withdraw",
    "suspend": "certificate.suspend",
    "lift": "certificate.lift",
    "withdraw": "certificate.withdraw",
    "end": "certificate.end",
    "take_appeal": "appeal.take",
    "refuse_appeal": "appeal.refuse",
    "hear_appeal": "appeal.hear",
    "take_appeal_back": "appeal.withdraw",
}
agencies = st.integers(0, AGENCIES - 1)
turns = st.integers(0, len(STAFF) - 1)
anybody = st.integers(0, len(STAFF) + AGENCIES - 1)
flaws = st.sampled_from([(), (), (), ("minor",), ("major",), ("major", "major"), ("critical",)])
answers = st.sampled_from(["amend", "amend", "amend", "accept", "decline", "withdraw", "return"])
changes = st.sampled_from(["suspend", "lift", "suspend", "lift", "withdraw", "end"])


class Life(Holder, Clocks, Disputes, RuleBasedStateMachine):
    """Each rule is an action of people or workers, which is allowed or refused with a message."""

    reached: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.app = self.stack.enter_context(self.world.life())
        self.office = Office(self.app)
        self.changed = True  # since the invariants were last checked
        self.said: set[str] = set()
        self.steps = 0

    def teardown(self) -> None:
        with self.stack:
            if sys.exc_info()[0] is None:
                self.rest()

    # An office at work: each case goes on, by the first of its people who may

    @initialize(cases=st.lists(st.tuples(st.booleans(), turns, flaws, changes), min_size=3, max_size=3))
    def certify(self, cases: Sequence[tuple[bool, int, Sequence[str], str]]) -> None:
        """Certify three cases of two agencies at the start: one applies twice, so its certificate is replaced."""
        for agency, turn, flawed, verb in cases:
            self.finish(agency, turn, flawed)
            if verb:
                self.change(agency, turn, verb)

    @rule(agency=agencies, turn=turns, flawed=flaws, many=st.integers(1, 7))
    def go_on(self, agency: int, turn: int, flawed: Sequence[str], many: int) -> None:
        for _ in range(many):
            self.step(agency, turn, flawed)

    @rule(agency=agencies, turn=turns, flawed=flaws)
    def finish(self, agency: int, turn: int, flawed: Sequence[str]) -> None:
        """Do everything that a case needs until it is decided, and the jobs that follow."""
        decided = self.decisions()
        while self.step(agency, turn, flawed) and self.decisions() == decided:
            pass
        self.deliver_all()

    @rule(agency=agencies, turn=turns, verb=changes)
    def change(self, agency: int, turn: int, verb: str) -> None:
        """Change the certificate of an agency, as decider."""
        query = select(Certificate.id).where(Certificate.agency_id == self.world.agencies[agency])
        if living := self.first(query.where(Certificate.state.in_(CURRENT))):
            self.done(any(getattr(self.office, verb)(who, living) for who in self.crew(Role.DECIDER, turn)))

    @rule(agency=agencies, turn=turns, flawed=flaws, many=st.integers(0, 6), way=st.integers(0, 2))
    def leave_the_way(self, agency: int, turn: int, flawed: Sequence[str], many: int, way: int) -> None:
        """Return, refuse, cancel or withdraw the case, where that is possible."""
        self.go_on(agency, turn, flawed, many)
        case, audit = self.case_of(agency)
        if not (verbs := DETOURS.get(self.state_of(case, audit))):
            return
        verb = verbs[way % len(verbs)]
        if verb == "reject_repair":
            for finding in self.open_findings(audit.id):
                self.office.answer(self.world.signatories[agency], finding)
                self.done(self.office.reject_repair(audit.inspector_id, finding))
        elif verb == "contest":
            self.contest(agency, audit, turn)
        elif verb == "weigh":
            self.weigh(audit, turn)
        elif verb == "take_back":
            self.done(self.office.take_back(self.world.signatories[agency], case.id))
        else:
            role = {"reopen": Role.REVIEWER, "send_back": Role.DECIDER}.get(verb, Role.PLANNER)
            staff = self.crew(role, turn)
            subject = case.id if verb.endswith("application") else audit.id
            self.done(any(getattr(self.office, verb)(who, subject) for who in staff))

    def contest(self, agency: int, audit: Audit, turn: int) -> None:
        """Dispute every finding; reviewers agree, and where they do not look again, dismiss."""
        for finding in self.open_findings(audit.id):
            self.done(self.office.dispute(self.world.signatories[agency], finding))
            answers = [self.office.uphold, self.office.dismiss][turn % 2 :]
            self.done(any(answer(who, finding) for answer in answers for who in self.crew(Role.REVIEWER, turn)))

    def weigh(self, audit: Audit, turn: int) -> None:
        """Weigh every finding as minor, by the inspector and whoever may agree."""
        for finding in self.open_findings(audit.id):
            self.done(self.office.weigh(audit.inspector_id, finding, "minor"))
            self.done(any(self.office.agree(who, finding) for who in self.crew(Role.REVIEWER, turn)))

    @rule(who=turns, agency=agencies, flawed=flaws, verb=changes)
    def declare(self, who: int, agency: int, flawed: Sequence[str], verb: str) -> None:
        """Declare an interest of a person, who is then asked first to work on the case."""
        self.done(self.office.declare(self.world.staff[who], self.world.agencies[agency]))
        self.finish(agency, who, flawed)
        self.change(agency, who, verb)

    @rule(agency=agencies, turn=turns, verb=st.sampled_from(["confirm", "confirm", "decline", ""]))
    def agree(self, agency: int, turn: int, verb: str) -> None:
        """Propose to withdraw a certificate, and let anybody answer, the proposer first."""
        query = select(Certificate.id).where(Certificate.agency_id == self.world.agencies[agency])
        if living := self.first(query.where(Certificate.state.in_(CURRENT))):
            deciders = self.crew(Role.DECIDER, turn)
            self.done(any(self.office.propose(who, living) for who in deciders))
            waits = select(DecisionProposal.id).where(DecisionProposal.certificate_id == living)
            if verb and (proposal := self.first(waits.where(DecisionProposal.answered_at.is_(None)))):
                self.done(any(getattr(self.office, verb)(who, proposal) for who in deciders))

    @rule(
        agency=agencies, turn=turns, verb=st.sampled_from(["confirm_suspension", "lift_after_hearing", "withdraw", ""])
    )
    def at_once(self, agency: int, turn: int, verb: str) -> None:
        """Suspend at once, and let anybody answer, who suspended first."""
        query = select(Certificate.id).where(Certificate.agency_id == self.world.agencies[agency])
        if living := self.first(query.where(Certificate.state.in_(CURRENT))):
            deciders = self.crew(Role.DECIDER, turn)
            self.done(any(self.office.suspend_at_once(who, living) for who in deciders))
            if verb:
                self.done(any(getattr(self.office, verb)(who, living) for who in deciders))

    @rule(agency=agencies, turn=turns, name=st.integers(0, 3), answer=answers)
    def rename(self, agency: int, turn: int, name: int, answer: str) -> None:
        """Report another name, which the office answers; a decider amends the certificate, or sends it back."""
        owner = self.world.signatories[agency]
        self.done(self.office.report_name(owner, f"Naam {name} B.V."))
        theirs = select(AgencyChange.id).where(AgencyChange.agency_id == self.world.agencies[agency])
        if change := self.first(theirs.where(AgencyChange.state == "reported")):
            who = [owner] if answer == "withdraw" else self.crew(Role.PLANNER, turn)
            verb = "accept" if answer in {"amend", "return"} else answer
            self.done(any(getattr(self.office, f"{verb}_change")(each, change) for each in who))
        referred = self.first(theirs.where(AgencyChange.state == "referred"))
        held = select(Certificate.id).where(Certificate.agency_id == self.world.agencies[agency])
        living = self.first(held.where(Certificate.state.in_(CURRENT)))
        if referred and answer == "return":
            self.done(any(self.office.return_change(each, referred) for each in self.crew(Role.DECIDER, turn)))
        elif referred and living and answer == "amend":
            self.done(any(self.office.amend(each, living) for each in self.crew(Role.DECIDER, turn)))

    # Anybody tries anything

    @rule(who=anybody, which=st.integers(0, 30))
    def try_anything(self, who: int, which: int) -> None:
        """Try a move that somebody could make now, on the newest subject in that state."""
        waiting = {kind: self.newest(kind) for kind in FLOWS}
        moves = [(verb, *name.split(".")) for verb, name in ATTEMPTS.items()]
        open_ones = [
            (verb, waiting[kind][state])
            for verb, kind, move in moves
            for state in sorted(FLOWS[kind].moves[move].sources & waiting[kind].keys())
        ]
        if open_ones:
            verb, thing = open_ones[which % len(open_ones)]
            self.done(getattr(self.office, verb)(self.person(who), thing))

    @rule(who=anybody, to=anybody)
    def plan(self, who: int, to: int) -> None:
        if case := self.newest("application").get("accepted"):
            self.done(self.office.plan(self.person(who), case, self.person(to)))

    # The workers

    @rule(which=st.integers(0, 7), times=st.integers(1, 2))
    def deliver(self, which: int, times: int) -> None:
        """Deliver an item twice; the second time there is nothing to do."""
        if item := self.waiting(which):
            assert [self.office.deliver(item) for _ in range(times)] == [True, False][:times]
            self.changed = True

    @rule(which=st.integers(0, 7))
    def deliver_twice_at_once(self, which: int) -> None:
        if item := self.waiting(which):
            self.office.deliver_twice_at_once(item)
            self.changed = True

    @rule(which=st.integers(0, 7), error=st.sampled_from([LostError, OSError]))
    def lose(self, which: int, error: type[BaseException]) -> None:
        if item := self.waiting(which):
            self.office.lose(item, error)

    @rule(which=st.integers(0, 7))
    def enqueue_again(self, which: int) -> None:
        self.office.enqueue_again(which)

    @rule()
    def deliver_all(self) -> None:
        self.office.deliver_all()
        self.changed = True

    # What must always hold

    @invariant()
    def every_invariant_holds(self) -> None:
        if self.changed:
            with self.app.app_context():
                assert broken(database.read(), ALWAYS) == []
                said = said_so_far(database.read())
                assert self.said - said == set()  # nothing that was said is lost
                self.said = said
        self.changed = False
        self.steps += 1

    def rest(self) -> None:
        """Do all jobs; then files exist, the register equals a rebuild, and the log verifies."""
        self.deliver_all()
        self.wait(1)
        self.deliver_all()  # what the clock had to say
        with self.app.app_context():
            session = database.read()
            assert broken(session, ALWAYS | AT_REST) == []
            assert all(files.store().exists(sha256) for sha256 in session.scalars(select(Document.sha256)))
            before = self.register()
            rebuild_all(session)
            assert self.register() == before
            session.rollback()
            origin = ledger.origin(current_settings())
            keys = [Vkey.of(origin, key) for key in current_keys().ledger_public]
            assert list(problems(session, origin, keys)) == []
            moves = session.execute(text("SELECT name, count(*) FROM event GROUP BY 1")).all()
            self.reached.update(dict(moves) | {"life": 1, "step": self.steps})


@pytest.mark.hypothesis
@pytest.mark.parametrize("_part", range(PARTS))
def test_whatever_people_and_workers_do_the_invariants_hold(world: World, _part: int):
    reached: Counter[str] = Counter()
    lives = type("Life", (Life,), {"world": world, "reached": reached})
    how = settings(
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        # A short run draws the same lives each time, and shrinking one would take minutes.
        phases=[Phase.generate, *([Phase.shrink] if SHARE == 1 else [])],
        suppress_health_check=list(HealthCheck),
    )
    while (left := LIVES * STEPS - reached["step"]) > 0:  # Hypothesis ends some lives early
        run_state_machine_as_test(lives, settings=settings(how, max_examples=ceil(left / STEPS)))
    # Lives in which nothing happens keep every invariant.
    assert reached["life"] >= LIVES
    assert reached["certificate.issue"] >= 2 * LIVES
    assert reached["certificate.replace"] >= LIVES / 2
    flows = FLOWS | {"change": CHANGE_FLOW}
    never = {f"{kind}.{move}" for kind, flow in flows.items() for move in flow.moves} - set(reached) - STEPWISE
    assert LIVES < MANY or len(never) <= RARE, never
